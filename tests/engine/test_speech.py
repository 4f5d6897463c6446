"""What is said chooses what a key would choose, if it means exactly one thing here; who is not understood has keys."""

from dataclasses import replace

import pytest

from ivr.engine import engine
from ivr.engine.inputs import Arrived, Known, Recorded, Said
from ivr.engine.turn import CallbackRequested, Digits, Listen, Prompt, Result
from tests.engine.books import MENU, make_book, menu
from tests.engine.caller import Caller

WORDS = {
    "papers": ["my papers", "the card"],
    "money": ["the card", "money"],
    "first.top": ["from here"],
    "top": ["elsewhere"],
    "aa": ["the first tongue"],
    "bb": ["the second tongue"],
    "other": ["none of these"],
}
OPTIONS = [{"key": 1, "id": "papers", "to": "first"}, {"key": 2, "id": "money", "to": "code"}]
CODE = {"kind": "digits", "remember": "code", "least": 2, "most": 4, "then": "main"}
NODES = {"main": {"kind": "menu", "options": OPTIONS}, "first": MENU, "code": CODE}
BOOK = make_book(NODES, languages=("aa", "bb"), words=WORDS)
STEPS = {"kind": "steps", "pages": ["p1", "p2"], "then": "main"}
SHORT_MAIN = ["main.short", "main.papers.short", "main.money.short"]
MAIN = ["main", "main.papers", "main.money"]


@pytest.mark.parametrize(("words", "node"), [("My papers!", "first"), ("money", "code")])
def test_words_of_an_option_choose_it(words, node):
    caller = Caller(BOOK).arrives().says(words)
    assert (caller.turn.node, caller.turn.result) == (node, Result.CHOSE)
    assert caller.state.inputs == 1


def test_words_that_mean_two_things_choose_neither():
    caller = Caller(BOOK).arrives().says("the card")
    assert caller.hears == ["system.not-understood", *SHORT_MAIN]
    assert caller.turn.result is Result.NO_MATCH


def test_words_of_another_language_mean_nothing_once_one_is_chosen():
    assert Caller(BOOK).arrives().says("bb back").turn.result is Result.NO_MATCH


def test_a_node_may_have_words_of_its_own_for_an_option():
    caller = Caller(BOOK).arrives().presses("1")
    assert caller.says("elsewhere").turn.result is Result.NO_MATCH
    assert caller.says("from here").turn.node == "main"


def test_a_command_is_understood_and_followed_at_once():
    caller = Caller(BOOK).arrives().presses("1")
    assert (caller.says("aa again").hears, caller.turn.result) == (["first", "first.top"], Result.AGAIN)
    assert caller.says("aa back").turn.node == "main"
    assert caller.presses("1").says("aa main").turn.node == "main"


def test_an_explanation_knows_the_next_page_and_the_commands():
    caller = Caller(make_book({"first": STEPS}, words=WORDS)).arrives().presses("1")
    assert caller.says("aa next").hears == ["p2"]
    assert caller.says("aa back").hears == ["p1"]
    assert caller.says("the card").hears == ["system.not-understood", "p1.short"]
    assert caller.says("aa again").hears == ["p1"]


def test_a_language_without_words_understands_nothing_and_does_not_mind():
    book = make_book()
    caller = Caller(type(book)(book.nodes, book.roles, book.limits, book.languages)).arrives()
    assert caller.does(Said("anything")).turn.result is Result.NO_MATCH
    assert engine.expected(caller.book, caller.state) == {}


@pytest.mark.parametrize("words", ["", " … "])
def test_silence_of_a_recogniser_is_no_choice(words):
    assert Caller(BOOK).arrives().says(words).turn.result is Result.NO_MATCH


# --- several hearings


def test_of_several_hearings_those_that_mean_nothing_do_not_count():
    assert Caller(BOOK).arrives().does(Said("hm", ("money", ""))).turn.node == "code"


def test_several_hearings_of_one_meaning_are_one_choice():
    book = make_book(NODES, languages=("aa", "bb"), words={**WORDS, "money": ["money", "cash"]})
    assert Caller(book).arrives().does(Said("money", ("cash",))).turn.node == "code"


