"""Plain data becomes content; what cannot be read is named, and nothing raises."""

import pytest

from ivr.engine.content import Clock
from ivr.engine.menu import Limits
from ivr.engine.reading import Mistake
from ivr.engine.turn import Variant
from ivr.release.parse import parse
from tests.engine.books import MENU, raw

HELPLINE = "menus/helpline.yaml"
LANGUAGE = "prompts/aa/language.yaml"
FACT = {"says": "x", "source": "doc"}


def mistakes(data):
    """What cannot be read of it."""
    return list(parse(data).mistakes)


def test_good_data_has_no_mistake():
    assert mistakes(raw(languages=("aa", "bb"), facts={"fee": FACT})) == []


def test_languages_come_in_the_order_of_their_keys():
    data = raw(languages=("bb", "aa"))
    assert [tongue.code for tongue in parse(data).tongues] == ["bb", "aa"]


def test_limits_are_those_of_the_frame_or_the_default():
    assert parse(raw(limits={"tries": 2, "menu_silence": 4.5})).limits == Limits(tries=2, menu_silence=4.5)


def test_an_empty_limits_field_means_the_defaults():
    data = raw()
    data["helpline"]["limits"] = None
    assert parse(data).limits == Limits()


@pytest.mark.parametrize(
    ("limits", "what"),
    [
        ({"patience": 3}, "unknown limit `patience`"),
        ({"tries": 0}, "`tries` must be a whole number above 0"),
        ({"back": 1.5}, "`back` must be a whole number above 0"),
        ({"inputs": True}, "`inputs` must be a whole number above 0"),
        ({"menu_silence": "long"}, "`menu_silence` must be a number above 0"),
        (["tries"], "`limits` must be a mapping"),
    ],
)
def test_a_limit_that_is_none_is_named_and_the_default_stands(limits, what):
    data = raw()
    data["helpline"]["limits"] = limits
    assert mistakes(data) == [Mistake(HELPLINE, 1, "", what)]
    assert parse(data).limits == Limits()


def test_the_frame_may_name_the_language_of_places_and_where_texts_are_sent():
    plain, named = parse(raw()), parse(raw(roles={"places": "aa", "text": "main"}))
    assert (plain.places, plain.roles.text) == (None, None)
    assert (named.places, named.roles.text) == ("aa", "main")


def test_where_nothing_can_be_sent_no_node_has_a_text():
    nodes = {"first": {**MENU, "text": "docs"}}
    made = [parse(raw(nodes, roles=roles)) for roles in ({}, {"text": "main"})]
    assert [(each.nodes["first"].text, each.written["first"].text) for each in made] == [(None, None), ("docs", "docs")]


@pytest.mark.parametrize(
    ("clock", "what"),
    [
        ({"quarter": ["hour"]}, "unknown field `quarter`"),
        ({"full": "hour"}, "`full` must be a list"),
        (["hour"], "`clock` must be a mapping"),
        ({"hours": 10}, "`clock` counts `hours` to 12 or to 24"),
        (
            {"full": ["hour", "clock.tick"]},
            "`clock` names `clock.tick`: one of hour, minute, clock.hour, clock.hour-and, clock.minutes, clock.half",
        ),
    ],
)
def test_a_clock_that_cannot_be_read_is_named(clock, what):
    data = raw()
    data["languages"]["aa"]["language"]["clock"] = clock
    assert mistakes(data) == [Mistake(LANGUAGE, 1, "aa", what, "aa")]


def test_a_language_tells_the_time_its_own_way_or_the_usual_one():
    data = raw(languages=("aa", "bb"))
    part, half = ["minute", "clock.minutes", "hour"], ["hour", "clock.half"]
    data["languages"]["bb"]["language"]["clock"] = {"part": part, "half": half, "hours": 12}
    first, second = parse(data).tongues
    assert first.clock == Clock(("hour", "clock.hour"), ("hour", "clock.hour-and", "minute"))
    assert second.clock == Clock(("hour", "clock.hour"), tuple(part), tuple(half), 12)


def test_an_unknown_field_of_the_frame_is_named():
    data = raw()
    data["helpline"]["colour"] = "red"
    assert mistakes(data) == [Mistake(HELPLINE, 1, "", "unknown field `colour`")]


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("colour", "red", "unknown field `colour`"),
        ("removed", ["old"], "`removed` must be a mapping"),
        ("review", "next year", "`review` must be a date such as 2027-01-31"),
        ("review", "20270131", "`review` must be a date such as 2027-01-31"),
    ],
)
def test_a_field_of_a_tree_that_cannot_be_read_is_named(field, value, what):
    data = raw()
    data["trees"][2][field] = value
    assert mistakes(data) == [Mistake("menus/tree.yaml", 1, "tree", what)]


