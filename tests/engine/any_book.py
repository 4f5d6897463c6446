"""Random books that pass every check, and random callers."""

from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from ivr.engine import engine
from ivr.engine.check import check
from ivr.engine.content import book
from ivr.engine.inputs import (
    Arrived,
    HungUp,
    Input,
    Known,
    Learned,
    Pressed,
    Recorded,
    Said,
    StayedSilent,
    TransferEnded,
    Unavailable,
)
from ivr.engine.menu import Book, Language, Menu
from ivr.engine.state import State
from ivr.engine.turn import When
from ivr.release.parse import parse
from tests.engine.books import PERSON, Nodes, raw

TODAY = "2026-11-22"
KEYS = "0123456789*#"
OWN_PROMPTS = {id: st.sampled_from([f"own.{id}", f"{id}.own"]) for id in "abcdef"}
KINDS = ("hours", "weather", "recording", "line")
CASES = ("open", "closed")
WORDS = {"a": ["alpha"], "b": ["beta", "both"], "c": ["gamma"], "aa": ["first tongue"]}
NEW_HERE = {"needs": {"first_call": "yes"}, "say": ["new-here"]}
FACTS = {"fee": {"says": "s", "source": "doc", "value": 5, "doubt": True}}
FEE = {"full": "{fee}", "short": "{fee}", "doubt": "maybe", "facts": ["fee"]}

Draw = Any


@st.composite
def books(draw: Draw, *, inputs: int = 400, private: bool = False) -> Book:
    """A book of one to six nodes of any kind behind the main menu, in one to three languages."""
    count = draw(st.integers(1, 6))
    ids = ["first", *(f"n{n}" for n in range(1, count))]
    options = [{"key": n + 1, "id": "abcdef"[n], "to": id} for n, id in enumerate(ids)]
    nodes: Nodes = {"main": {"kind": "menu", "options": options}}
    for place, id in enumerate(ids):
        nodes[id] = _node(draw, ids, place, private)
    nodes |= _person(draw, ids)
    limits = {"inputs": inputs, "tries": draw(st.integers(1, 3)), "back": draw(st.integers(1, 4))}
    languages = ("aa", "bb", "cc")[: draw(st.integers(1, 3))]
    texts = {"first": FEE} if "say" not in nodes["first"] and nodes["first"]["kind"] in {"menu", "digits"} else {}
    facts = FACTS if texts else {}
    parked = {ids[-1]: draw(st.sampled_from(["main", "return"]))} if count > 1 and draw(st.booleans()) else {}
    roles = {"text": "texts", "places": languages[-1]} if draw(st.booleans()) else {}
    if roles:
        nodes |= TEXTS
    more = {"texts": texts, "facts": facts, "parked": parked, "roles": roles}
    data = raw(nodes, languages=languages, limits=limits, words=WORDS, **more)
    content = parse(data)
    assume(not check(content, TODAY))
    return book(content)


def _node(draw: Draw, ids: list[str], place: int, private: bool) -> dict[str, Any]:
    """A node whose ways on without a choice lead only to later ones, so that there is no silent cycle."""
    chosen = st.sampled_from([*ids, "main", "person", "start", "trouble", "goodbye", "return"])
    silent = st.sampled_from([*ids[place + 1 :], "main", "trouble", "return"])
    make = draw(st.sampled_from(MAKERS))
    node = make(draw, chosen, silent)
    if node["kind"] == "digits" and private:
        node["private"] = True
    if draw(st.booleans()):
        node["topic"] = f"topic-{place}"
    return node


