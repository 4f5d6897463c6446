"""What an import did, in lines for people: counts of all, and the first of each kind by name."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from ivr.actions.importing_compare import Brought
from ivr.store.place_import import Batch, Standing

FIRST = 20
"""So many of each kind are named."""


def lines(new: Brought, old: Standing, batch: Batch, corrected: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The whole report of an import that was done."""
    return [*_counts(new, old, batch), *remarks(new), *_named(old, batch), *_disagree(batch, corrected)]


def refused(new: Brought, why: str) -> list[str]:
    """The report of one that was not."""
    return [f"not taken: {why}", *remarks(new)]


def remarks(new: Brought) -> list[str]:
    """What was remarkable in the file, and what of it was refused, whatever became of it."""
    left = [f"left out: {count} {what}" for what, count in new.told.left_out.most_common(FIRST) if count]
    if more := len(+new.told.left_out) - len(left):
        left.append(f"left out: and {more} more types")
    found = [f"refused: {one.where}{_id(one.source_id)}: {one.why}" for one in new.refused]
    return [*(f"note: {remark}" for remark in new.told.remarks), *left, *_some("refused", found)]


def _counts(new: Brought, old: Standing, batch: Batch) -> Iterator[str]:
    back = sum(old.places[id].gone for id in batch.changed)
    if new.places or batch.vanished:
        yield (
            f"{len(new.places)} places came: {len(batch.added)} new, {len(batch.changed) - back} changed, {back} back, "
            f"{len(batch.vanished)} vanished, {len(new.refused)} refused"
        )
    if new.areas or batch.old_areas:
        yield f"{len(new.areas)} areas came: {len(batch.new_areas)} new, {len(batch.old_areas)} dropped"
    if new.points or batch.old_points:
        moved = sum(insee in old.points for insee in batch.new_points)
        yield (
            f"{len(new.points)} communes came: {len(batch.new_points) - moved} new, {moved} moved, "
            f"{len(set(batch.old_points) - batch.new_points.keys())} dropped"
        )


def _named(old: Standing, batch: Batch) -> Iterator[str]:
    if old.places:  # of a first import everything is new
        yield from _some("new", [f"new: {_name(fields)}" for fields in batch.added.values()])
    yield from _some("changed", [_changed(old, id, fields) for id, fields in batch.changed.items()])
    gone = [json.loads(old.places[id].imported or "{}") for id in islice(batch.vanished, FIRST)]
    yield from _some("vanished", [f"vanished: {_name(fields)}" for fields in gone], len(batch.vanished))


def _changed(old: Standing, id: str, fields: Mapping[str, Any]) -> str:
    if old.places[id].gone:
        return f"back: {_name(fields)}"
    before = json.loads(old.places[id].imported or "{}")
    return f"changed: {_name(fields)}: {', '.join(name for name in fields if before.get(name) != fields[name])}"


def _disagree(batch: Batch, corrected: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Where a person wrote something and the source now says something third."""
    found = []
    for id, fields in corrected.items():
        now = batch.changed.get(id)
        moved = [name for name, was in fields.items() if now and name in now and _moved(now[name], was)]
        if now and moved:
            found.append(f"kept what people wrote: {_name(now)}: the source now has another {', '.join(moved)}")
    yield from _some("kept what people wrote", found)


def _moved(now: Any, correction: Mapping[str, Any]) -> bool:
    return bool(now not in (correction.get("value"), correction.get("was")))


def _some(what: str, found: list[str], all: int | None = None) -> list[str]:
    more = (len(found) if all is None else all) - FIRST
    return [*found[:FIRST], f"{what}: and {more} more"] if more > 0 else found


def _name(fields: Mapping[str, Any]) -> str:
    return f"{fields.get('name', '')} ({fields.get('postal_code', '')} {fields.get('city', '')})".replace("( ", "(")


def _id(source_id: str) -> str:
    return f" ({source_id[:60]})" if source_id else ""
