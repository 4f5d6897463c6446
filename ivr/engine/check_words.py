"""What can be wrong in the ways to say something, one small function a mistake."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from ivr.engine.checked import Checked
from ivr.engine.content import Tongue
from ivr.engine.menu import Entry, Language, Menu, Node, Option, Steps
from ivr.engine.reading import Mistake
from ivr.engine.say import TEXT_KEY
from ivr.engine.speech import GLOBALS, NEXT, NO, TEXT, YES
from ivr.engine.words import plain

Ways = Mapping[str, Iterable[str]]
"""What is meant, as it is named in a mistake -> the ways to say it."""


class _Plain(dict[str, str]):
    """Each phrase as it is compared; most are listened for at every node."""

    def __missing__(self, phrase: str) -> str:
        self[phrase] = plain(phrase)
        return self[phrase]


def _ambiguous_words(c: Checked) -> Iterator[Mistake]:
    known = _Plain()
    for node in c.content.written.values():
        tongues = [(tongue,) for tongue in c.content.tongues]
        for together in [c.content.tongues] if isinstance(node, Language) else tongues:
            language = "" if isinstance(node, Language) else together[0].code
            for phrase, meant in _several(_choices(c, node, together), known).items():
                yield c.at(node, f"`{phrase}` means {' and '.join(meant)}", language)


def _ambiguous_answers(c: Checked) -> Iterator[Mistake]:
    """Yes and no are answered to what is asked back, numbers to an entry, wherever that is."""
    for tongue in c.content.tongues:
        commands = {f"`{id}`": tongue.words.get(id, ()) for id in (*GLOBALS.values(), TEXT)}
        answers = {f"`{id}`": tongue.words.get(id, ()) for id in (YES, NO)}
        numbers = {f"the digits {digits}": said for digits, said in tongue.numbers.items()}
        known = _Plain()
        found = {**_several(commands | answers, known), **_several(commands | numbers, known)}
        for phrase, meant in found.items():
            file = f"prompts/{tongue.code}/language.yaml"
            yield Mistake(file, 1, tongue.code, f"`{phrase}` means {' and '.join(meant)}", tongue.code)


def _unsayable(c: Checked) -> Iterator[Mistake]:
    for node in c.content.written.values():
        for tongue in c.content.tongues:
            for id in (*(option.id for option in _options(node)), *_tongue_ids(c, node)):
                if not _said(node, tongue, id):
                    yield c.at(node, f"no way to say `{id}`", tongue.code, warning=True)


def _unanswerable(c: Checked) -> Iterator[Mistake]:
    """Without these a spoken choice could not be confirmed, nor a person be asked for."""
    for tongue in c.content.tongues:
        for id in (YES, NO, *GLOBALS.values(), *_next(c), *_by_text(c)):
            if not tongue.words.get(id):
                file = f"prompts/{tongue.code}/language.yaml"
                yield Mistake(file, 1, tongue.code, f"no way to say `{id}`", tongue.code, True)


def _next(c: Checked) -> Iterator[str]:
    if any(isinstance(node, Steps) for node in c.content.written.values()):
        yield NEXT


def _by_text(c: Checked) -> Iterator[str]:
    if any(node.text is not None for node in c.content.nodes.values()):
        yield TEXT


def _choices(c: Checked, node: Node, tongues: Iterable[Tongue]) -> dict[str, list[str]]:
    """All that can be chosen by voice at this node in these languages."""
    ids = {f"key {option.key}": option.id for option in _options(node)}
    ids |= {f"key {n + 1}": code for n, code in enumerate(_tongue_ids(c, node))}
    ids |= {"the next page": NEXT} if isinstance(node, Steps) else {}
    ids |= {f"key {TEXT_KEY}": TEXT} if node.text is not None else {}
    ids |= {f"key {key}": id for key, id in GLOBALS.items()} if not isinstance(node, Entry) else {}
    return {what: [phrase for tongue in tongues for phrase in _said(node, tongue, id)] for what, id in ids.items()}


def _options(node: Node) -> tuple[Option, ...]:
    return node.options if isinstance(node, Menu) else (node.other,) if isinstance(node, Language) else ()


def _tongue_ids(c: Checked, node: Node) -> list[str]:
    return [tongue.code for tongue in c.content.tongues] if isinstance(node, Language) else []


def _said(node: Node, tongue: Tongue, id: str) -> tuple[str, ...]:
    return tongue.words.get(f"{node.id}.{id}", tongue.words.get(id, ()))


def _several(ways: Ways, known: _Plain) -> dict[str, list[str]]:
    """Phrases that mean more than one thing, with all that they mean."""
    meant: dict[str, dict[str, None]] = {}
    for what, phrases in ways.items():
        for phrase in phrases:
            meant.setdefault(known[phrase], {})[what] = None
    return {phrase: list(whats) for phrase, whats in meant.items() if len(whats) > 1}


CHECKS: tuple[Callable[[Checked], Iterator[Mistake]], ...] = (
    _ambiguous_words,
    _ambiguous_answers,
    _unsayable,
    _unanswerable,
)
