"""What is spoken: which key or digits it means where the call stands.

A phrase means a key, so that speech and keys lead to the same places. What is dear is asked back (offering.py). Who is
not understood is asked to say it again, the second time to use the keys: then only keys are listened for at this node.
"""

from collections.abc import Mapping
from typing import NamedTuple

from ivr.engine import figures
from ivr.engine.inputs import Said
from ivr.engine.keys import again, command, end_entry, give_up, said_again
from ivr.engine.menu import Book, Entry, Language, Menu, Steps
from ivr.engine.moves import listen
from ivr.engine.offering import dear, offer
from ivr.engine.say import NOT_UNDERSTOOD, SPEECH_USE_KEYS, TEXT_KEY
from ivr.engine.turn import Ending, Result, Variant
from ivr.engine.walk import Walk
from ivr.engine.words import plain

MISHEARD = 2
"""So many misses by voice at a node, and only keys are listened for there."""

YES, NO, AGAIN_KEY = "yes", "no", "9"
GLOBALS = {"0": "global.person", AGAIN_KEY: "global.again", "*": "global.back", "#": "global.main"}
NEXT, TEXT = "global.next", "global.text"


class Meaning(NamedTuple):
    """A key, or yes and no while a choice is asked back; `entry`: digits that are said."""

    keys: str
    entry: bool = False


def listened_for(walk: Walk) -> dict[str, tuple[str, ...]]:
    """For each language that is understood here the phrases that mean something; nothing where only keys do."""
    found = {}
    for language in _tongues(walk):
        phrases = [phrase for said in _ways(walk, language).values() for phrase in said]
        if _counts(walk):
            numbers = walk.book.numbers.get(language, {}).items()
            phrases += [phrase for row, said in numbers if len(row) <= _left(walk) for phrase in said]
        if phrases:
            found[language] = tuple(dict.fromkeys(phrases))
    return found


def hear(walk: Walk, said: Said) -> Ending:
    """Speech chooses what a key would choose, if all that was heard means exactly one thing here."""
    walk.heard, walk.starred = True, False
    found = {meaning for words in (said.words, *said.others) for meaning in _meanings(walk, words)}
    if len(found) != 1:
        return _missed(walk, (NOT_UNDERSTOOD,))
    meaning = found.pop()
    if meaning.entry:
        return _add_digits(walk, meaning.keys)
    if meaning.keys == NO:
        walk.offered = ""
        return _missed(walk, ())
    return _do(walk, meaning.keys)


def _do(walk: Walk, key: str) -> Ending:
    if key == YES:
        key, walk.offered = walk.offered, ""
        return command(walk, key)
    if key == AGAIN_KEY:
        return again(walk)
    walk.offered = ""
    return offer(walk, key) if dear(walk, key) else command(walk, key)


def _tongues(walk: Walk) -> tuple[str, ...]:
    """The languages that are understood here; where one is chosen, all of them."""
    listens = walk.asking is None and not walk.ended and isinstance(walk.node, Language | Menu | Steps | Entry)
    if not listens or walk.misheard >= MISHEARD:
        return ()
    return walk.book.languages if isinstance(walk.node, Language) else walk.languages()


def _meanings(walk: Walk, words: str) -> set[Meaning]:
    heard = plain(words)
    found: set[Meaning] = set()
    for language in _tongues(walk) if heard else ():
        ways = _ways(walk, language).items()
        found |= {Meaning(key) for key, phrases in ways if any(plain(phrase) == heard for phrase in phrases)}
        if _counts(walk) and (row := figures.digits(heard, _numbers(walk.book, language), _left(walk))) is not None:
            found.add(Meaning(row, entry=True))
    return found


def _ways(walk: Walk, language: str) -> Mapping[str, tuple[str, ...]]:
    """For each key that means something here, the ways to say it in one language."""
    words = walk.book.words.get(language, {})
    by_text = {TEXT_KEY: TEXT} if walk.offers_text() else {}
    named = {**GLOBALS, **by_text, **_named(walk)}
    return {key: words.get(f"{walk.node.id}.{id}", words.get(id, ())) for key, id in named.items()}


def _named(walk: Walk) -> Mapping[str, str]:
    """The ids of what can be chosen here, by their keys."""
    if walk.offered:
        return {YES: YES, NO: NO}
    node = walk.node
    match node:
        case Menu():
            return {option.key: option.id for option in walk.options(node)}
        case Language():
            spoken = {str(n + 1): code for n, code in enumerate(walk.book.languages)}
            return {**spoken, node.other.key: node.other.id}
        case Steps():
            return {"1": NEXT}
        case Entry() if walk.confirming:
            return {"1": YES, "2": NO}
        case _:
            return {}


def _counts(walk: Walk) -> bool:
    """Whether digits may be said here."""
    return isinstance(walk.node, Entry) and not walk.confirming and not walk.offered


def _left(walk: Walk) -> int:
    assert isinstance(walk.node, Entry)
    return walk.node.most - len(walk.secrets.get("entry", ""))


def _numbers(book: Book, language: str) -> figures.Numbers:
    key = ("numbers", language)
    if key not in book.memo:
        book.memo[key] = figures.numbers(book.numbers.get(language, {}))
    kept = book.memo[key]
    assert isinstance(kept, dict)
    return kept


def _add_digits(walk: Walk, said: str) -> Ending:
    """Several utterances add up, as keys do."""
    node = walk.node
    assert isinstance(node, Entry)
    walk.result, walk.spoken = Result.PARTIAL, True
    entered = walk.secrets.get("entry", "") + said
    walk.keep_secret("entry", entered)
    return end_entry(walk, node) if len(entered) == node.most else listen(walk)


def _missed(walk: Walk, told: tuple[str, ...]) -> Ending:
    """Not understood, or not what was meant: once more, then by keys, then a person."""
    walk.misheard += 1
    walk.misses += 1
    walk.result = Result.NO_MATCH
    if walk.misses >= walk.book.limits.tries:
        return give_up(walk)
    if walk.misheard < MISHEARD:
        walk.say(told)
        return said_again(walk, Variant.SHORT)
    walk.offered = ""
    walk.say((SPEECH_USE_KEYS,))
    return said_again(walk, Variant.FULL)
