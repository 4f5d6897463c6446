"""Any book that passes the checks, any inputs, any answers: what always holds."""

import json
from dataclasses import replace

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from ivr.engine import engine
from ivr.engine.graph import unchosen
from ivr.engine.inputs import Context, Input, Pressed, StayedSilent
from ivr.engine.menu import Book, Entry, Steps
from ivr.engine.state import dumps, unwire, wire
from ivr.engine.turn import CallbackRequested, CallEnded, Fact, HangUp, LanguageChosen, Listen, Record, Result, Transfer
from ivr.engine.wire import turn_in, turn_out
from tests.engine import any_book
from tests.engine.caller import Caller

LIMIT = 25
UNHURRIED = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
languages = st.sampled_from([None, "aa", "zz"])


def call(book: Book, outside, language, way: list[Input], storing: bool = True) -> Caller:
    """A call that went this way."""
    caller = Caller(book, outside, Context(1000.0, any_book.TODAY, storing))
    return caller.arrives(language, first_call=language is None, texting=True).does(*way)


def resting_places_of_a_person(book: Book) -> set[str]:
    """Where somebody who asked for a person can come to without a further choice."""
    found: set[str] = set()
    ends = [book.roles.person]
    while ends:
        id = ends.pop()
        if id not in found:
            found.add(id)
            ends += [target for _, target in unchosen(book.node(id))]
    return found


@settings(UNHURRIED, max_examples=150)
@given(
    any_book.books(inputs=LIMIT), any_book.outsides, languages, st.lists(any_book.any_input, min_size=1), st.booleans()
)
def test_every_call_ends_within_its_limit_and_stays_ended(book, outside, language, inputs, storing):
    caller = call(book, outside, language, [], storing)
    for turn in range(LIMIT + 1):
        caller.does(inputs[turn % len(inputs)])
        assert isinstance(caller.turn.ending, HangUp) == caller.state.ended
        assert isinstance(caller.turn.ending, Listen | Record | Transfer | HangUp)
    assert caller.state.ended
    assert [fact for fact in caller.facts if isinstance(fact, CallEnded)] == [caller.facts[-1]]
    assert caller.does(Pressed("1")).turn.facts == ()


@settings(UNHURRIED, max_examples=100)
@given(any_book.books(), any_book.outsides, languages, any_book.ways)
def test_a_silent_caller_comes_to_an_end_by_himself(book, outside, language, way):
    caller = call(book, outside, language, way)
    assume(not caller.state.ended)
    caller.does(*[StayedSilent()] * 150)
    assert caller.state.ended
    assert [fact.how for fact in caller.facts if isinstance(fact, CallEnded)] != ["limit"]


@settings(UNHURRIED, max_examples=150)
@given(any_book.books(), any_book.outsides, languages, any_book.ways)
def test_a_person_is_always_within_reach(book, outside, language, way):
    caller = call(book, outside, language, way)
    assume(not caller.state.ended)
    keys = "0"
    if isinstance(book.node(caller.state.node), Entry) and not caller.state.confirming:
        keys = "*" * len(caller.state.secrets.get("entry", "")) + "*0"
    caller.presses(keys)
    assert caller.turn.node in resting_places_of_a_person(book)


@settings(UNHURRIED, max_examples=200)
@given(any_book.books(inputs=LIMIT), any_book.outsides, languages, any_book.ways, any_book.keys)
def test_several_keys_at_once_are_the_same_as_one_after_the_other(book, outside, language, way, keys):
    together = call(book, outside, language, way)
    single = call(book, outside, language, way)
    assume(not together.state.ended)
    together.does(Pressed(keys))
    for key in keys:
        if not single.state.ended:
            single.presses(key)
    assert together.state == single.state
    assert replace(together.turn, facts=()) == replace(single.turn, facts=())
    assert together.facts == single.facts


@settings(UNHURRIED, max_examples=70)
@given(any_book.books(), any_book.outsides, languages, any_book.ways, st.data())
def test_what_is_said_leads_where_its_key_leads_or_is_asked_back_or_is_not_understood(
    book, outside, language, way, data
):
    caller = call(book, outside, language, way)
    before = caller.state
    assume(not before.ended)
    words = data.draw(st.one_of(any_book.sentences_for(book, before), any_book.sentences))
    caller.says(words)
    assume(caller.state.offered == "" and caller.turn.result is not Result.NO_MATCH)
    assume(before.misses + 1 < book.limits.tries and words not in any_book.ROWS)
    key = any_book.key_of(book, before, words)
    node = book.node(before.node)
    if isinstance(node, Entry) and not before.confirming and not before.offered:
        erase = "*" * len(before.secrets.get("entry", ""))  # a key means the digits first, its word never does
        key = {"#": f"{erase}#", "*": f"{erase}*"}.get(key, key)
        assume(key != "9")
    assert place(caller) == place(call(book, outside, language, way).does(Pressed(key)))


