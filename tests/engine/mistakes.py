"""For every check, contents that hold its mistake, and how that mistake is named."""

from collections.abc import Callable
from typing import Any

from ivr.engine import check_menus, check_texts, check_words
from ivr.engine.reading import Mistake
from ivr.release.files import Raw
from tests.engine import mistakes_sms
from tests.engine.books import MENU, PERSON, menu, raw

TODAY = "2026-11-22"
FACT = {"says": "It costs this.", "source": "doc", "value": 50}
TREE = "menus/tree.yaml"
FRAME = "menus/frame.yaml"
TEXTS = "prompts/aa/texts.yaml"
FACTS = "menus/facts.yaml"
ENTRY = {"kind": "digits", "remember": "code", "least": 1, "most": 5, "then": "main"}
STEPS = {"kind": "steps", "pages": ["p1", "p2"], "then": "main"}


def both(**changes: Any) -> Raw:
    """A book in two languages."""
    return raw(languages=("aa", "bb"), **changes)


def without(data: Raw, code: str, prompt: str) -> Raw:
    """The same without one text."""
    del data["languages"][code]["texts"][prompt]
    return data


def about(data: Raw, **changes: Any) -> Raw:
    """The same with another language.yaml of "aa"."""
    data["languages"]["aa"]["language"].update(changes)
    return data


def saying(prompt: str, text: Any, **facts: Any) -> Raw:
    """A book in which one text is this."""
    return raw(texts={prompt: text}, facts=facts)


def other_in_bb(text: Any, **facts: Any) -> Raw:
    """A book in two languages, whose `first` reads differently in bb."""
    data = both(texts={"first": {"full": "x", "facts": list(facts)}}, facts=facts)
    data["languages"]["bb"]["texts"]["first"] = text
    return data


def due(data: Raw, review: str) -> Raw:
    """The same, whose last tree is to be read again on this day."""
    data["trees"][2]["review"] = review
    return data


def line(data: Raw, prompt: str, code: str = "aa") -> int:
    """The line of a text."""
    return int(data["languages"][code]["lines"][prompt])


Case = tuple[Raw, Mistake]


def _unknown_targets() -> list[Case]:
    broken = raw({"first": menu("nowhere")})
    return [(broken, Mistake(TREE, 3, "first", "`1` leads to `nowhere`, which does not exist"))]


def _roles() -> list[Case]:
    frame = "menus/helpline.yaml"
    return [
        (raw(roles={"trouble": "gone"}), Mistake(frame, 1, "trouble", "`gone` does not exist")),
        (raw(roles={"text": "gone"}), Mistake(frame, 1, "text", "`gone` does not exist")),
        (raw(roles={"start": "first"}), Mistake(TREE, 3, "first", "the start must be a node of kind language")),
        (raw(roles={"goodbye": "first"}), Mistake(TREE, 3, "first", "the goodbye must be a node of kind end")),
        (
            raw({"first": STEPS}, roles={"main": "first"}),
            Mistake(TREE, 3, "first", "the main must be a node of kind menu"),
        ),
    ]


def _unreachable() -> list[Case]:
    return [(raw({"first": MENU, "island": MENU}), Mistake(TREE, 4, "island", "no caller can come here"))]


def _keys() -> list[Case]:
    def options(*pairs: tuple[Any, str]) -> Raw:
        return raw({"first": {"kind": "menu", "options": [{"key": k, "id": i, "to": "main"} for k, i in pairs]}})

    taken = "options use 1 to 6, the other keys belong to the helpline"
    return [
        (options((1, "a"), (1, "b")), Mistake(TREE, 3, "first", "two options on key 1")),
        (options((1, "a"), (2, "a")), Mistake(TREE, 3, "first", "two options with the same id")),
        *((options((key, "a")), Mistake(TREE, 3, "first", f"key {key}: {taken}")) for key in (0, 7, 8, 9, "*", 12)),
    ]


