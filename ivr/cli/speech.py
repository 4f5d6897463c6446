"""Commands that tell how well callers are understood, and what commands about speech share."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import click

from ivr.cli.common import explained, read_settings
from ivr.cli.speech_report import report
from ivr.engine.content import Content, Tongue, book
from ivr.errors import BadSetting
from ivr.release import drawing
from ivr.settings import Settings
from ivr.speech.evaluating import (
    LABELS,
    WEIGHED,
    Clip,
    Outcome,
    Sense,
    Verdict,
    at_node,
    by_words,
    cost,
    counted,
    evaluate,
    labelled,
)
from ivr.speech.recognizer import Recognizer, recognizer

MEANT = (Verdict.RIGHT, Verdict.WRONG, Verdict.REJECTED)
OUTSIDE = (Verdict.ACCEPTED, Verdict.IGNORED)


@click.group()
def speech() -> None:
    """How well callers are understood."""


speech.add_command(report)


@speech.command(
    "eval",
    help=f"""
    Plays labelled recordings through a telephone line (8 kHz, mu-law) and says what was understood.

    DIR holds {LABELS} with the columns file, language, word, speaker (or lang for language, text for word), and wav
    files of 16 bits. What is listened for: everything that callers may say in the language, or what means something at
    --node, or each --word alone. A label that means nothing of it is speech outside the grammar: what is understood of
    it is falsely accepted.

    The cost is what the mean recording costs: {WEIGHED}, everything else 0. So a helpline that
    never understands has 1, and one that is wrong once in five times has no less.
    """,
)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--snr", multiple=True, type=float, help="also with white noise, so many dB below the speech; may repeat")
@click.option("--node", help="listens for what means something at this node")
@click.option("--word", "words", multiple=True, help="listens for this instead; may repeat")
def evaluate_speech(folder: Path, snr: tuple[float, ...], node: str | None, words: tuple[str, ...]) -> None:
    """See `help` above."""
    with explained():
        if node and words:
            raise BadSetting("--node and --word exclude each other")
        settings = read_settings()
        content, clips = content_of(settings), labelled(folder)
        for code in sorted({clip.language for clip in clips}):
            spoken = [clip for clip in clips if clip.language == code]
            tongue = next((tongue for tongue in content.tongues if tongue.code == code), None)
            ear = None if tongue is None else recognizer(models_of(settings), tongue.speech_model)
            if tongue is None or ear is None:
                click.echo(f"{code}: {len(spoken)} recordings left out, no speech model of this language is installed")
                continue
            sense = _sense(content, tongue, node, words)
            for line in _evaluated(spoken, sense, ear, (None, *snr)):
                click.echo(f"{code}: {line}")


def _sense(content: Content, tongue: Tongue, node: str | None, words: Sequence[str]) -> Sense:
    if words:
        return by_words({word: (word,) for word in words})
    return (
        at_node(book(content), node_of(content, node), tongue.code)
        if node
        else by_words({**tongue.words, **tongue.numbers})
    )


def _evaluated(clips: Sequence[Clip], sense: Sense, ear: Recognizer, noises: Iterable[float | None]) -> Iterator[str]:
    yield f"{len(clips)} recordings, {len(sense.phrases)} phrases are listened for"
    for snr in noises:
        outcomes = evaluate(clips, sense, lambda samples: ear.understand(samples, sense.phrases).words, snr)
        yield ""
        yield f"{'no noise added' if snr is None else f'noise {snr:g} dB below the speech'}: cost {cost(outcomes):.2f}"
        yield from _table("word", outcomes, lambda clip: clip.word)
        yield from _table("speaker", outcomes, lambda clip: clip.speaker or "-")


def _table(of: str, outcomes: Sequence[Outcome], name: Callable[[Clip], str]) -> Iterator[str]:
    """A line for each, and one for all; outside: what of it was falsely accepted."""
    yield f"{'right':>6} {'wrong':>6} {'rejected':>8} {'outside':>8} {'accepted':>8}  {of}"
    rows = counted(outcomes, name)
    for label, count in [*rows.items(), *counted(outcomes, lambda _: "all together").items()]:
        right, wrong, rejected = (count[verdict] for verdict in MEANT)
        accepted, outside = count[Verdict.ACCEPTED], sum(count[verdict] for verdict in OUTSIDE)
        yield f"{right:6} {wrong:6} {rejected:8} {outside:8} {accepted:8}  {label}"


def models_of(settings: Settings) -> Path:
    """Where models are."""
    return settings.data_dir / "models"


def content_of(settings: Settings) -> Content:
    """The authors' files as they are now."""
    return drawing.read(settings.menus_dir, settings.prompts_dir)


def tongue_of(content: Content, code: str) -> Tongue:
    """The language of this code; BadSetting names those that there are."""
    try:
        return content.tongue(code)
    except KeyError:
        known = ", ".join(tongue.code for tongue in content.tongues)
        raise BadSetting(f"there is no language {code!r} (there are: {known})") from None


def node_of(content: Content, id: str) -> str:
    """A node of this id; BadSetting where there is none."""
    if id not in content.nodes:
        raise BadSetting(f"there is no node {id!r}: `ivr map` draws them")
    return id


def ear_of(folder: Path, tongue: Tongue) -> Recognizer:
    """What understands this language; BadSetting where nothing does."""
    found = recognizer(folder, tongue.speech_model)
    if found is None:
        raise BadSetting(f"no speech model of {tongue.name} works here: `ivr models install {tongue.code}`")
    return found