@pytest.mark.parametrize(
    ("parked", "what"),
    [
        (["first"], ["`parked` must be a mapping"]),
        ({"gone": None}, ["`parked` names `gone`, which does not exist"]),
        ({"first": "gone"}, ["`parked` names `gone`, which does not exist"]),
        ({"first": ["main"]}, ["`parked` names `['main']`, which does not exist"]),
        ({"first": "return"}, []),
        ({"first": None, "main": None}, []),
    ],
)
def test_what_is_parked_names_nodes_that_are_there(parked, what):
    assert mistakes(raw(parked=parked)) == [Mistake("menus/tree.yaml", 1, "tree", one) for one in what]


def test_a_tree_without_a_name_has_that_of_its_file():
    data = raw()
    del data["trees"][2]["tree"]
    assert parse(data).sources[2].tree == "menus/tree.yaml"


def test_a_mistake_in_a_node_is_among_them():
    assert [m.where for m in mistakes(raw({"first": {"kind": "riddle"}}))] == ["first"]


@pytest.mark.parametrize("fact", ["words", {}, {"says": "x"}, {"source": "doc"}])
def test_a_fact_must_say_something_and_name_its_source(fact):
    data = raw(facts={"fee": fact})
    assert mistakes(data) == [Mistake("menus/facts.yaml", 10, "fee", "a fact must have `says` and `source`")]
    assert parse(data).facts == {}


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("colour", "red", "unknown field `colour`"),
        ("speak", "loudly", "`speak` must be one of digits, number, words"),
        ("doubt", "perhaps", "`doubt` must be true or false"),
        ("valid_until", "31.12.2026", "`valid_until` must be a date such as 2027-01-31"),
        ("reviewed", 2026, "`reviewed` must be a date such as 2027-01-31"),
    ],
)
def test_a_field_of_a_fact_that_cannot_be_read_is_named(field, value, what):
    data = raw(facts={"fee": {**FACT, field: value}})
    assert mistakes(data) == [Mistake("menus/facts.yaml", 10, "fee", what)]


def test_a_fact_without_a_readable_mark_is_doubtful():
    assert parse(raw(facts={"fee": {**FACT, "doubt": "perhaps"}})).facts["fee"].doubt


def test_a_fact_keeps_all_that_is_known_of_it():
    known = {"value": 50, "speak": "digits", "doubt": True, "valid_until": "2026-12-31", "reviewed": "2026-01-01"}
    fact = parse(raw(facts={"fee": {**FACT, **known}})).facts["fee"]
    assert (fact.value, fact.speak, fact.doubt) == ("50", "digits", True)
    assert (fact.valid_until, fact.reviewed, fact.line) == ("2026-12-31", "2026-01-01", 10)


def test_a_language_that_lacks_what_it_must_say_is_named():
    data = raw(languages=("aa", "bb"))
    del data["languages"]["aa"]["language"]["name"]
    del data["languages"]["aa"]["language"]["keys"]
    assert mistakes(data) == [Mistake(LANGUAGE, 1, "aa", "missing: name, keys", "aa")]
    assert [tongue.code for tongue in parse(data).tongues] == ["bb"]


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("order", "first", "`order` must be a whole number from 1"),
        ("order", True, "`order` must be a whole number from 1"),
        ("group", 0, "`group` must be a whole number from 1"),
        ("keys", ["zero"], "`keys` must be a mapping"),
        ("pronounce", "x", "`pronounce` must be a mapping"),
        ("globals", ["person"], "`globals` must be a mapping"),
        ("yes", "oui", "`yes` must be a list"),
        ("numbers", ["39"], "`numbers` must be a mapping"),
        ("numbers", {"39": "thirty-nine"}, "`39` must be a list"),
        ("numbers", {"3x": []}, "`numbers` names `3x`, which is no row of digits"),
        ("numbers", {"٣": []}, "`numbers` names `٣`, which is no row of digits"),
        ("voices", "pico", "`voices` must be a list of mappings"),
        ("voices", ["pico"], "`voices` must be a list of mappings"),
    ],
)
def test_a_field_of_a_language_that_cannot_be_read_is_named(field, value, what):
    data = raw()
    data["languages"]["aa"]["language"][field] = value
    assert mistakes(data) == [Mistake(LANGUAGE, 1, "aa", what, "aa")]