def test_several_hearings_of_several_meanings_are_none():
    assert Caller(BOOK).arrives().does(Said("money", ("my papers",))).turn.result is Result.NO_MATCH


# --- not understood


def test_who_is_not_understood_is_asked_again_then_told_of_the_keys_then_led_to_a_person():
    caller = Caller(BOOK).arrives().says("hm")
    assert caller.hears == ["system.not-understood", *SHORT_MAIN]
    assert engine.expected(BOOK, caller.state)
    assert caller.says("hm").hears == ["speech.use-keys", *MAIN]
    assert engine.expected(BOOK, caller.state) == {}
    assert caller.says("money").turn.node == "noted"


def test_misses_by_voice_and_by_key_lead_to_a_person_together():
    assert Caller(BOOK).arrives().presses("5").says("hm").says("hm").turn.node == "noted"
    caller = Caller(BOOK).arrives().says("hm").says("hm").presses("5")
    assert caller.turn.node == "noted"


def test_wrong_keys_alone_do_not_end_the_listening():
    caller = Caller(BOOK).arrives().presses("55")
    assert caller.says("money").turn.node == "code"


def test_at_the_next_node_speech_is_listened_for_again():
    caller = Caller(BOOK).arrives().says("hm").says("hm").presses("1")
    assert caller.says("from here").turn.node == "main"


def test_a_word_after_the_star_of_an_empty_entry_comes_between_it_and_a_0():
    caller = Caller(BOOK).arrives().presses("2*").says("hm").presses("0")
    assert caller.turn.node == "noted"
    entries = {**NODES, "first": {**CODE, "then": "code"}}
    caller = Caller(make_book(entries, words=WORDS)).arrives().presses("112#1*").says("aa again").presses("0")
    assert (caller.turn.node, caller.turn.result) == ("first", Result.PARTIAL)


# --- what is asked back


def test_a_person_is_asked_back():
    caller = Caller(BOOK).arrives().says("aa person")
    assert caller.hears == ["speech.heard.short", "speech.person.short", "speech.confirm.short"]
    assert (caller.turn.node, caller.turn.result, caller.state.offered) == ("main", Result.CONFIRM, "0")
    assert caller.turn.facts == ()
    assert caller.says("aa yes").turn.node == "noted"
    assert caller.state.offered == ""


def test_a_no_says_the_node_again_in_short():
    caller = Caller(BOOK).arrives().says("aa person").says("aa no")
    assert (caller.hears, caller.turn.result, caller.state.offered) == (SHORT_MAIN, Result.NO_MATCH, "")
    assert caller.says("money").turn.node == "code"


def test_two_noes_lead_to_the_keys_and_a_third_miss_to_a_person():
    caller = Caller(BOOK).arrives().says("aa person").says("aa no").says("aa person").says("aa no")
    assert caller.hears == ["speech.use-keys", *MAIN]
    assert caller.presses("5").turn.node == "noted"


def test_a_key_during_a_confirmation_means_what_it_means_in_the_menu():
    caller = Caller(BOOK).arrives().says("aa person").presses("2")
    assert (caller.turn.node, caller.state.offered) == ("code", "")
    caller = Caller(BOOK).arrives().says("aa person").presses("5")
    assert (caller.hears, caller.state.offered) == (["system.wrong-key", *MAIN], "")


def test_again_repeats_what_is_asked_back_by_key_and_by_word_and_after_a_restart():
    asked = ["speech.heard.short", "speech.person.short", "speech.confirm.short"]
    caller = Caller(BOOK).arrives().says("aa person")
    assert caller.presses("9").hears == asked
    assert (caller.says("aa again").hears, caller.turn.result) == (asked, Result.AGAIN)
    state, turn = engine.now(BOOK, caller.state, caller.context)
    assert (state, turn.pieces) == (caller.state, caller.turn.pieces)