def _lasting_options() -> list[Case]:
    options = [{"key": n + 1, "id": id, "to": "main", "needs": id} for n, id in enumerate("ab")]
    what = "every option needs a value: one must always be there"
    return [(raw({"first": {"kind": "menu", "options": options}}), Mistake(TREE, 3, "first", what))]


def _language_keys() -> list[Case]:
    def other(key: Any) -> Raw:
        start = {"kind": "language", "then": "main", "other": {"key": key, "id": "other", "to": "person"}}
        return both(first={"start": start, "first": MENU})

    taken = "options use 1 to 6, the other keys belong to the helpline"
    return [
        (other(2), Mistake(FRAME, 3, "start", "key 2 of `other` is the key of a language")),
        *((other(key), Mistake(FRAME, 3, "start", f"key {key}: {taken}")) for key in (7, 9, 0, 12, "#")),
    ]


def _way_to_a_person() -> list[Case]:
    nodes = {"person": {"kind": "end"}, "noted": MENU, "sorry": MENU, "first": menu("noted", "sorry")}
    what = "no way to a person: no finished request can be reached from here"
    begun = {"person": {**PERSON["person"], "unfinished": True}}
    return [(raw(data), Mistake("menus/person.yaml", 3, "person", what)) for data in (nodes, begun)]


def _silent_cycles() -> list[Case]:
    goto = {"first": {"kind": "goto", "to": "second"}, "second": {"kind": "goto", "to": "first"}}
    listening = {"first": {**STEPS, "then": "second"}, "second": menu("main", silence="first")}
    sub_tree = {"sub": {**STEPS, "then": "return"}, "next": {"kind": "goto", "to": "sub"}}
    comes_back = {"first": {"kind": "goto", "to": "sub", "then": "next"}, **sub_tree}
    told = "a silent caller would never leave: first → {0} → first"
    return [
        (raw(goto), Mistake(TREE, 3, "first", told.format("second"))),
        (raw(listening), Mistake(TREE, 3, "first", told.format("second"))),
        (raw(comes_back), Mistake(TREE, 4, "sub", "a silent caller would never leave: sub → next → sub")),
    ]


def _routes() -> list[Case]:
    def route(by: str, case: str, **nodes: Any) -> Raw:
        return raw(
            {"first": {"kind": "route", "by": by, "cases": {case: "main"}, "otherwise": "next"}, "next": MENU, **nodes}
        )

    question = {"kind": "question", "remember": "status", "options": [{"key": 1, "id": "a", "to": "main"}]}
    secret = {**ENTRY, "private": True}
    entered = {"kind": "goto", "with": {"office": "bank"}, "to": "main"}
    return [
        (route("office", "post", next=entered), Mistake(TREE, 3, "first", "`post` is no answer of `office`")),
        (route("mood", "good"), Mistake(TREE, 3, "first", "no question remembers `mood`")),
        (route("first_call", "maybe"), Mistake(TREE, 3, "first", "`maybe` is no answer of `first_call`")),
        (route("status", "b", next=question), Mistake(TREE, 3, "first", "`b` is no answer of `status`")),
        (route("code", "1", next=secret), Mistake(TREE, 3, "first", "no question remembers `code`")),
    ]


def _needed_answers() -> list[Case]:
    question = {"kind": "question", "remember": "status", "options": [{"key": 1, "id": "a", "to": "first"}]}
    only = {"needs": {"status": "b"}, "say": ["p1"]}
    return [
        (
            raw({"first": {**MENU, "say": ["p1", only]}, "main": question}),
            Mistake(TREE, 3, "first", "`b` is no answer of `status`"),
        ),
        (
            raw({"first": {**STEPS, "pages": ["p1", ["p2", only]]}}),
            Mistake(TREE, 3, "first", "`b` is no answer of `status`"),
        ),
    ]