def test_words_that_are_no_list_are_named_in_their_file():
    data = raw(words={"top": "up", "empty": None})
    assert mistakes(data) == [Mistake("prompts/aa/words.yaml", 1, "aa", "`top` must be a list", "aa")]


def test_a_language_keeps_all_that_is_known_of_it():
    data = raw(words={"top": ["up"]})
    more = {"group": 3, "comma": "،", "speech_model": "m", "voices": [{"engine": "e"}], "pronounce": {"CAB": "C A B"}}
    data["languages"]["aa"]["language"].update(more)
    (tongue,) = parse(data).tongues
    assert (tongue.group, tongue.comma, tongue.speech_model) == (3, "،", "m")
    assert (tongue.voices, tongue.pronounce) == (({"engine": "e"},), {"CAB": "C A B"})
    assert (tongue.words["top"], tongue.words["yes"]) == (("up",), ("aa yes",))
    assert tongue.words["global.main"] == ("aa main",)


def test_a_number_may_be_said_as_its_keys_are_and_otherwise():
    data = raw()
    data["languages"]["aa"]["language"]["numbers"] = {"1": ["a"], "39": ["thirty-nine"]}
    (tongue,) = parse(data).tongues
    assert tongue.numbers["1"] == ("aa-key1", "a")
    assert (tongue.numbers["0"], tongue.numbers["39"]) == (("aa-key0",), ("thirty-nine",))
    assert set(tongue.numbers) == {*"0123456789", "39"}


@pytest.mark.parametrize("text", [7, ["x"], {"short": "x"}, {"full": 7}, None])
def test_a_text_without_words_is_named_and_empty(text):
    data = raw(texts={"first": text})
    (mistake,) = mistakes(data)
    assert mistake.what == "a text must be words, or a mapping with `full`"
    assert (mistake.file, mistake.language) == ("prompts/aa/texts.yaml", "aa")
    assert mistake.line == data["languages"]["aa"]["lines"]["first"]
    assert parse(data).tongues[0].texts["first"].wordings == {Variant.FULL: ""}


@pytest.mark.parametrize(
    ("field", "value", "what"),
    [
        ("colour", "red", "unknown field `colour`"),
        ("tts", ["x"], "`tts` must be a mapping"),
        ("tts", {"long": "x"}, "unknown field `long`"),
        ("facts", "fee", "`facts` must be a list"),
        ("reviewed", "yes", "`reviewed` must be a date such as 2027-01-31"),
    ],
)
def test_a_field_of_a_text_that_cannot_be_read_is_named(field, value, what):
    (mistake,) = mistakes(raw(texts={"first": {"full": "x", field: value}}))
    assert (mistake.where, mistake.what) == ("first", what)


def test_a_text_keeps_all_that_is_known_of_it():
    text = {"full": "x", "short": "y", "doubt": "z", "tts": "ecks", "facts": ["fee"], "reviewed": "2026-01-01"}
    kept = parse(raw(texts={"first": text})).tongues[0].texts["first"]
    assert kept.wordings == {Variant.FULL: "x", Variant.SHORT: "y", Variant.DOUBT: "z"}
    assert (kept.spelled, kept.facts, kept.reviewed) == ({Variant.FULL: "ecks"}, ("fee",), "2026-01-01")


def test_without_lines_everything_stands_in_line_1():
    data = raw(facts={"fee": "x"}, texts={"first": 7})
    del data["lines"], data["languages"]["aa"]["lines"]
    assert {mistake.line for mistake in mistakes(data)} == {1}


def test_a_text_message_is_words_or_a_mapping_without_other_wordings():
    data = raw()
    data["languages"]["aa"]["sms"] = {"a": "x", "b": {"full": "y", "short": "z", "facts": ["f"]}, "c": 3}
    data["languages"]["aa"]["lines"]["sms.yaml/b"] = 7
    content = parse(data)
    file = "prompts/aa/sms.yaml"
    assert content.mistakes == (
        Mistake(file, 7, "b", "unknown field `short`", "aa"),
        Mistake(file, 1, "c", "a text must be words, or a mapping with `full`", "aa"),
    )
    sms = content.tongue("aa").sms
    assert (sms["a"].wordings, sms["b"].wordings) == ({Variant.FULL: "x"}, {Variant.FULL: "y"})
    assert sms["b"].facts == ("f",)