def test_silence_repeats_what_is_asked_back_once_and_then_counts_as_usual():
    caller = Caller(BOOK).arrives().stays_silent().says("aa person").stays_silent()
    asked = ["system.silence", "speech.heard.short", "speech.person.short", "speech.confirm.short"]
    assert (caller.hears, caller.state.offered, caller.turn.result) == (asked, "0", Result.NO_INPUT)
    assert (caller.stays_silent().hears, caller.state.offered) == (["system.silence", *SHORT_MAIN], "")
    assert caller.stays_silent().turn.node == "noted"


def test_a_confirmation_that_is_not_understood_is_repeated_then_the_keys_are_left():
    caller = Caller(BOOK).arrives().says("aa person").says("my papers")
    assert caller.hears[0] == "system.not-understood"
    assert (caller.hears[1:], caller.state.offered) == (
        ["speech.heard.short", "speech.person.short", "speech.confirm.short"],
        "0",
    )
    assert (caller.says("hm").hears, caller.state.offered) == (["speech.use-keys", *MAIN], "")


def test_another_command_takes_the_place_of_what_is_asked_back():
    caller = Caller(BOOK).arrives().presses("1").says("aa person").says("aa person")
    assert (caller.state.offered, caller.turn.result) == ("0", Result.CONFIRM)
    caller.says("aa back")
    assert (caller.turn.node, caller.state.offered) == ("main", "")


def test_a_person_who_is_asked_for_in_an_explanation_leaves_time_for_an_answer():
    caller = Caller(make_book({"first": STEPS})).arrives().presses("1").says("aa person")
    assert caller.turn.ending == Listen("109*#", 6)
    assert caller.stays_silent().state.offered == "0"
    assert caller.stays_silent().hears == ["p2"]


@pytest.mark.parametrize(("words", "language"), [("the first tongue", "aa"), ("The second tongue.", "bb")])
def test_a_language_is_asked_back_in_itself(words, language):
    caller = Caller(BOOK).arrives(None).says(words)
    assert caller.hears == ["speech.heard.short", "language.choose.short", "speech.confirm.short"]
    assert {piece.language for piece in caller.turn.pieces} == {language}
    assert caller.state.language is None
    assert caller.says(f"{language} yes").turn.language == language


def test_another_language_is_asked_back_in_every_language():
    caller = Caller(BOOK).arrives(None).says("none of these")
    asked = ["speech.heard.short", "start.other.short", "speech.confirm.short"]
    assert caller.hears == [*asked, *asked]
    assert caller.says("bb yes").turn.node == "noted"


def test_where_a_language_is_chosen_all_are_understood_also_later_in_the_call():
    caller = Caller(BOOK).arrives("bb").presses("*")
    assert (caller.turn.node, caller.turn.language) == ("start", "bb")
    assert set(engine.expected(BOOK, caller.state)) == {"aa", "bb"}
    assert caller.says("the first tongue").says("aa yes").turn.language == "aa"


def test_commands_are_understood_in_every_language_while_none_is_chosen():
    assert Caller(BOOK).arrives(None).says("bb person").says("aa yes").turn.node == "noted"


def test_who_says_menu_where_no_language_is_chosen_hears_the_choice_again():
    assert Caller(BOOK).arrives(None).says("aa person").says("aa main").hears[0] == "start"


SUBTREE = {
    "first": {"kind": "goto", "to": "ask", "then": "wish"},
    "ask": {
        "kind": "menu",
        "options": [
            {"key": 1, "id": "a", "to": "return"},
            {"key": 2, "id": "b", "to": "main"},
            {"key": 3, "id": "c", "to": "road"},
            {"key": 4, "id": "d", "to": "explained"},
            {"key": 5, "id": "e", "to": "desk"},
            {"key": 6, "id": "f", "to": "round"},
        ],
    },
    "road": {"kind": "route", "by": "mood", "cases": {"good": "wish"}, "otherwise": "main"},
    "explained": {"kind": "steps", "pages": ["p1"], "then": "wish"},
    "desk": {"kind": "ask", "ask": "hours", "cases": {"open": "main", "closed": "desk"}, "unavailable": "gone"},
    "round": {"kind": "ask", "ask": "hours", "cases": {"open": "main", "closed": "round"}, "unavailable": "main"},
    "gone": {"kind": "cancel", "then": "main", "unavailable": "main"},
    "wish": {"kind": "request", "then": "noted", "unavailable": "sorry"},
}


