"""Pictures of boxes and arrows: where each stands, what a row says, and that a browser can read it."""

import re
from xml.etree import ElementTree

import pytest

from ivr.release.svg import picture
from ivr.release.svg_layout import Arrow, Box

SVG = "{http://www.w3.org/2000/svg}"


def box(id: str, *to: str, style: str = "ask", chosen: bool = True) -> Box:
    return Box(id, "menu", style, tuple(Arrow(f"{n} {target}", target, chosen) for n, target in enumerate(to, start=1)))


def places(*boxes: Box) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right and bottom of each box, as the picture says them."""
    found = {}
    for group in ElementTree.fromstring(picture(boxes, "tree")).iter(f"{SVG}g"):
        x, y = (float(n) for n in re.findall(r"[\d.]+", group.attrib["transform"]))
        frame = next(group.iter(f"{SVG}rect")).attrib
        found[group.attrib["id"]] = (x, y, x + float(frame["width"]), y + float(frame["height"]))
    return found


def words(*boxes: Box) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(picture(boxes, "tree")).iter(f"{SVG}text")]


MANY = (box("a", "b", "c", "d"), box("b", "e", "f"), box("c"), box("d", "a", "x"), box("e", "g"), box("f"), box("g"))


def test_the_same_boxes_give_the_same_picture() -> None:
    assert picture(MANY, "tree") == picture(tuple(MANY), "tree")


def test_no_box_lies_on_another() -> None:
    stand = list(places(*MANY, box("alone", "a")).values())
    for n, one in enumerate(stand):
        for other in stand[n + 1 :]:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert apart, (one, other)


def test_many_boxes_stand_to_the_right_in_the_order_of_their_keys() -> None:
    stand = places(*MANY)
    assert stand["b"][0] == stand["c"][0] == stand["d"][0] > stand["a"][2]
    assert stand["b"][1] < stand["c"][1] < stand["d"][1]


def test_of_two_the_one_with_more_behind_it_stands_below_and_the_other_beside() -> None:
    stand = places(*MANY)
    assert stand["e"][0] == stand["b"][0]
    assert stand["e"][1] > stand["b"][3]
    assert stand["f"][0] > stand["b"][2]


def test_a_chain_goes_down() -> None:
    stand = places(box("a", "b"), box("b", "c"), box("c"))
    assert len({left for left, *_ in stand.values()}) == 1


def test_a_row_names_where_a_way_leads_unless_an_arrow_shows_it() -> None:
    said = words(*MANY)
    assert {"→ a", "→ x", "↓"} <= set(said)
    assert not {"→ b", "→ c", "→ d", "→ e"} & set(said)


def test_a_name_links_to_its_box_where_there_is_one() -> None:
    links = [link.attrib["href"] for link in ElementTree.fromstring(picture(MANY, "tree")).iter(f"{SVG}a")]
    assert links == ["#e", "#a", "#g"]  # below, behind, below; x is no box


@pytest.mark.parametrize(("chosen", "style"), [(True, "way"), (False, "way silent")])
def test_what_needs_no_choice_is_dotted(chosen: bool, style: str) -> None:
    drawn = ElementTree.fromstring(picture((box("a", "b", chosen=chosen), box("b")), "tree"))
    assert [path.attrib["class"] for path in drawn.iter(f"{SVG}path") if "marker-end" in path.attrib] == [style]


def test_signs_of_markup_are_words() -> None:
    odd = 'a<&">'
    assert odd in words(box(odd))
    assert list(places(box(odd))) == [odd]


def test_it_is_dark_where_the_reader_is() -> None:
    assert "@media (prefers-color-scheme: dark)" in picture(MANY, "tree")
