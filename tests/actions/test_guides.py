"""What an aidant has at hand, by topic: read, filled in, doubted, checked."""

from typing import Any

import pytest

from ivr.actions import guides
from ivr.actions.guides import Line, Part
from ivr.engine.content import Content, Fact
from ivr.engine.menu import Limits, Menu, Option, Roles

FACTS = {
    fact.id: fact
    for fact in (
        Fact("months", "says", "000", value="3"),
        Fact("phone", "says", "000", value="0806001620", speak="digits"),
        Fact("danger", "says", "000", value="112", speak="digits"),
        Fact("maybe", "says", "000", doubt=True),
        Fact("until", "says", "000", valid_until="2026-12-31"),
    )
}
GUIDES: dict[str, Any] = {
    "parts": {
        "papers": {
            "title": "To have ready",
            "lines": [
                "A letter.",
                {"say": "Under {months} months.", "facts": ["months"]},
                {"say": "{phone}, or {danger}.", "facts": ["phone", "danger"]},
                {"say": "Perhaps.", "facts": ["maybe"]},
                {"say": "Until then.", "facts": ["until"]},
                {"say": "Reported.", "doubt": True},
            ],
        }
    },
    "topics": {"permit": {"title": "Residence permit", "parts": ["papers"]}, "other": {"title": "Another question"}},
}


def content() -> Content:
    roles = Roles("main", "main", "main", "main", "main", "main")
    options = (Option("1", "a", "main", ("p",), topic="permit"), Option("2", "b", "main", ("p",), topic="weather"))
    main = Menu(id="main", tree="t", say=(), topic="other", options=options)
    return Content((), {"main": main}, {"main": main}, roles, Limits(), FACTS, ())


def test_a_topic_has_its_title_and_its_lines_filled_in() -> None:
    assert guides.title(GUIDES, "permit") == "Residence permit"
    (part,) = guides.parts(GUIDES, FACTS, "permit", "2026-11-23")
    assert part == Part(
        "To have ready",
        (
            Line("A letter.", {}),
            Line("Under {months} months.", {"months": "3"}),
            Line("{phone}, or {danger}.", {"phone": "08 06 00 16 20", "danger": "112"}),
            Line("Perhaps.", {"maybe": ""}, doubtful=True),
            Line("Until then.", {"until": ""}),
            Line("Reported.", {}, doubtful=True),
        ),
    )


def test_a_line_whose_fact_is_out_of_date_is_doubtful() -> None:
    (part,) = guides.parts(GUIDES, FACTS, "permit", "2027-01-01")
    assert [line.say for line in part.lines if line.doubtful] == ["Perhaps.", "Until then.", "Reported."]


@pytest.mark.parametrize("known", [GUIDES, {}])
def test_a_topic_that_is_not_named_has_no_title_and_no_parts(known: dict[str, Any]) -> None:
    assert guides.title(known, "weather") is None
    assert guides.parts(known, FACTS, "weather", "2026-11-23") == []
    assert guides.parts(known, FACTS, "other", "2026-11-23") == []


def test_every_sentence_is_there_to_be_translated() -> None:
    assert guides.sentences(GUIDES) >= {"Residence permit", "To have ready", "A letter.", "Under {months} months."}
    assert guides.sentences({}) == set()


def test_a_topic_of_a_menu_that_is_not_named_is_warned_of() -> None:
    (mistake,) = guides.check(GUIDES, content())
    assert (mistake.where, mistake.warning) == ("weather", True)
    assert list(guides.check({}, content())) == []


PARTS, TOPICS = GUIDES["parts"], {**GUIDES["topics"], "weather": {"title": "Weather"}}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"parts": [], "topics": TOPICS}, "must hold"),
        ({"parts": PARTS, "topics": TOPICS, "more": 1}, "must hold"),
        ({"parts": {"a": {"lines": ["x"]}}, "topics": {}}, "a part must have"),
        ({"parts": {"a": {"title": "A", "lines": []}}, "topics": {}}, "a part must have"),
        ({"parts": {"a": {"title": "A", "lines": [{"facts": ["months"]}]}}, "topics": {}}, "a line is"),
        ({"parts": {"a": {"title": "A", "lines": [{"say": "x", "color": 1}]}}, "topics": {}}, "a line is"),
        ({"parts": {"a": {"title": "A", "lines": [{"say": "x", "facts": ["no"]}]}}, "topics": {}}, "no such fact: no"),
        ({"parts": {"a": {"title": "A", "lines": ["{months}"]}}, "topics": {}}, "must stand under `facts`"),
        ({"parts": PARTS, "topics": {**TOPICS, "weather": {}}}, "a topic must have"),
        ({"parts": PARTS, "topics": {**TOPICS, "weather": {"title": "W", "parts": ["no"]}}}, "no such part: no"),
    ],
)
def test_every_mistake_in_the_file_is_named(wrong: dict[str, Any], said: str) -> None:
    assert said in "\n".join(str(mistake) for mistake in guides.check(wrong, content()))