@pytest.mark.parametrize(
    ("option", "result"),
    [
        ("a", Result.CONFIRM),
        ("b", Result.CHOSE),
        ("c", Result.CHOSE),
        ("d", Result.CHOSE),
        ("e", Result.CONFIRM),
        ("f", Result.CHOSE),
    ],
)
def test_what_leads_to_a_promise_before_the_next_choice_is_asked_back(option, result):
    caller = Caller(make_book(SUBTREE)).arrives().presses("1").says(f"aa option {option}")
    assert caller.turn.result is result
    if result is Result.CONFIRM:
        assert caller.hears == ["speech.heard.short", f"ask.{option}.short", "speech.confirm.short"]


def test_return_without_a_sub_tree_is_the_main_menu():
    book = make_book({"first": {"kind": "menu", "options": [{"key": 1, "id": "a", "to": "return"}]}})
    assert Caller(book).arrives().presses("1").says("aa option a").turn.result is Result.CHOSE


@pytest.mark.parametrize(("option", "result"), [("good", Result.CONFIRM), ("bad", Result.CHOSE)])
def test_a_route_goes_by_the_answer_that_is_being_given(option, result):
    options = [{"key": n + 1, "id": id, "to": "road"} for n, id in enumerate(("good", "bad"))]
    question = {"kind": "question", "remember": "mood", "options": options}
    route = {"kind": "route", "by": "mood", "cases": {"good": "wish"}, "otherwise": "back"}
    nodes = {"first": question, "road": route, "back": {"kind": "goto", "to": "main"}, "wish": SUBTREE["wish"]}
    assert Caller(make_book(nodes)).arrives().presses("1").says(f"aa option {option}").turn.result is result


@pytest.mark.parametrize(("node", "option"), [(True, False), (False, True), (False, False)])
def test_what_authors_marked_is_asked_back(node, option):
    marked = {"sure": True} if option else {}
    options = [{"key": 1, "id": "a", "to": "main", **marked}, {"key": 2, "id": "b", "to": "main"}]
    book = make_book({"first": {"kind": "menu", "options": options, "sure": node}})
    caller = Caller(book).arrives().presses("1")
    assert (caller.says("aa option a").turn.result is Result.CONFIRM) == (node or option)
    caller = Caller(book).arrives().presses("1")
    assert (caller.says("aa option b").turn.result is Result.CONFIRM) == node
    assert caller.says("aa main").turn.node == "main"


def test_what_authors_know_to_be_asked_back_already_is_not_asked_back_again():
    options = [{"key": 1, "id": "a", "to": "wish", "sure": False}, {"key": 2, "id": "b", "to": "wish"}]
    nodes = {"first": {"kind": "menu", "options": options}, "wish": SUBTREE["wish"]}
    book = make_book(nodes)
    assert Caller(book).arrives().presses("1").says("aa option a").turn.node == "noted"
    assert Caller(book).arrives().presses("1").says("aa option b").turn.result is Result.CONFIRM


def test_a_request_that_promises_nothing_yet_is_not_asked_back():
    nodes = {"first": menu("begun"), "begun": {**SUBTREE["wish"], "unfinished": True, "then": "more"}, "more": MENU}
    caller = Caller(make_book(nodes)).arrives().presses("1").says("aa option a")
    assert (caller.turn.node, caller.turn.facts) == ("more", (CallbackRequested("general", False),))


def test_a_confirmation_of_what_is_there_no_more_is_dropped():
    caller = Caller(BOOK).arrives()
    caller.state = replace(caller.state, offered="6")
    assert (caller.presses("9").hears, caller.state.offered) == (MAIN, "")


# --- digits


