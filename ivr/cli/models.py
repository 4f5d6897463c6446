"""Commands for speech models: what callers are understood with, where they can be spoken to."""

import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from ivr.actions.releases import voice_of
from ivr.cli.common import explained, read_settings
from ivr.cli.speech import content_of, ear_of, models_of, node_of, tongue_of
from ivr.engine.content import Content, Tongue, book
from ivr.errors import BadSetting, HelplineError
from ivr.speech.evaluating import Sense, Verdict, at_node, telephoned
from ivr.speech.installing import Installing, Source
from ivr.speech.models import Found, Pin, installed, phrases_of
from ivr.speech.recognizer import recognizer

MB = 1_000_000


@click.group()
def models() -> None:
    """Speech models: what callers are understood with."""


def _sha256(_context: click.Context, _name: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", value):
        raise click.BadParameter("64 hexadecimal digits")
    return value


@models.command()
@click.argument("languages", nargs=-1, required=True, metavar="LANGUAGE...")
@click.option("--from", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="an archive here")
@click.option("--sha256", callback=_sha256, help="what the archive must be")
@click.option("--force", is_flag=True, help="also over one that is there, or that was another archive before")
def install(languages: tuple[str, ...], file: Path | None, sha256: str | None, force: bool) -> None:
    """Installs the speech model of each LANGUAGE (a folder of prompts/), downloaded from IVR_MODELS_URL."""
    with explained():
        settings = read_settings()
        tongues = [tongue_of(content_of(settings), code) for code in languages]
        if len(tongues) > 1 and (file or sha256):
            raise BadSetting("--from and --sha256 are about one language at a time")
        source = Source(settings.models_url, datetime.now(settings.zone).date().isoformat(), file, sha256, force)
        failed = [tongue.code for tongue in tongues if not _installed(models_of(settings), tongue, source)]
        sys.exit(bool(failed))


def _installed(folder: Path, tongue: Tongue, source: Source) -> bool:
    """Whether it is there now; one that fails does not keep the others away."""
    name = str(tongue.speech_model)
    try:
        if not tongue.speech_model:
            raise BadSetting(f"{tongue.name} ({tongue.code}) names no speech_model in its language.yaml")
        new = Installing(folder, name, source, _Bar(name).show).run()
    except HelplineError as error:
        click.echo(f"{tongue.name} ({tongue.code}): {error}", err=True)
        return False
    if new is None:
        click.echo(f"{name} is installed already")
        return True
    click.echo(f"{name} is installed, {_verified(new)}")
    if new.verified is None:
        click.echo(f"    nobody named a checksum for it; what came is pinned, its sha256 is {new.sha256}")
    click.echo(f"    `ivr models test {tongue.code}` tries it; a running server takes it up when it is started again")
    return True


@models.command("list")
def show() -> None:
    """Lists the models that are installed, and the phrases of the menus that each can never hear."""
    with explained():
        settings = read_settings()
        folder, tongues = models_of(settings), content_of(settings).tongues
        there = {found.name: found for found in installed(folder)}
        for tongue in tongues:
            for line in _about(folder, tongue, there):
                click.echo(line)
        for name in sorted(there.keys() - {tongue.speech_model for tongue in tongues}):
            click.echo(f"of no language: {_described(there[name])}")


def _about(folder: Path, tongue: Tongue, there: dict[str, Found]) -> Iterator[str]:
    named = f"{tongue.name} ({tongue.code})"
    if not tongue.speech_model:
        yield f"{named}: no speech model is named, callers use keys"
        return
    if tongue.speech_model not in there:
        yield f"{named}: {tongue.speech_model} is not installed, callers use keys: `ivr models install {tongue.code}`"
        return
    yield f"{named}: {_described(there[tongue.speech_model])}"
    ear = recognizer(folder, tongue.speech_model)
    if ear is None:
        yield "    it does not work here, callers use keys"
        return
    phrases = phrases_of(tongue)
    deaf = ear.missing(phrases)
    yield f"    {len(phrases) - len(deaf)} of {len(phrases)} phrases can be heard"
    if deaf:
        yield f"    never: {', '.join(deaf)}"


@models.command()
@click.argument("language")
@click.option("--node", help="only what can be said at this node")
def test(language: str, node: str | None) -> None:
    """Says the words of the menus with the placeholder voice through a telephone; lists what came back.

    It shows that a model works and knows the words. How well it understands people, only recordings of people tell:
    see `ivr speech eval`.
    """
    with explained():
        settings = read_settings()
        content = content_of(settings)
        tongue = tongue_of(content, language)
        ear = ear_of(models_of(settings), tongue)
        voice = voice_of(tongue, models_of(settings))
        counts = dict.fromkeys((Verdict.RIGHT, Verdict.WRONG, Verdict.REJECTED), 0)
        for id, phrase, sense in _to_say(content, tongue, node):
            heard = ear.understand(telephoned(voice.speak(phrase)), sense.phrases).words
            verdict = sense.verdict(phrase, heard)
            counts[verdict] = counts.get(verdict, 0) + 1
            click.echo(_row(id, phrase, verdict, heard, ear.missing([phrase])))
        click.echo(", ".join(f"{count} {verdict}" for verdict, count in counts.items()) + f" (voice: {voice.name})")


def _to_say(content: Content, tongue: Tongue, node: str | None) -> Iterator[tuple[str, str, Sense]]:
    """Each phrase once, at the first node where it means something; with `node` all that do so there."""
    menus, said = book(content), set[str]()
    for id in [node_of(content, node)] if node else menus.nodes:
        sense = at_node(menus, id, tongue.code)
        for phrase in sense.phrases:
            if phrase not in said:
                said.add(phrase)
                yield id, phrase, sense


def _row(node: str, phrase: str, verdict: Verdict, heard: str, unknown: tuple[str, ...]) -> str:
    what = "nothing" if verdict is Verdict.REJECTED else verdict.value
    more = " (not in the model)" if unknown else f" -> {heard}" if verdict is Verdict.WRONG else ""
    return f"{what:8} {node:24} {phrase}{more}"


def _described(found: Found) -> str:
    origin = "put there by hand" if found.pin is None else _verified(found.pin)
    return f"{found.name}, {found.size / MB:.0f} MB, {origin}"


def _verified(pin: Pin) -> str:
    checked = "NOT VERIFIED" if pin.verified is None else f"verified by {pin.verified}"
    return f"{checked} ({pin.source}, {pin.date})"


class _Bar:
    """How much of a file has come, where somebody watches."""

    def __init__(self, name: str) -> None:
        self._name, self._shown = name, -1

    def show(self, here: int, of: int | None) -> None:
        """Draws it anew with every megabyte."""
        if here // MB != self._shown and _watched():
            self._shown = here // MB
            whole = "" if of is None else f" of {of / MB:.0f}"
            click.echo(f"\r{self._name}: {self._shown}{whole} MB", nl=here == of, err=True)


def _watched() -> bool:
    return sys.stderr.isatty()