def _menu(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    targets = draw(st.lists(chosen, min_size=1, max_size=6))
    options = [{"key": n + 1, "id": "abcdef"[n], "to": to} for n, to in enumerate(targets)]
    for option in options[1:]:
        if draw(st.booleans()):
            option |= {"needs": "opens", "say": [{"moment": "opens"}, draw(OWN_PROMPTS[option["id"]])]}
    node: dict[str, Any] = {"kind": "menu", "options": options, "sure": draw(st.booleans())}
    for name in ("silence", "give_up"):
        if draw(st.booleans()):
            node[name] = draw(silent)
    if draw(st.booleans()):
        node["say"] = ["hello", {"needs": "code", "say": [{"digits": "code"}, {"number": "code"}, {"speech": "code"}]}]
    if draw(st.booleans()):
        node["text"] = "papers"
    if draw(st.booleans()):
        node |= {"kind": "question", "remember": "first_call"}
    return node


def _steps(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    pages = draw(
        st.lists(st.sampled_from(["p1", "p2", ["p3", {"digits": "code"}], ["p4", NEW_HERE]]), min_size=1, max_size=3)
    )
    node = {"kind": "steps", "pages": pages, "then": draw(silent)}
    return {**node, "text": "docs"} if draw(st.booleans()) else node


def _digits(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    least = draw(st.integers(1, 4))
    most = draw(st.integers(least, 6))
    confirm = draw(st.booleans())
    then = chosen if confirm else silent
    return {
        "kind": "digits",
        "remember": "code",
        "least": least,
        "most": most,
        "then": draw(then),
        "confirm": confirm,
    }


def _message(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    return {"kind": "message", "seconds": 9, "then": draw(silent), "unavailable": draw(silent)}


def _transfer(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    return {"kind": "transfer", "target": "desk", "seconds": 9, "then": draw(chosen), "unavailable": draw(silent)}


def _route(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    return {"kind": "route", "by": "first_call", "cases": {"yes": draw(silent)}, "otherwise": draw(silent)}


def _ask(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    cases = {case: draw(silent) for case in CASES}
    return {"kind": "ask", "ask": draw(st.sampled_from(KINDS)), "cases": cases, "unavailable": draw(silent)}


def _goto(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    node = {"kind": "goto", "to": draw(silent.filter(lambda to: to != "return")), "say": ["on-the-way"]}
    if draw(st.booleans()):
        node["then"] = draw(silent.filter(lambda to: to != "return"))
    if draw(st.booleans()):
        node["with"] = {"first_call": "yes", "text_of": "place"}
    return node


def _request(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    begun = {"unfinished": draw(st.booleans())}
    return {"kind": "request", "then": draw(silent), "unavailable": draw(silent), **begun}


def _cancel(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    return {"kind": "cancel", "then": draw(silent), "unavailable": draw(silent)}


def _send_text(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    return {"kind": "text", "then": draw(silent), "unavailable": draw(silent)}


def _end(draw: Draw, chosen: Draw, silent: Draw) -> dict[str, Any]:
    return {"kind": "end", "how": "served"}


MAKERS = (_menu, _menu, _steps, _digits, _message, _transfer, _route, _ask, _goto, _request, _cancel, _send_text, _end)


def _person(draw: Draw, ids: list[str]) -> Nodes:
    """A person at once, after a question, after keyed digits, or in a tree of their own."""
    request = PERSON["person"]
    entry = {"kind": "digits", "remember": "number", "least": 2, "most": 4, "private": True, "then": "wish"}
    ask = {"kind": "ask", "ask": "hours", "cases": {"open": "wish", "closed": "number"}, "unavailable": "wish"}
    return draw(
        st.sampled_from(
            [
                {"person": request},
                {"person": ask, "wish": request, "number": entry},
                {"person": {"kind": "goto", "to": "callback"}, "callback": _asked("wish"), "wish": request},
            ]
        )
    )


TEXTS: Nodes = {
    "texts": {"kind": "ask", "ask": "weather", "cases": {"open": "send", "closed": "return"}, "unavailable": "send"},
    "send": {"kind": "text", "then": "return", "unavailable": "return"},
}
"""What key 7 leads to."""


def _asked(to: str) -> dict[str, Any]:
    return {"kind": "menu", "options": [{"key": 1, "id": "sure", "to": to}]}


keys = st.text(KEYS, min_size=1, max_size=6)
answers = st.one_of(
    st.just(Unavailable()),
    st.builds(
        Known,
        st.sampled_from([*CASES, "on fire"]),
        st.dictionaries(
            st.sampled_from(["code", "opens"]),
            st.one_of(st.integers(-5, 500), st.just("0199"), st.just(When("2026-11-23", "morning")), st.none()),
        ),
        st.dictionaries(st.sampled_from(["code", "number"]), st.one_of(st.just("4711"), st.none())),
    ),
)
outsides = st.dictionaries(st.sampled_from(KINDS), answers)
ROWS = ("aa-key0", "aa-thirty aa-key9", "aa-thirty", "bb-key4 bb-key7")
"""Said where digits are listened for, each word of them is expected, not the whole."""

SENTENCES = [
    *ROWS,
    *("alpha", "both", "first tongue", "aa option c", "aa option other", "aa option go-on"),
    *("aa person", "bb back", "aa main", "bb again", "aa next", "aa text"),
    *("aa yes", "bb yes", "aa no", "aa no"),
    *("no such thing", ""),
]
COMMANDS = {"person": "0", "again": "9", "back": "*", "main": "#", "next": "1", "tongue": "1", "text": "7"}
OPTIONS = {"alpha": "a", "both": "b"}


def key_of(book: Book, state: State, words: str) -> str:
    """The key that these words of SENTENCES stand for where a call stands."""
    word = words.rsplit(maxsplit=1)[-1]
    if word in ("yes", "no"):
        return state.offered or {"yes": "1", "no": "2"}[word]
    node = book.node(state.node)
    options = node.options if isinstance(node, Menu) else (node.other,) if isinstance(node, Language) else ()
    return COMMANDS.get(word) or next(option.key for option in options if option.id == OPTIONS.get(word, word))


sentences = st.sampled_from(SENTENCES)


def sentences_for(book: Book, state: State) -> st.SearchStrategy[str]:
    """Those that are listened for there, if any: of all others hardly one is understood, and a test looks on and on."""
    phrases = {phrase for said in engine.expected(book, state).values() for phrase in said}
    return st.sampled_from([words for words in SENTENCES if words in phrases] or SENTENCES)


said: st.SearchStrategy[Input] = st.builds(Said, sentences, st.lists(sentences, max_size=2).map(tuple))
harmless: st.SearchStrategy[Input] = st.one_of(
    st.builds(Pressed, keys),
    st.builds(Pressed, keys),
    st.builds(Pressed, st.sampled_from(["", "x", "1x1", "٣", "\x00"])),
    st.just(StayedSilent()),
    said,
    said,
    st.builds(Recorded, st.sampled_from([None, "ref"])),
    st.builds(TransferEnded, st.booleans()),
    st.just(Arrived("bb", False)),
    st.builds(Learned, st.sampled_from(KINDS), answers),
)
any_input: st.SearchStrategy[Input] = st.one_of(harmless, harmless, harmless, st.just(HungUp()))
ways = st.lists(harmless, max_size=12)
