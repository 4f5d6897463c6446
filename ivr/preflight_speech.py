"""What can be said instead of keyed: for each language whether it has a model, and which words that model lacks."""

from collections.abc import Iterator
from pathlib import Path

from ivr.app import Parts
from ivr.engine.content import Tongue
from ivr.errors import BadContent
from ivr.preflight import Line
from ivr.release import drawing
from ivr.speech.models import phrases_of
from ivr.speech.recognizer import recognizer

NAMED = 8
"""So many of the phrases that cannot be heard are named; `ivr models list` has all."""


def report(joined: Parts) -> list[Line]:
    """A line or two for each language; models are loaded for it, which takes seconds."""
    try:
        tongues = drawing.read(joined.folders.menus, joined.folders.prompts).tongues
    except BadContent:  # said elsewhere, mistake by mistake
        return []
    lines = [line for tongue in tongues for line in _about(joined.folders.models, tongue)]
    if joined.settings.speech == "off":
        return [Line("note", "IVR_SPEECH is off: callers use keys only, whatever models there are"), *lines]
    return lines


def _about(models: Path, tongue: Tongue) -> Iterator[Line]:
    named = f"speech, {tongue.name} ({tongue.code})"
    if not tongue.speech_model:
        yield Line("note", f"{named}: no model is named in its language.yaml: keys only")
        return
    if not (models / tongue.speech_model).is_dir():
        get = f"`ivr models install {tongue.code}`, or keys only"
        yield Line("missing", f"{named}: {tongue.speech_model} is not installed: {get}")
        return
    ear = recognizer(models, tongue.speech_model)
    if ear is None:
        yield Line("note", f"{named}: {tongue.speech_model} does not work here: keys only")
        return
    phrases = phrases_of(tongue)
    deaf = ear.missing(phrases)
    yield Line("ok", f"{named}: {tongue.speech_model} knows {len(phrases) - len(deaf)} of {len(phrases)} phrases")
    if deaf:
        more = f" and {len(deaf) - NAMED} more (`ivr models list`)" if len(deaf) > NAMED else ""
        yield Line("note", f"{named}: these phrases are never heard: {', '.join(deaf[:NAMED])}{more}")