def spelling(*utterances: str, **more: object) -> Caller:
    """A caller who says these in the entry."""
    book = make_book({**NODES, "code": {**CODE, **more}}, words=WORDS)
    return Caller(book).arrives().presses("2").does(*(Said(words) for words in utterances))


READ_BACK = ["entry.heard", "digits 3939", "entry.right", "entry.again"]


@pytest.mark.parametrize("confirm", [True, False])
def test_digits_that_are_said_are_always_read_back(confirm):
    caller = spelling("aa-thirty aa-key9 aa-thirty aa-key9", confirm=confirm)
    assert caller.hears == READ_BACK
    assert caller.says("aa yes").state.answers["code"] == "3939"


def test_several_utterances_and_keys_add_up():
    caller = spelling("aa-key3", confirm=False)
    assert (caller.hears, caller.turn.result) == ([], Result.PARTIAL)
    assert caller.turn.ending == Listen("0123456789*#", 8, digits=3, entry=True)
    assert caller.says("aa-key9").presses("3").hears == []
    assert caller.says("aa-key9").hears == READ_BACK


def test_digits_that_are_said_and_keyed_are_read_back_too():
    caller = spelling("aa-key3 aa-key9", confirm=False)
    assert caller.presses("39").hears == READ_BACK
    assert caller.says("aa no").hears == ["code"]
    assert caller.presses("3939").turn.node == "main"


def test_silence_ends_an_entry_that_was_said():
    assert spelling("aa-thirty").stays_silent().hears[1] == "digits 30"


def test_too_few_digits_are_told_and_asked_for_again():
    caller = spelling("aa-key3", confirm=False).stays_silent()
    assert caller.hears == ["system.too-short", "code"]
    assert caller.presses("1234").turn.node == "main"


def test_more_digits_than_there_may_be_are_not_understood_and_what_was_said_before_is_kept():
    caller = spelling("aa-key1 aa-key2 aa-key3").says("aa-thirty")
    assert (caller.hears, caller.state.secrets) == (["system.not-understood", "code.short"], {"entry": "123"})


def test_digits_are_no_keys_of_a_menu():
    assert Caller(BOOK).arrives().says("aa-key1").turn.result is Result.NO_MATCH


@pytest.mark.parametrize(("words", "node"), [("aa main", "main"), ("aa back", "main")])
def test_a_command_that_is_said_while_digits_are_keyed_is_no_digit(words, node):
    caller = Caller(BOOK).arrives().presses("21").says(words)
    assert (caller.turn.node, caller.state.secrets) == (node, {})


def test_a_person_who_is_asked_for_while_digits_are_keyed_is_asked_back_and_the_digits_are_kept():
    caller = Caller(BOOK).arrives().presses("21").says("aa person")
    assert (caller.state.offered, caller.state.secrets) == ("0", {"entry": "1"})
    assert caller.says("aa no").hears == ["code.short"]
    assert caller.presses("2").state.secrets == {"entry": "12"}
    assert caller.says("aa person").says("aa yes").turn.node == "noted"


def test_a_person_who_is_asked_for_at_the_read_back_is_asked_back_and_a_no_reads_back_again():
    caller = Caller(BOOK).arrives().presses("212#").says("aa person")
    assert (caller.state.offered, caller.state.confirming) == ("0", True)
    assert caller.says("aa no").hears == ["entry.heard.short", "digits 12", "entry.right.short", "entry.again.short"]
    assert caller.says("aa yes").state.answers["code"] == "12"


def test_again_that_is_said_while_digits_are_keyed_keeps_them():
    caller = Caller(BOOK).arrives().presses("21").says("aa again")
    assert (caller.hears, caller.state.secrets) == (["code"], {"entry": "1"})


def test_yes_and_no_answer_the_read_back():
    caller = Caller(BOOK).arrives().presses("212#")
    assert caller.says("aa no").hears == ["code"]
    assert caller.presses("12#").says("aa yes").turn.node == "main"
    assert caller.state.answers["code"] == "12"


