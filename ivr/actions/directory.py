"""The directory in people's hands: corrections that outlive imports, places written by hand, checking, removing.

A correction remembers what the source said when it was made. When the source says something else later, both are
shown, and a person decides: take the source's, or keep ours.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from ivr.actions.audit import Deed, What, note
from ivr.actions.place_area import area
from ivr.actions.refusals import Reason, Refused
from ivr.store import place_edits, places
from ivr.store.database import Transaction
from ivr.store.place_edits import GONE, Correction, Edit
from ivr.store.places import Place

PARTS: Mapping[str, tuple[str, ...]] = {
    "kind": ("kind",),
    "name": ("name",),
    "street": ("street",),
    "extra": ("extra",),
    "town": ("postal_code", "city", "insee", "departement"),
    "visit": ("visit",),
    "point": ("lat", "lon"),
    "phone": ("phone",),
    "email": ("email",),
    "website": ("website",),
    "hours": ("hours",),
    "hours_note": ("hours_note",),
    "note": ("note",),
}
"""What is decided together, by a name that pages show: half a point is none."""


def add(tx: Transaction, fields: Mapping[str, Any], deed: Deed, day: date) -> int:
    """Stores a place that no source has; its id."""
    id = place_edits.add(tx, {**fields, **area(fields["postal_code"], fields["city"])}, deed.now, day.isoformat())
    note(tx, deed, What.PLACE_ADDED, about(id))
    return id


def correct(tx: Transaction, id: int, fields: Mapping[str, Any], seen: float, deed: Deed) -> bool:
    """The place says this from now on; False when it does already. Refused when somebody was quicker."""
    place = seen_now(tx, id, seen)
    changes = differing(place, fields)
    if not changes:
        return False
    corrected = place_edits.corrections(place.corrected)
    source = place.imported
    for name, value in changes.items():
        corrected.pop(name, None)
        if source is not None and source.get(name) != value:
            corrected[name] = Correction(value, source.get(name), deed.now, deed.actor.staff_id)
    _keep(tx, place, Edit(changes, corrected, place.gone_at), deed)
    note(tx, deed, What.PLACE_CORRECTED, about(id), fields=", ".join(sorted(changes)))
    return True


def take_source(tx: Transaction, id: int, part: str, seen: float, deed: Deed) -> None:
    """What the source says counts again. Refused when somebody was quicker."""
    place = seen_now(tx, id, seen)
    names, source = _corrected(place, part), place.imported or {}
    corrected = place_edits.corrections(place.corrected)
    left = {name: one for name, one in corrected.items() if name not in names}
    _keep(tx, place, Edit({name: source[name] for name in names if name in source}, left, place.gone_at), deed)
    note(tx, deed, What.SOURCE_TAKEN, about(id), fields=", ".join(sorted(names)))


def keep_ours(tx: Transaction, id: int, part: str, seen: float, deed: Deed) -> None:
    """The correction stands against what the source says now. Refused when somebody was quicker."""
    place = seen_now(tx, id, seen)
    names, source = _corrected(place, part), place.imported or {}
    corrected = place_edits.corrections(place.corrected)
    for name in names:
        corrected[name] = Correction(corrected[name].value, source.get(name), deed.now, deed.actor.staff_id)
    _keep(tx, place, Edit({}, corrected, place.gone_at), deed)
    note(tx, deed, What.CORRECTION_KEPT, about(id), fields=", ".join(sorted(names)))


def verify(tx: Transaction, id: int, seen: float, deed: Deed) -> None:
    """Somebody made sure today that all of it is right, as they saw it."""
    place = seen_now(tx, id, seen)
    place_edits.verify(tx, place.id, deed.actor.staff_id, deed.now)
    note(tx, deed, What.PLACE_VERIFIED, about(id))


def remove(tx: Transaction, id: int, seen: float, deed: Deed) -> None:
    """No caller is given the place any more, whatever the source has."""
    place = seen_now(tx, id, seen)
    if place.gone_at is None:
        _set_gone(tx, place, deed.now, deed)
        note(tx, deed, What.PLACE_REMOVED, about(id))


def bring_back(tx: Transaction, id: int, seen: float, deed: Deed) -> None:
    """Callers are given the place again, whatever the source has."""
    place = seen_now(tx, id, seen)
    if place.gone_at is not None:
        _set_gone(tx, place, None, deed)
        note(tx, deed, What.PLACE_BROUGHT_BACK, about(id))


def differing(place: Place, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that would change, with the area where the town does."""
    now = place_edits.fields(place)
    changes = {name: value for name, value in fields.items() if now[name] != value}
    if {"postal_code", "city"} & set(changes):
        town = {**now, **changes}
        derived = area(town["postal_code"], town["city"])
        changes |= {name: value for name, value in derived.items() if now[name] != value}
    return changes


def seen_now(tx: Transaction, id: int, seen: float) -> Place:
    """The place, if it is as somebody saw it (`seen` is its changed_at then); else Refused."""
    place = places.get(tx, id)
    if place is None or place.changed_at != seen:
        raise Refused(Reason.PLACE_CHANGED)
    return place


def about(id: int) -> str:
    """How the audit names a place."""
    return f"place/{id}"


def _keep(tx: Transaction, place: Place, edit: Edit, deed: Deed) -> None:
    if not place_edits.change(tx, place, edit, deed.now):
        raise Refused(Reason.PLACE_CHANGED)


def _set_gone(tx: Transaction, place: Place, gone_at: float | None, deed: Deed) -> None:
    corrected = place_edits.corrections(place.corrected)
    if place.imported is not None:
        corrected[GONE] = Correction(gone_at, place.gone_at, deed.now, deed.actor.staff_id)
    _keep(tx, place, Edit({}, corrected, gone_at), deed)


def _corrected(place: Place, part: str) -> set[str]:
    names = set(PARTS.get(part, ())) & set(place.corrected)
    if not names:
        raise Refused(Reason.PLACE_CHANGED)
    return names