def _entries() -> list[Case]:
    reserved = "`entry` is the name of the digits being keyed: remember them under another"
    return [
        (raw({"first": {**ENTRY, "least": 6}}), Mistake(TREE, 3, "first", "at least 6 digits but at most 5")),
        (raw({"first": {**ENTRY, "remember": "entry"}}), Mistake(TREE, 3, "first", reserved)),
    ]


def _text_messages() -> list[Case]:
    named = {"first": {"kind": "goto", "with": {"text_of": "place-x"}, "to": "main"}}
    kinds = {"first": {**ENTRY, "text": "x"}}
    alone = "only a menu, a question or steps can have a `text`"
    return [
        (both(first=kinds, roles={"text": "main"}), Mistake(TREE, 3, "first", alone)),
        (both(first=named, roles={"text": "main"}), Mistake(TREE, 3, "first", "no text message `place-x`", "bb")),
    ]


def _places() -> list[Case]:
    what = "`cc` is no language of the helpline"
    return [(both(roles={"places": "cc"}), Mistake("menus/helpline.yaml", 1, "places", what))]


def _removed() -> list[Case]:
    gone = "its successor `{0}` does not exist"
    return [
        (raw(removed={"first": "main"}), Mistake(TREE, 3, "first", "named as removed, but it is here")),
        (raw(removed={"old": "nowhere"}), Mistake("menus", 1, "old", gone.format("nowhere"))),
        (raw(removed={"old": "older", "older": "old"}), Mistake("menus", 1, "old", gone.format("older"))),
        (raw(removed={"old": "old"}), Mistake("menus", 1, "old", gone.format("old"))),
    ]


def _languages() -> list[Case]:
    file = "prompts/aa/language.yaml"
    none = raw()
    none["languages"] = {}
    keys = {key: "x" for key in "0123456789"}
    return [
        (none, Mistake("prompts", 1, "", "no language")),
        (about(raw(), keys=keys), Mistake(file, 1, "keys", "no word for key # *", "aa")),
        (about(raw(), digits="012"), Mistake(file, 1, "digits", "must be ten figures, zero first", "aa")),
        (about(both(), order=2), Mistake(file, 1, "order", "another language has 2 too", "aa")),
    ]


def _missing_texts() -> list[Case]:
    return [
        (without(both(), "bb", "first.top"), Mistake(TREE, 3, "first", "no text `first.top`", "bb")),
        (
            without(both(), "bb", "system.limit"),
            Mistake("prompts/bb/texts.yaml", 1, "system.limit", "no text `system.limit`", "bb"),
        ),
        (
            without(both(first={"first": {**MENU, "say": [{"hours": "x"}]}}), "bb", "hours.closed"),
            Mistake("prompts/bb/texts.yaml", 1, "hours.closed", "no text `hours.closed`", "bb"),
        ),
        (
            without(both(first={"first": {**STEPS, "text": "x"}}, roles={"text": "main"}), "bb", "text.hint"),
            Mistake(TREE, 3, "first", "no text `text.hint`", "bb"),
        ),
    ]


def _unused_texts() -> list[Case]:
    data = raw(texts={"old.text": "nobody says this"})
    return [(data, Mistake(TEXTS, line(data, "old.text"), "old.text", "no menu says this text", "aa", True))]


def _placeholders() -> list[Case]:
    wrong = "is neither a key here nor a value of a fact it names"
    fee = {"facts": ["fee"]}
    texts = {
        "{key}": {"full": "press {key}"},
        "{fee}": {"full": "x", "short": "{fee}"},
        "{size}": {"full": "x", "tts": {"full": "{size}"}, **fee},
    }
    cases = []
    for name, text in texts.items():
        data = saying("first", text, fee=FACT)
        cases.append((data, Mistake(TEXTS, line(data, "first"), "first", f"{name} {wrong}", "aa")))
    told = saying("first", {"full": "{fee}", **fee}, fee={"says": "x", "source": "doc"})
    return [*cases, (told, Mistake(TEXTS, line(told, "first"), "first", f"{{fee}} {wrong}", "aa"))]