def test_said_digits_are_secrets_too():
    caller = spelling("aa-thirty", private=True)
    assert caller.state.secrets == {"entry": "30"}
    assert caller.stays_silent().turn.pieces[1] == Digits("30", "aa")


# --- what is listened for


def test_what_is_expected_in_a_menu_is_its_options_and_the_commands():
    caller = Caller(BOOK).arrives()
    commands = ("aa person", "aa again", "aa back", "aa main")
    assert engine.expected(BOOK, caller.state) == {"aa": (*commands, "my papers", "the card", "money")}


def test_what_is_expected_where_something_is_asked_back_is_a_yes_a_no_and_the_commands():
    caller = Caller(BOOK).arrives().says("aa person")
    commands = ("aa person", "aa again", "aa back", "aa main")
    assert engine.expected(BOOK, caller.state) == {"aa": (*commands, "aa yes", "aa no")}


def test_what_is_expected_in_an_entry_is_numbers_and_at_the_read_back_yes_or_no():
    caller = Caller(BOOK).arrives().presses("2")
    (phrases,) = engine.expected(BOOK, caller.state).values()
    assert {"aa-key0", "aa-key9", "aa-thirty", "aa-thirty aa-key9", "aa main"} < set(phrases)
    caller.presses("12#")
    (phrases,) = engine.expected(BOOK, caller.state).values()
    assert phrases[-2:] == ("aa yes", "aa no")


def test_what_is_expected_in_an_explanation_is_the_next_page():
    book = make_book({"first": STEPS})
    caller = Caller(book).arrives().presses("1")
    assert "aa next" in engine.expected(book, caller.state)["aa"]


def test_an_option_that_is_not_there_is_not_listened_for():
    options = [{"key": 1, "id": "a", "to": "main"}, {"key": 2, "id": "b", "to": "main", "needs": "opens"}]
    book = make_book({"first": {"kind": "menu", "options": options}})
    caller = Caller(book).arrives().presses("1")
    assert "aa option b" not in engine.expected(book, caller.state)["aa"]


MESSAGE = {"kind": "message", "seconds": 9, "then": "main", "unavailable": "main"}
CONNECT = {"kind": "transfer", "target": "desk", "seconds": 9, "then": "main", "unavailable": "main"}


@pytest.mark.parametrize(("node", "ask"), [(MESSAGE, "recording"), (CONNECT, "line")])
def test_nothing_is_listened_for_where_the_caller_records_or_talks(node, ask):
    book = make_book({"first": node})
    caller = Caller(book, {ask: Known("yes")}).arrives().presses("1")
    assert engine.expected(book, caller.state) == {}
    assert caller.says("aa main").turn.node == "first"
    assert caller.does(Recorded("ref") if ask == "recording" else Said("hm")).turn.node in {"first", "main"}


def test_nothing_is_listened_for_when_a_call_is_over_or_a_question_is_open():
    caller = Caller(BOOK).arrives()
    assert engine.expected(BOOK, replace(caller.state, ended=True)) == {}
    assert engine.expected(BOOK, replace(caller.state, asking="hours")) == {}


# --- a call that can be spoken to


HINT = {"needs": "speech", "say": ["you-may-speak"]}


@pytest.mark.parametrize("speech", [True, False])
def test_who_can_speak_is_told_so(speech):
    start = {
        "kind": "language",
        "say": ["start", HINT],
        "then": "main",
        "other": {"key": 6, "id": "other", "to": "person"},
    }
    book = make_book({"start": start, "first": CODE})
    state, turn = engine.begin(book, Arrived(None, speech=speech), Caller(book).context)
    assert (Prompt("you-may-speak", "aa") in turn.pieces) == speech
    assert (state.values == {"speech": "yes"}) == speech


def test_the_read_back_asks_for_a_yes_where_one_can_be_said():
    book = make_book({"first": CODE})
    caller = Caller(book)
    caller._settle(*engine.begin(book, Arrived("aa", False, speech=True), caller.context))
    assert caller.presses("112#").hears == ["entry.heard", "digits 12", "entry.right", "entry.again", "speech.confirm"]
