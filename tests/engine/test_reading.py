"""What cannot be read of a menu file becomes a mistake at its line; nothing raises."""

import pytest

from ivr.engine.menu import Cancel, Connect, End, Entry, Goto, Menu, Only, Placed, Request, SendText, Steps
from ivr.engine.reading import KINDS, SILENT, Mistake, Source, read, read_node

OPTION = {"key": 1, "id": "a", "to": "x"}
GOOD = {
    "language": {"then": "x", "other": OPTION},
    "menu": {"options": [OPTION]},
    "question": {"options": [OPTION], "remember": "r"},
    "steps": {"pages": ["p"], "then": "x"},
    "digits": {"remember": "r", "least": 1, "most": 2, "then": "x"},
    "message": {"seconds": 1, "then": "x", "unavailable": "x"},
    "transfer": {"target": "t", "seconds": 1, "then": "x", "unavailable": "x"},
    "route": {"by": "r", "cases": {"a": "x"}, "otherwise": "x"},
    "ask": {"ask": "hours", "cases": {"a": "x"}, "unavailable": "x"},
    "goto": {"to": "x"},
    "text": {"then": "x", "unavailable": "x"},
    "request": {"then": "x", "unavailable": "x"},
    "cancel": {"then": "x", "unavailable": "x"},
    "end": {},
}
REQUIRED = [(kind, name) for kind, fields in GOOD.items() for name in fields]


def mistakes(data):
    """What is wrong with this node, as texts."""
    return [mistake.what for mistake in read([Source("menus/t.yaml", "t", {"n": data}, {"n": 7})])[1]]


def node(kind, **fields):
    """A node that can be read."""
    return read_node("n", "t", {"kind": kind, **GOOD[kind], **fields})[0]


def test_every_kind_has_a_case():
    assert set(GOOD) == set(KINDS)


@pytest.mark.parametrize("kind", GOOD)
def test_every_kind_can_be_read(kind):
    assert mistakes({"kind": kind, **GOOD[kind], "topic": "t", "text": "sms"}) == []


@pytest.mark.parametrize("kind", ["menu", "question"])
def test_a_menu_or_one_option_may_be_asked_back(kind):
    made = node(kind, options=[{**OPTION, "sure": True}, {**OPTION, "key": 2}])
    assert (made.sure, [option.sure for option in made.options]) == (False, [True, None])
    assert node(kind, sure=True).sure
    assert mistakes({"kind": kind, **GOOD[kind], "sure": "x"}) == ["`sure` must be true or false"]


@pytest.mark.parametrize("kind", GOOD)
def test_only_kinds_that_speak_say_their_own_id(kind):
    assert node(kind).say == (() if kind in SILENT else ("n",))


@pytest.mark.parametrize(("kind", "name"), REQUIRED)
def test_a_field_that_is_missing_is_named(kind, name):
    left = {field: value for field, value in GOOD[kind].items() if field != name}
    (what,) = mistakes({"kind": kind, **left})
    assert what.startswith(f"`{name}` ")


@pytest.mark.parametrize("kind", GOOD)
def test_an_unknown_field_is_named(kind):
    assert mistakes({"kind": kind, **GOOD[kind], "colour": "red"}) == ["unknown field `colour`"]


def test_a_field_that_is_there_and_empty_is_not_unknown():
    assert mistakes({"kind": "menu", **GOOD["menu"], "silence": None, "topic": None}) == []


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (["a list"], "a node must be a mapping"),
        ({}, "`kind` is missing"),
        ({"kind": True}, "`kind` must be a text"),
        ({"kind": "end", "how": ["x"]}, "`how` must be a text"),
        ({"kind": "end", "topic": ["x"]}, "`topic` must be a text"),
        ({"kind": "goto", "to": None}, "`to` is missing"),
        ({"kind": "goto", "to": "x", "with": {}}, "`with` must be a mapping"),
        ({"kind": "goto", "to": "x", "with": ["a"]}, "`with` must be a mapping"),
        ({"kind": "goto", "to": "x", "with": {"a": ["b"]}}, "`with: a` must be a text"),
        ({"kind": "goto", "to": "x", "with": {"a": ""}}, "`with` holds an empty value"),
        ({"kind": "menu", "options": []}, "`options` must be a list"),
        ({"kind": "menu", "options": {"key": 1}}, "`options` must be a list"),
        ({"kind": "menu", "options": ["x"]}, "an option must be a mapping of key, id and to"),
        ({"kind": "menu", "options": [{**OPTION, "colour": 1}]}, "unknown field `colour` in option `a`"),
        ({"kind": "menu", "options": [{"key": 1, "id": "a"}]}, "`to` is missing"),
        ({"kind": "menu", "options": [{"key": True, "id": "a", "to": "x"}]}, "`key` must be a text"),
        ({"kind": "question", **GOOD["question"], "private": "yes"}, "`private` must be true or false"),
        ({"kind": "digits", **GOOD["digits"], "least": 0}, "`least` must be a whole number from 1"),
        ({"kind": "digits", **GOOD["digits"], "most": True}, "`most` must be a whole number from 1"),
        ({"kind": "message", **GOOD["message"], "seconds": "9"}, "`seconds` must be a whole number from 1"),
        ({"kind": "route", **GOOD["route"], "cases": {}}, "`cases` must be a mapping"),
        ({"kind": "route", **GOOD["route"], "cases": ["x"]}, "`cases` must be a mapping"),
        ({"kind": "language", **GOOD["language"], "other": "x"}, "`other` must be a mapping"),
        ({"kind": "steps", "pages": "p", "then": "x"}, "`pages` must be a list"),
        ({"kind": "end", "say": [{"needs": "day"}]}, "`say` must be a list"),
        ({"kind": "end", "say": [{"needs": "day", "say": ["p"], "or": "q"}]}, "unknown field `or` beside `needs`"),
        (
            {"kind": "end", "say": [{"needs": {"a": "x", "b": "y"}, "say": ["p"]}]},
            "`needs` is one name, or one name with its value",
        ),
        ({"kind": "end", "say": [{"needs": {}, "say": ["p"]}]}, "`needs` must be a mapping"),
        ({"kind": "end", "say": [{"needs": ["a"], "say": ["p"]}]}, "`needs` must be a text"),
        (
            {"kind": "language", **GOOD["language"], "other": {**OPTION, "needs": "day"}},
            "option `a` is always there: it can need nothing",
        ),
    ],
)
def test_a_field_of_the_wrong_shape_is_named(data, what):
    assert mistakes(data) == [what]


