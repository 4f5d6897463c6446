"""Whether a recording says its text: a speech model chooses among the texts of the language, where one is installed."""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.actions.studio import Studio, Written, current
from ivr.audio.samples import Samples, duration
from ivr.errors import BadContent, SpeechFailed
from ivr.speech.choosing import Choice, choose
from ivr.speech.recognizer import recognizer
from ivr.store.takes import Take
from ivr.voice.judging import Code, Finding, expected

log = logging.getLogger("ivr.speech")


@dataclass(frozen=True, slots=True)
class Heard:
    """What listening found; measures: known, listened, fits, other_fits, as far as a model is there."""

    findings: tuple[Finding, ...] = ()
    measures: Mapping[str, float] = field(default_factory=dict)


def hear(studio: Studio, take: Take, samples: Samples) -> Heard:
    """Whether another text fits clearly better than the take's own. It never fails: then nothing was found."""
    if not studio.folders.models.is_dir():
        return Heard()
    try:
        with studio.database.reading() as tx:
            written = current(tx, studio)
        choice = _choice(studio, take, samples, written)
    except (SpeechFailed, BadContent) as error:
        log.warning("take %s was not listened to: %s", take.id, error)
        return Heard()
    return Heard() if choice is None else _found(choice)


def _choice(studio: Studio, take: Take, samples: Samples, written: Written) -> Choice | None:
    models = {tongue.code: tongue.speech_model for tongue in written.content.tongues}
    ear = recognizer(studio.folders.models, models.get(take.language))
    if ear is None:
        return None
    others = _others(written, take, duration(samples))
    return choose(take.text, others, ear.knows, lambda text: ear.hear(samples, [text]))


def _others(written: Written, take: Take, seconds: float) -> dict[str, str]:
    """The language's other texts; first those that take about as long to say as the sound lasts."""
    texts = {name: words for (language, name), words in written.words.items() if language == take.language}
    texts.pop(take.name, None)
    nearest = sorted(texts, key=lambda name: (abs(math.log(expected(texts[name]) / seconds)), name))
    return {name: texts[name] for name in nearest}


def _found(choice: Choice) -> Heard:
    measures = {"known": round(choice.known, 2), "listened": float(choice.fits is not None)}
    if choice.fits is not None:
        measures["fits"] = round(choice.fits, 2)
    if choice.other is None:
        return Heard((), measures)
    finding = Finding(Code.SAYS_ELSE, {"name": choice.other})
    return Heard((finding,), measures | {"other_fits": round(choice.other_fits, 2)})
