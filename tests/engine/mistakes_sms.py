"""For every check of text messages, contents that hold its mistake, and how that mistake is named."""

from collections.abc import Callable
from typing import Any

from ivr.engine import check_sms
from ivr.engine.reading import Mistake
from ivr.release.files import Raw
from tests.engine.books import menu, raw

FILE = "prompts/aa/sms.yaml"
FACT = {"says": "x", "source": "doc", "value": "a.example"}
SENDING = {"first": {**menu("main"), "text": "docs"}, "text": {"kind": "text", "then": "main", "unavailable": "main"}}


def sending(sms: dict[str, Any], languages: tuple[str, ...] = ("aa",), **facts: Any) -> Raw:
    """A book whose menu offers the text message `docs`."""
    return raw(SENDING, roles={"text": "text"}, languages=languages, sms=sms, facts=facts)


def without(id: str) -> Raw:
    """A book in which one language lacks a message."""
    data = sending({}, ("aa", "bb"))
    del data["languages"]["aa"]["sms"][id]
    return data


def wrong(id: str, what: str, warning: bool = False) -> Mistake:
    return Mistake(FILE, 1, id, what, "aa", warning)


def _same_facts() -> tuple[Raw, Mistake]:
    data = sending({"docs": {"full": "x", "facts": ["site"]}}, ("aa", "bb"), site=FACT)
    data["languages"]["bb"]["sms"]["docs"] = "x"
    return data, Mistake("prompts/bb/sms.yaml", 1, "docs", "names other facts than its text in aa", "bb")


Case = tuple[Raw, Mistake]
DOUBT = "no `doubt` wording, but site may be doubtful"
CASES: dict[Callable[..., Any], list[Case]] = {
    check_sms._missing: [(without(id), wrong(id, f"no text message `{id}`")) for id in ("docs", "place", "hours.and")],
    check_sms._unused: [(sending({"more": "x"}), wrong("more", "no menu offers this text message", True))],
    check_sms._empty: [(sending({"docs": " "}), wrong("docs", "the full wording is empty"))],
    check_sms._placeholders: [
        (sending({"place": "{names}"}), wrong("place", "{names} is nothing that is known here")),
        (sending({"docs": "{site}"}, site=FACT), wrong("docs", "{site} is no value of a fact it names")),
    ],
    check_sms._facts: [
        (
            sending({"docs": {"full": "x", "facts": ["gone"]}}),
            wrong("docs", "tells the fact `gone`, which does not exist"),
        ),
        (sending({"docs": {"full": "x", "facts": ["site"]}}, site={**FACT, "doubt": True}), wrong("docs", DOUBT)),
    ],
    check_sms._same_facts: [_same_facts()],
    check_sms._lengths: [
        (
            sending({"docs": "س" * 403}),
            wrong("docs", "the full wording is 7 text messages long, because of س", True),
        ),
        (sending({"docs": "a" * 919}), wrong("docs", "the full wording is 7 text messages long", True)),
        (sending({"docs": "a" * 1601}), wrong("docs", "the full wording has 1601 signs, more than 1600")),
    ],
}
