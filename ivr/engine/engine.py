"""The engine: `begin` a call, `advance` it by one input. Pure: same arguments, same answer."""

from collections.abc import Mapping
from typing import assert_never

from ivr.engine.inputs import (
    Arrived,
    Context,
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
from ivr.engine.keys import again, known_keys, press, silent
from ivr.engine.menu import Book, Connect, Listening, Message, Question
from ivr.engine.moves import enter, go_on, listen
from ivr.engine.say import SPEECH, TEXTING
from ivr.engine.speech import hear, listened_for
from ivr.engine.state import State
from ivr.engine.turn import Ask, Ending, MessageLeft, Result, Turn, Variant
from ivr.engine.walk import Walk

Step = tuple[State, Turn]


def begin(book: Book, arrived: Arrived, context: Context) -> Step:
    """The first turn of a call: the language choice, or straight on in the language of the last call."""
    language = arrived.language if arrived.language in book.languages else None
    answers = {"first_call": "yes" if arrived.first_call else "no"}
    start = book.roles.start if language is None else book.roles.welcome_back
    offered = {SPEECH: arrived.speech, TEXTING: arrived.texting and book.roles.text is not None}
    values = {name: "yes" for name, is_there in offered.items() if is_there}
    state = State(start, context.now, language=language, answers=answers, values=values)
    walk = Walk(book, state, context)
    return walk.finish(enter(walk, start))


def advance(book: Book, state: State, input: Input, context: Context) -> Step:
    """The next turn. Any input is answered in any state; a call that is over stays over."""
    walk = Walk(book, state, context)
    if isinstance(input, HungUp):
        return walk.finish(walk.hang_up("hung_up"))
    if walk.ended:
        return walk.finish(walk.hang_up("finished"))
    if _too_long(walk):
        return walk.finish(walk.over_limit())
    return walk.finish(_take(walk, input))


def now(book: Book, state: State, context: Context) -> Step:
    """The current turn said again from its beginning; counts nothing and stores nothing."""
    walk = Walk(book, state, context)
    if walk.ended:
        return walk.finish(walk.hang_up("finished"))
    return walk.finish(again(walk))


def expected(book: Book, state: State) -> Mapping[str, tuple[str, ...]]:
    """The phrases that mean something where the call stands, for each language that is understood there.

    Empty where speech is not listened for: a recording, a transfer, a call that is over, or after misses by voice.
    """
    return listened_for(Walk(book, state, Context(state.started, "")))


def apologise(book: Book, state: State, context: Context) -> Step:
    """Something broke on our side: says so in the caller's language and offers a person."""
    walk = Walk(book, state, context)
    if walk.ended:
        return walk.finish(walk.hang_up("finished"))
    walk.asking, walk.ahead = None, ""
    return walk.finish(enter(walk, book.roles.trouble))


def _too_long(walk: Walk) -> bool:
    limits = walk.book.limits
    return walk.inputs >= limits.inputs or walk.context.now - walk.started > limits.minutes * 60


def _take(walk: Walk, input: Input) -> Ending:
    if walk.asking is not None:
        return _learn(walk, input) if isinstance(input, Learned) else _wait(walk, input)
    if not isinstance(input, Pressed):  # keys are counted one by one
        walk.inputs += 1
        walk.filled = False
    return _understand(walk, input) if isinstance(walk.node, Listening) else again(walk)


def _understand(walk: Walk, input: Input) -> Ending:
    match input:
        case Pressed(keys):
            return press(walk, keys)
        case Said():
            return hear(walk, input)
        case StayedSilent():
            return silent(walk)
        case Recorded(ref):
            return _recorded(walk, ref)
        case TransferEnded(answered):
            return _transferred(walk, answered)
        case Arrived() | Learned() | HungUp():
            return again(walk)
    assert_never(input)


def _wait(walk: Walk, input: Input) -> Ending:
    """An input that came while the answer to an Ask is still out: keys wait, the question stands."""
    keys = known_keys(input.keys) if isinstance(input, Pressed) else ""
    walk.ahead = (walk.ahead + keys)[: walk.book.limits.inputs]
    if not keys:
        walk.inputs += 1
    return again(walk)


def _learn(walk: Walk, learned: Learned) -> Ending:
    if learned.kind != walk.asking:
        walk.inputs += 1
        return again(walk)
    walk.asking = None
    ahead, walk.ahead = walk.ahead, ""
    ending = _follow_answer(walk, learned.value)
    if ahead and isinstance(ending, Ask):
        walk.ahead = ahead
    elif ahead and not walk.ended:
        ending = press(walk, ahead)
    return ending


def _follow_answer(walk: Walk, value: Known | Unavailable) -> Ending:
    node = walk.node
    match node, value:
        case (Connect(), Known(case="none")):
            return enter(walk, node.unavailable)
        case (Message() | Connect(), Known()):
            walk.keep(value)
            walk.say_node(Variant.FULL)
            return listen(walk)
        case (Question(), Known()):
            walk.keep(value)
            if value.left_off is not None and value.left_off.node in walk.book.nodes:
                return go_on(walk, value.left_off)
            return enter(walk, node.cases.get(value.case, node.unavailable))
        case (Question() | Message() | Connect(), Unavailable()):
            return enter(walk, node.unavailable)
        case _:
            return again(walk)


def _recorded(walk: Walk, ref: str | None) -> Ending:
    if not isinstance(walk.node, Message):
        return again(walk)
    if ref is None:
        return silent(walk)
    walk.heard = True
    walk.facts.append(MessageLeft(ref))
    walk.result = Result.CHOSE
    walk.leave()
    return enter(walk, walk.node.then)


def _transferred(walk: Walk, answered: bool) -> Ending:
    if not isinstance(walk.node, Connect):
        return again(walk)
    walk.result = Result.CHOSE
    return enter(walk, walk.node.then if answered else walk.node.missed)
