"""A spoken choice that is dear to get wrong is asked back before it counts: which ones, and in which words."""

from collections.abc import Mapping

from ivr.engine.graph import unchosen
from ivr.engine.menu import RETURN, Cancel, Connect, Goto, Language, Listening, Menu, Node, Option, Request, Route, Say
from ivr.engine.moves import listen, present
from ivr.engine.say import CHOOSE, SPEECH_CONFIRM, SPEECH_HEARD, SPEECH_PERSON
from ivr.engine.turn import Ending, Result, Variant
from ivr.engine.walk import Walk

PERSON_KEY = "0"


def dear(walk: Walk, key: str) -> bool:
    """Whether this key, spoken, must be asked back: a language, a person, a promise, or what the authors marked."""
    node = walk.node
    option = option_of(walk, key)
    if key == PERSON_KEY or (isinstance(node, Language) and key.isdigit()):
        return True
    if option is None or not isinstance(node, Menu):
        return False
    known = {**walk.answers, **{name: value for name, value in walk.values.items() if isinstance(value, str)}}
    answers = known if node.remember is None else {**known, node.remember: option.id}
    if option.sure is not None:
        return option.sure
    return node.sure or _promises(walk, option.to, answers)


def option_of(walk: Walk, key: str) -> Option | None:
    """The option of this key where the call stands."""
    node = walk.node
    there = walk.options(node) if isinstance(node, Menu) else (node.other,) if isinstance(node, Language) else ()
    return next((option for option in there if option.key == key), None)


def _promises(walk: Walk, target: str, answers: Mapping[str, str]) -> bool:
    """Whether this way leads, before the caller can choose again, to a person or a request, or may do so."""
    book = walk.book
    open_ends, met = [target], set[str]()
    while open_ends:
        to = open_ends.pop()
        if to in met:
            continue
        met.add(to)
        if to == RETURN:
            open_ends += [*walk.stack, book.roles.main]
            continue
        node = book.node(to)
        if _is_promise(node) or node.id == book.roles.person:
            return True
        if isinstance(node, Goto):
            answers = {**answers, **dict(node.values)}
        if not isinstance(node, Listening):
            open_ends += _goes_on(node, answers)
    return False


def _is_promise(node: Node) -> bool:
    """An unfinished request promises nothing yet."""
    return isinstance(node, Cancel | Connect) or (isinstance(node, Request) and not node.unfinished)


def _goes_on(node: Node, answers: Mapping[str, str]) -> list[str]:
    if isinstance(node, Route):
        return [node.cases.get(answers.get(node.by, ""), node.otherwise)]
    return [to for _, to in unchosen(node)]


def offer(walk: Walk, key: str) -> Ending:
    """Asks whether this is what the caller said."""
    walk.offered, walk.silences = key, 0
    walk.result = Result.CONFIRM
    return say_offer(walk)


def say_offer(walk: Walk) -> Ending:
    """Says what was heard, and waits for a yes, a no, or any key of the menu."""
    languages, line = _line(walk)
    if not line:  # the release or the option is gone: nothing is left that could be confirmed
        walk.offered = ""
        return present(walk, Variant.FULL)
    walk.say((SPEECH_HEARD, *line, SPEECH_CONFIRM), Variant.SHORT, languages)
    return listen(walk)


def _line(walk: Walk) -> tuple[tuple[str, ...], Say]:
    """In which languages it is asked back, and the words of the choice itself; a language is offered in itself."""
    option = option_of(walk, walk.offered)
    if option is not None:
        return (), option.say
    if walk.offered == PERSON_KEY:
        return (), (SPEECH_PERSON,)
    tongues = walk.book.languages if isinstance(walk.node, Language) else ()
    offered = tongues[int(walk.offered) - 1 : int(walk.offered)]
    return offered, (CHOOSE,) if offered else ()