def test_an_unknown_kind_is_named_with_those_there_are():
    (what,) = mistakes({"kind": "riddle"})
    assert what == f"unknown kind `riddle`: one of {', '.join(sorted(KINDS))}"


@pytest.mark.parametrize("item", [7, {"song": "x"}, {"digits": 3}, {"digits": "a", "number": "b"}, None])
def test_a_say_holds_only_prompts_and_placed_values(item):
    (what,) = mistakes({"kind": "end", "say": ["hello", item]})
    values = "{digits: x}, {number: x}, {moment: x}, {hours: x}, {speech: x}"
    assert what == f"`say` holds prompt ids and values ({values}), not {item!r}"


def test_a_mistake_names_file_line_and_node():
    _, found = read([Source("menus/t.yaml", "t", {"n": {"kind": "goto"}, "m": []}, {"n": 7})])
    assert found == [
        Mistake("menus/t.yaml", 7, "n", "`to` is missing"),
        Mistake("menus/t.yaml", 1, "m", "a node must be a mapping"),
    ]


def test_a_node_id_in_two_files_is_named_and_the_first_is_kept():
    one = Source("menus/one.yaml", "one", {"n": {"kind": "end"}}, {"n": 3})
    two = Source("menus/two.yaml", "two", {"n": {"kind": "goto", "to": "x"}}, {"n": 4})
    nodes, found = read([one, two])
    assert isinstance(nodes["n"], End)
    assert found == [Mistake("menus/two.yaml", 4, "n", "this node id is used twice")]


def test_what_a_good_node_becomes():
    assert node("menu") == Menu(id="n", tree="t", say=("n",), options=node("menu").options)
    assert node("menu").options[0].say == ("n.a",)
    assert node("menu", options=[{**OPTION, "prompt": "p", "topic": "o"}]).options[0].say == ("p",)
    assert node("question", private=True, silence="y").private
    assert node("menu", give_up="y").give_up == "y"
    assert node("digits") == Entry(id="n", tree="t", say=("n",), remember="r", least=1, most=2, then="x")
    assert not node("digits", confirm=False).confirm
    assert node("request", unfinished=True) == Request(
        id="n", tree="t", say=(), then="x", unavailable="x", unfinished=True
    )
    assert node("cancel") == Cancel(id="n", tree="t", say=(), then="x", unavailable="x")
    ways = {"then": "x", "missed": "x", "unavailable": "x"}
    assert node("transfer") == Connect(id="n", tree="t", say=("n",), target="t", seconds=1, **ways)
    assert node("transfer", missed="y").missed == "y"
    assert node("goto", then="y") == Goto(id="n", tree="t", say=(), to="x", then="y")
    assert node("goto", **{"with": {"office": "bank", "n": 3}}).values == (("office", "bank"), ("n", "3"))
    assert node("text") == SendText(id="n", tree="t", say=(), then="x", unavailable="x")
    assert node("end", how="served").how == "served"


def test_a_page_is_a_prompt_or_a_list_of_them():
    pages = ["p1", ["p2", {"number": "count"}]]
    assert node("steps", pages=pages) == Steps(
        id="n", tree="t", say=(), pages=(("p1",), ("p2", Placed("number", "count"))), then="x"
    )


def test_an_option_may_speak_values_and_need_one():
    (option,) = node("menu", options=[{**OPTION, "needs": "w1", "say": [{"moment": "w1"}, "n.w1"]}]).options
    assert (option.needs, option.say) == ("w1", (Placed("moment", "w1"), "n.w1"))


def test_a_part_of_a_say_may_need_a_value():
    say = ["p", {"needs": "day", "say": ["q", {"moment": "day"}]}]
    assert node("menu", say=say).say == ("p", Only("day", ("q", Placed("moment", "day"))))


@pytest.mark.parametrize("value", ["yes", True])
def test_a_part_of_a_page_may_need_one_value(value):
    pages = [["p", {"needs": {"has": value}, "say": ["q"]}]]
    assert node("steps", pages=pages).pages == (("p", Only("has", ("q",), "yes")),)


@pytest.mark.parametrize("say", [[{"needs": "a", "say": [{"needs": "b", "say": ["p"]}]}], [{"needs": "a", "say": [7]}]])
def test_what_depends_on_a_value_holds_prompts_and_values_only(say):
    (what,) = mistakes({"kind": "end", "say": say})
    assert what.startswith("`say` holds prompt ids")


def test_yes_and_no_are_words_in_the_cases_of_an_answer():
    assert dict(node("route", cases={True: "x", False: "y", 3: "z"}).cases) == {"yes": "x", "no": "y", "3": "z"}