def _one_key_a_prompt() -> list[Case]:
    options = [{"key": k, "id": i, "to": "main", "prompt": "go"} for k, i in ((1, "a"), (2, "b"))]
    data = raw({"first": {"kind": "menu", "options": options}}, texts={"go": "press {key}"})
    return [(data, Mistake(TEXTS, line(data, "go"), "go", "one text cannot name the keys 1 and 2", "aa"))]


def _named_keys() -> list[Case]:
    what = "does not name the key of option `top` of first"
    silent = [saying("first.top", text) for text in ("go", {"full": "go, {key}", "short": "go"})]
    placed = {"key": 1, "id": "top", "to": "main", "say": ["on", {"moment": "day"}]}
    mute = raw({"first": {"kind": "menu", "options": [placed]}}, texts={"on": "on"})
    told = [(data, Mistake(TEXTS, line(data, "first.top"), "first.top", what, "aa")) for data in silent]
    return [*told, (mute, Mistake(TEXTS, line(mute, "on"), "on", what, "aa"))]


def _empty_texts() -> list[Case]:
    data = saying("first", {"full": "x", "short": " "})
    return [(data, Mistake(TEXTS, line(data, "first"), "first", "the short wording is empty", "aa"))]


def _doubtful_wordings() -> list[Case]:
    what = "no `doubt` wording, but fee may be doubtful"
    facts = ({**FACT, "doubt": True}, {**FACT, "valid_until": "2030-01-01"})
    broken = [saying("first", {"full": "{fee}", "facts": ["fee"]}, fee=fact) for fact in facts]
    return [(data, Mistake(TEXTS, line(data, "first"), "first", what, "aa")) for data in broken]


def _unknown_facts() -> list[Case]:
    data = saying("first", {"full": "x", "facts": ["fee"]})
    what = "speaks the fact `fee`, which does not exist"
    return [(data, Mistake(TEXTS, line(data, "first"), "first", what, "aa"))]


def _same_facts() -> list[Case]:
    data = other_in_bb({"full": "x"}, fee=FACT)
    what = "names other facts than its text in aa"
    return [(data, Mistake("prompts/bb/texts.yaml", line(data, "first", "bb"), "first", what, "bb"))]


def _unspoken_facts() -> list[Case]:
    return [(raw(facts={"fee": FACT}), Mistake(FACTS, 10, "fee", "no text speaks this fact", "aa", True))]


def _due_for_review() -> list[Case]:
    expired = {**FACT, "valid_until": "2026-11-21"}
    fact = saying("first", {"full": "x", "doubt": "y", "facts": ["fee"]}, fee=expired)
    return [
        (due(raw(), "2026-11-21"), Mistake(TREE, 1, "tree", "due for review since 2026-11-21", "", True)),
        (fact, Mistake(FACTS, 10, "fee", "expired on 2026-11-21", "", True)),
    ]


def _ambiguous_words() -> list[Case]:
    two = {"first": menu("main", "main")}
    clash = raw(two, words={"a": ["One thing"], "b": ["another", "one  THING!"]})
    command = raw(two, words={"first.a": ["aa person"]})
    turned = raw({"first": STEPS})
    turned["languages"]["aa"]["language"]["globals"]["next"] = ["aa back"]
    by_text = raw({"first": {**STEPS, "text": "x"}}, roles={"text": "main"})
    by_text["languages"]["aa"]["language"]["globals"]["text"] = ["aa back"]
    tongues = both(words={"aa": ["the first"]})
    tongues["languages"]["bb"]["words"]["bb"] = ["The first"]
    return [
        (clash, Mistake(TREE, 3, "first", "`one thing` means key 1 and key 2", "aa")),
        (command, Mistake(TREE, 3, "first", "`aa person` means key 1 and key 0", "aa")),
        (turned, Mistake(TREE, 3, "first", "`aa back` means the next page and key *", "aa")),
        (by_text, Mistake(TREE, 3, "first", "`aa back` means key 7 and key *", "aa")),
        (tongues, Mistake(FRAME, 3, "start", "`the first` means key 1 and key 2")),
    ]


