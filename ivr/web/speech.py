"""How well callers are understood, for admins: sums by place and language."""

from collections.abc import Mapping

from babel.numbers import format_decimal
from starlette.responses import Response

from ivr.actions import speech_report
from ivr.actions.speech_report import BY, HOW, LEAST_PEOPLE
from ivr.store import listened
from ivr.web import access
from ivr.web.ask import Ask
from ivr.web.door import Page
from ivr.web.sentences import _

DAY = 86_400
DAYS = (1, 7, 28, 90, 365)
USUAL = 28
TITLES: Mapping[str, str] = {
    "key": _("Key"),
    "voice": _("Voice"),
    "nothing": _("Neither"),
    "understood": _("Understood"),
    "missed": _("Not understood"),
    "refused": _("Said no"),
    "corrected": _("Came back"),
    "repeated": _("Once more"),
    "gave_up": _("Gave up"),
}
MEANINGS: Mapping[str, str] = {
    "understood": _(
        "Of what was said: it meant something there. Whether it was what the caller meant, the next columns tell."
    ),
    "missed": _("Of what was said: it meant nothing there, or several things."),
    "refused": _("It was asked back, and the caller did not say yes."),
    "corrected": _("The caller went there, and came back within a few seconds."),
    "repeated": _("The caller tried again, or asked to hear it once more."),
    "gave_up": _("The caller hung up within a few seconds, or was led to a person after too many tries."),
}
"""What a column counts; the first three speak for themselves."""


def show(ask: Ask) -> Response:
    """The sums of some days, of one language or of all."""
    asked, language = ask.query.one("days"), ask.query.one("language")
    days = next((days for days in DAYS if str(days) == asked), USUAL)
    with ask.reading() as tx:
        found = speech_report.report(tx, ask.now - days * DAY, language or None, ask.site.release().book)
        languages = listened.languages(tx)
    return ask.page(
        "speech.html",
        found=found,
        days=days,
        choices=DAYS,
        language=language,
        languages=languages,
        names=ask.site.spoken(),
        by=BY,
        how=HOW,
        titles=TITLES,
        meanings=MEANINGS,
        least=LEAST_PEOPLE,
        tenths=lambda seconds: format_decimal(seconds, "0.0", ask.language.locale),
    )


PAGES = (Page("/speech", access.ADMINS, show),)
