"""The places of a search on a map of ours: no other server is asked for anything."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from ivr.store import place_list
from ivr.store.place_list import Point
from ivr.web import access, directory
from ivr.web.ask import Ask
from ivr.web.directory import ADDRESS, Seen
from ivr.web.directory_picture import picture
from ivr.web.door import Page

BESIDE = 12
"""How many places are listed beside the map."""


def show(ask: Ask) -> Response:
    """The map, and beside it the first of its places as a list."""
    seen = replace(directory.asked(ask), page=1)

    def link(points: Sequence[Point]) -> str:
        return _link(seen, points)

    with ask.reading() as tx:
        points = place_list.points(tx, seen.wanted)
        found = place_list.search(tx, seen.wanted, 0, BESIDE)
        shared = directory.values(ask, tx, seen)
    drawn = picture(points, seen.wanted.departement, link)
    lines = [directory.line(ask, place) for place in found.rows]
    return ask.page("directory_map.html", picture=drawn, lines=lines, count=found.count, **shared)


def _link(seen: Seen, points: Sequence[Point]) -> str:
    """Of one place its page; of several the département from near, and from there the list of that town."""
    if len(points) == 1:
        return f"{ADDRESS}/{points[0].id}"
    departement = Counter(point.departement for point in points).most_common(1)[0][0]
    if departement and departement != seen.wanted.departement:
        return f"{ADDRESS}/map?{seen.query(departement=departement)}"
    postal_code = Counter(point.postal_code for point in points).most_common(1)[0][0]
    return f"{ADDRESS}?{seen.query(q=f'{seen.wanted.words} {postal_code}'.strip())}"


PAGES = (Page(f"{ADDRESS}/map", access.EVERYBODY, show),)