def _ambiguous_answers() -> list[Case]:
    file = "prompts/aa/language.yaml"
    agree, count = about(raw(), no=["aa yes"]), about(raw(), numbers={"5": ["aa-key7"]})
    help_me = about(raw(), numbers={"39": ["aa person"]})
    return [
        (agree, Mistake(file, 1, "aa", "`aa yes` means `yes` and `no`", "aa")),
        (count, Mistake(file, 1, "aa", "`aa key7` means the digits 5 and the digits 7", "aa")),
        (about(raw(), yes=["aa text"]), Mistake(file, 1, "aa", "`aa text` means `global.text` and `yes`", "aa")),
        (help_me, Mistake(file, 1, "aa", "`aa person` means `global.person` and the digits 39", "aa")),
    ]


def _unsayable() -> list[Case]:
    return [
        (raw(words={"top": []}), Mistake(TREE, 3, "first", "no way to say `top`", "aa", True)),
        (raw(words={"first.top": []}), Mistake(TREE, 3, "first", "no way to say `top`", "aa", True)),
        (raw(words={"other": []}), Mistake(FRAME, 3, "start", "no way to say `other`", "aa", True)),
        (raw(words={"aa": []}), Mistake(FRAME, 3, "start", "no way to say `aa`", "aa", True)),
    ]


def _unanswerable() -> list[Case]:
    file = "prompts/aa/language.yaml"
    silent = about(
        raw({"first": STEPS}), globals={"person": ["help"], "again": ["again"], "back": ["back"], "main": []}
    )
    texting = about(raw({"first": {**STEPS, "text": "x"}}, roles={"text": "main"}), globals={"person": ["help"]})
    return [
        (about(raw(), yes=[]), Mistake(file, 1, "aa", "no way to say `yes`", "aa", True)),
        (silent, Mistake(file, 1, "aa", "no way to say `global.main`", "aa", True)),
        (silent, Mistake(file, 1, "aa", "no way to say `global.next`", "aa", True)),
        (texting, Mistake(file, 1, "aa", "no way to say `global.text`", "aa", True)),
    ]


CASES: dict[Callable[..., Any], list[Case]] = {
    check_menus._unknown_targets: _unknown_targets(),
    check_menus._roles: _roles(),
    check_menus._unreachable: _unreachable(),
    check_menus._keys: _keys(),
    check_menus._lasting_options: _lasting_options(),
    check_menus._language_keys: _language_keys(),
    check_menus._way_to_a_person: _way_to_a_person(),
    check_menus._silent_cycles: _silent_cycles(),
    check_menus._routes: _routes(),
    check_menus._needed_answers: _needed_answers(),
    check_menus._entries: _entries(),
    check_menus._text_messages: _text_messages(),
    check_menus._places: _places(),
    check_menus._removed: _removed(),
    check_texts._languages: _languages(),
    check_texts._missing_texts: _missing_texts(),
    check_texts._unused_texts: _unused_texts(),
    check_texts._placeholders: _placeholders(),
    check_texts._one_key_a_prompt: _one_key_a_prompt(),
    check_texts._named_keys: _named_keys(),
    check_texts._empty_texts: _empty_texts(),
    check_texts._doubtful_wordings: _doubtful_wordings(),
    check_texts._unknown_facts: _unknown_facts(),
    check_texts._same_facts: _same_facts(),
    check_texts._unspoken_facts: _unspoken_facts(),
    check_texts._due_for_review: _due_for_review(),
    check_words._ambiguous_words: _ambiguous_words(),
    check_words._ambiguous_answers: _ambiguous_answers(),
    check_words._unsayable: _unsayable(),
    check_words._unanswerable: _unanswerable(),
    **mistakes_sms.CASES,
}
