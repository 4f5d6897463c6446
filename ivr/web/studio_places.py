"""Which sound an address means, and where callers hear it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from ivr.actions import studio
from ivr.actions.studio import Written
from ivr.engine.content import Content, Tongue, prompts_of
from ivr.engine.menu import Language, Menu, Node, Option, Steps
from ivr.engine.turn import Variant
from ivr.release.release import sound_name
from ivr.store import prompt_codes
from ivr.store.database import Transaction
from ivr.web import access
from ivr.web.ask import Ask

OF_NO_TREE = "-"
"""Names, in an address, what no menu says."""


@dataclass(frozen=True, slots=True)
class Here:
    """A sound's name in a language; `prompt` is whose wording it is, None for digits and numbers."""

    written: Written
    tongue: Tongue
    name: str
    prompt: str | None
    variant: Variant

    @property
    def spot(self) -> tuple[str, str]:
        """As the studio names it."""
        return self.tongue.code, self.name

    @property
    def text(self) -> tuple[str, str]:
        """The prompt whose words can be edited; NotThere for digits and numbers."""
        if self.prompt is None:
            raise access.NotThere
        return self.tongue.code, self.prompt

    @property
    def address(self) -> str:
        """Its page."""
        return address(*self.spot)


@dataclass(frozen=True, slots=True)
class Heard:
    """A place in the menus: as the choice of a key, on a page of an explanation, or before anything else."""

    tree: str
    node: str
    key: str = ""
    page: int = 0


def settle_codes(ask: Ask) -> None:
    """Gives a code to names that were never seen; nobody waits for the database where there are none."""
    with ask.reading() as tx:
        names = {name for _, name in studio.current(tx, ask.site.studio).words}
        lacking = prompt_codes.lacks(tx, names)
    if lacking:
        with ask.writing() as tx:
            prompt_codes.of_names(tx, sorted(names))


def address(language: str, name: str) -> str:
    """The page of a sound."""
    return f"/studio/{quote(language, safe='')}/{quote(name, safe='')}"


def here(ask: Ask, tx: Transaction, spot: tuple[str, str] | None = None) -> Here:
    """The sound that the address names, or this one; NotThere when callers can hear nothing of that name."""
    if spot is None:
        given = ask.request.path_params
        spot = given.get("language") or ask.query.one("language"), given.get("name") or ask.query.one("name")
    written = studio.current(tx, ask.site.studio)
    if spot not in written.words:
        raise access.NotThere
    tongue = written.content.tongue(spot[0])
    return Here(written, tongue, spot[1], *_prompt(tongue, spot[1]))


def _prompt(tongue: Tongue, name: str) -> tuple[str | None, Variant]:
    for variant in Variant:
        prompt = name.removesuffix(sound_name("", variant))
        if prompt in tongue.texts and sound_name(prompt, variant) == name:
            return prompt, variant
    return None, Variant.FULL


def heard(content: Content, prompt: str | None) -> list[Heard]:
    """Every place where a menu says this prompt."""
    return [] if prompt is None else [place for node in content.nodes.values() for place in _in(node, prompt)]


def _in(node: Node, prompt: str) -> Iterator[Heard]:
    if prompt in prompts_of(node.say):
        yield Heard(node.tree, node.id)
    for n, page in enumerate(node.pages if isinstance(node, Steps) else (), 1):
        if prompt in prompts_of(page):
            yield Heard(node.tree, node.id, page=n)
    for option in _options(node):
        if prompt in prompts_of(option.say):
            yield Heard(node.tree, node.id, key=option.key)


def _options(node: Node) -> tuple[Option, ...]:
    if isinstance(node, Menu):
        return node.options
    return (node.other,) if isinstance(node, Language) else ()
