"""Boxes and the ways between them as an SVG picture: each box beside or below the one before it.

Each box lists its ways, a row each. The way by which a box is met first is drawn as an arrow; any other way to it, and
every way into another tree, names where it leads. So a picture stays readable however tangled a tree is.
"""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from ivr.release.svg_layout import LINE, PAD, Arrow, Box, Layout, Place, height

STYLE = """
svg { --paper: #fff; --ink: #1f2933; --soft: #5f6c7b; --line: #8492a6; --tell: #e8f1fb; --ask: #fdf3dc; --way: #f1f3f5;
  --end: #e6f4ea; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #15191f; --ink: #e6eaf0; --soft: #a3afbf; --line: #6b7a8f; --tell: #1d3148; --ask: #3b3118;
    --way: #262d36; --end: #1c3626; }
}
.paper { fill: var(--paper); }
text { fill: var(--ink); font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
.id { font-weight: 600; }
.kind, .ref { fill: var(--soft); }
a:hover .ref { text-decoration: underline; }
rect.box { stroke: var(--line); fill: var(--way); }
.tell rect.box { fill: var(--tell); }
.ask rect.box { fill: var(--ask); }
.end rect.box { fill: var(--end); }
.elsewhere rect.box { stroke-dasharray: 4; fill: none; }
path.way { fill: none; stroke: var(--line); stroke-width: 1.5; }
path.silent { stroke-dasharray: 3 3; }
path.head { fill: var(--line); }
"""


def picture(boxes: Sequence[Box], title: str) -> str:
    """The picture, whole in itself; the same boxes give the same text."""
    found = Layout(boxes)
    wide, tall = found.size()
    body = "".join(part for box in boxes for part in (*_drawn(box, found), *_arrows(box, found)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {wide:.0f} {tall:.0f}" '
        f'width="{wide:.0f}" height="{tall:.0f}">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>\n'
        '<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="head" d="M0 0 8 4 0 8z"/></marker></defs>\n'
        f'<rect class="paper" width="100%" height="100%"/>\n{body}</svg>\n'
    )


def _drawn(box: Box, layout: Layout) -> Iterator[str]:
    place = layout.places[box.id]
    yield f'<g class="{box.style}" id={quoteattr(box.id)} transform="translate({place.x:.1f} {place.y:.1f})">\n'
    yield f'<rect class="box" width="{place.width:.1f}" height="{height(box):.0f}" rx="6"/>\n'
    yield f'<text class="id" x="{PAD}" y="{LINE - 2}">{escape(box.id)}</text>'
    yield f'<text class="kind" x="{place.width - PAD:.1f}" y="{LINE - 2}" text-anchor="end">{escape(box.kind)}</text>\n'
    for row, way in enumerate(box.ways, start=2):
        y = LINE * row - 2
        yield f'<text x="{PAD}" y="{y}">{escape(way.label)}</text>'
        if reference := layout.reference(box, way):
            yield _linked(reference, way.to in layout.boxes, way, f'x="{place.width - PAD:.1f}" y="{y}"')
        yield "\n"
    yield "</g>\n"


def _linked(words: str, here: bool, way: Arrow, where: str) -> str:
    text = f'<text class="ref" {where} text-anchor="end">{escape(words)}</text>'
    return f"<a href={quoteattr('#' + way.to)}>{text}</a>" if here else text


def _arrows(box: Box, layout: Layout) -> Iterator[str]:
    for row, way in enumerate(box.ways, start=1):
        if layout.is_arrow(box, way):
            style = "way" if way.chosen else "way silent"
            line = _down if layout.is_below(box, way) else _across
            path = line(layout.places[box.id], layout.places[way.to], row, height(box))
            yield f'<path class="{style}" marker-end="url(#head)" d="{path}"/>\n'


def _across(start: Place, end: Place, row: int, _: float) -> str:
    """From the end of a row to the title of a box in the next column."""
    x, y = start.x + start.width, start.y + LINE * (row + 0.5) + 2
    level, bend = end.y + LINE / 2 + 2, (end.x - x) / 2
    return f"M{x:.1f} {y:.1f}C{x + bend:.1f} {y:.1f} {end.x - bend:.1f} {level:.1f} {end.x:.1f} {level:.1f}"


def _down(start: Place, end: Place, row: int, tall: float) -> str:
    """From the foot of a box to the head of the one below."""
    x = start.x + PAD + LINE * row
    return f"M{x:.1f} {start.y + tall:.1f}V{end.y:.1f}"