def place(caller: Caller) -> tuple[object, ...]:
    """Where a call stands and how it came there, but not by what."""
    state = caller.state
    return state.node, state.page, state.language, state.topic, state.trail, state.stack, state.answers, caller.facts


@settings(UNHURRIED, max_examples=60)
@given(any_book.books(), any_book.outsides, languages, any_book.ways, any_book.sentences)
def test_what_is_not_listened_for_is_not_understood(book, outside, language, way, words):
    caller = call(book, outside, language, way)
    before = caller.state
    phrases = {phrase for said in engine.expected(book, before).values() for phrase in said}
    assume(not before.ended and words not in phrases and words not in any_book.ROWS)
    caller.says(words)
    if before.misses + 1 < book.limits.tries:
        assert (caller.state.node, caller.turn.result) == (before.node, Result.NO_MATCH)


@settings(UNHURRIED, max_examples=60)
@given(any_book.books(), any_book.outsides, languages, any_book.ways, st.sampled_from(["", "0"]))
def test_every_phrase_that_is_listened_for_means_something(book, outside, language, way, offered):
    caller = call(book, outside, language, way)
    nodes = [caller.state.node, *(id for id, node in book.nodes.items() if isinstance(node, Entry))]
    for node in nodes:
        before = replace(caller.state, node=node, confirming=False, offered=offered, secrets={}, misheard=0)
        for tongue, phrases in engine.expected(book, before).items():
            for phrase in phrases:
                caller.state = before
                refused = bool(offered) and phrase == f"{tongue} no"
                assert refused or caller.says(phrase).turn.result is not Result.NO_MATCH


def _is_promised(fact: Fact) -> bool:
    return isinstance(fact, CallbackRequested) and fact.finished


@settings(UNHURRIED, max_examples=80)
@given(any_book.books(), any_book.outsides, languages, st.lists(any_book.said, max_size=12))
def test_no_language_and_no_person_is_chosen_by_voice_without_a_yes(book, outside, language, way):
    caller = call(book, outside, language, [])
    for heard in way:
        before = caller.state
        caller.does(heard)
        agreed = before.offered or before.confirming or before.misses + 1 >= book.limits.tries
        turned = isinstance(book.node(before.node), Steps)  # the next page asks for nothing that silence would not
        if any(isinstance(fact, LanguageChosen) or _is_promised(fact) for fact in caller.turn.facts):
            assert agreed or turned


@settings(UNHURRIED, max_examples=100)
@given(any_book.books(), any_book.outsides, languages, any_book.ways, any_book.any_input)
def test_the_same_arguments_give_the_same_answer(book, outside, language, way, last):
    caller = call(book, outside, language, way)
    state = caller.state
    first = engine.advance(book, state, last, caller.context)
    fresh = replace(book, memo={})
    assert engine.advance(fresh, state, last, caller.context) == first
    assert call(book, outside, language, way).state == state


@settings(UNHURRIED, max_examples=100)
@given(any_book.books(), any_book.outsides, languages, any_book.ways)
def test_states_and_turns_travel_as_json_without_loss(book, outside, language, way):
    caller = call(book, outside, language, way)
    data = dumps(wire(caller.state))
    assert unwire(json.loads(data), caller.state.secrets) == caller.state
    assert turn_in(json.loads(json.dumps(turn_out(caller.turn)))) == replace(caller.turn, facts=())


@settings(UNHURRIED, max_examples=150)
@given(any_book.books(private=True), any_book.outsides, st.lists(st.text("56789", min_size=4, max_size=6), min_size=1))
def test_keyed_digits_never_travel(book, outside, numbers):
    entries = [id for id, node in book.nodes.items() if isinstance(node, Entry)]
    assume(entries)
    caller = call(book, outside, "aa", [])
    for entry, number in zip(entries * len(numbers), numbers, strict=False):
        caller.state = replace(caller.state, node=entry, confirming=False, secrets={}, ended=False, inputs=0)
        caller.does(Pressed(number), Pressed("#"), Pressed("1"))
        written = dumps(wire(caller.state)).decode()
        assert not any(digits in written for digits in caller.state.secrets.values() if len(digits) >= 4)
        assert number not in written


@settings(UNHURRIED, max_examples=100)
@given(any_book.books(), any_book.outsides, languages, any_book.ways)
def test_saying_the_turn_again_changes_nothing(book, outside, language, way):
    caller = call(book, outside, language, way)
    state, turn = engine.now(book, caller.state, caller.context)
    assert state == caller.state
    assert type(turn.ending) is type(caller.turn.ending)
    assert turn.facts == ()


@settings(UNHURRIED, max_examples=60)
@given(any_book.books(), any_book.books(), any_book.outsides, any_book.ways, any_book.ways)
def test_a_call_whose_release_is_gone_goes_on_in_any_other(book, other, outside, way, further):
    caller = call(book, outside, "aa", way)
    caller.book = other
    caller.does(*further, StayedSilent())
    assert caller.turn.node in other.nodes
    assert caller.turn.language in {None, *other.languages}
