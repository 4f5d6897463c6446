"""The languages of the pages: each folder in locales/ is one, its catalogues files that translators know (gettext)."""

import gettext
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ivr.web import sentences

FOLDER = Path(__file__).parent / "locales"
FILE = "pages.po"
APART, TOGETHER = "\u2068", "\u2069"
"""Around a name: it keeps its own direction inside a sentence of the other one."""
ORDER = re.compile(rb'^"X-Order: (\d+)', re.MULTILINE)
"""The header of a catalogue by which languages are offered; the first one is what a newcomer sees."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language of the pages: what it is called in itself, its direction, and its words."""

    code: str
    name: str
    direction: str
    locale: Locale
    words: gettext.NullTranslations

    @property
    def tag(self) -> str:
        """As HTML names it."""
        return self.code.replace("_", "-")

    def say(self, text: str, **values: Any) -> str:
        """The text in this language; a page escapes it as a whole."""
        found = self.words.gettext(text)
        return found % {name: f"{APART}{value}{TOGETHER}" for name, value in values.items()} if values else found

    def count(self, one: str, many: str, n: int, **values: Any) -> str:
        """The same for a number of things, which is `%(n)s` in the text."""
        return self.words.ngettext(one, many, n) % {"n": n, **values}

    def ago(self, at: float, now: float) -> str:
        """How long before (or after) now, as people say it."""
        if abs(at - now) < 60:
            return self.say(sentences.JUST_NOW)
        return format_timedelta(timedelta(seconds=at - now), add_direction=True, locale=self.locale)

    def age(self, at: float, now: float) -> str:
        """How long it has been, short: "42 min"."""
        age = timedelta(seconds=max(now - at, 60))
        return format_timedelta(age, granularity="minute", format="short", threshold=2, locale=self.locale)

    def clock(self, at: float, zone: ZoneInfo) -> str:
        """The time of day."""
        return format_time(datetime.fromtimestamp(at, zone), "short", tzinfo=zone, locale=self.locale)

    def weekday(self, day: date) -> str:
        """The name of a day of the week."""
        return format_date(day, "EEEE", locale=self.locale)

    def short_day(self, day: date) -> str:
        """A date without its year."""
        return format_skeleton("MMMMd", day, locale=self.locale)

    def moment(self, at: float, zone: ZoneInfo) -> str:
        """The exact time, in words."""
        return format_datetime(datetime.fromtimestamp(at, zone), "medium", tzinfo=zone, locale=self.locale)

    def day(self, at: float, zone: ZoneInfo) -> str:
        """The date, in words."""
        return format_date(datetime.fromtimestamp(at, zone).date(), "long", locale=self.locale)


@cache
def languages(folder: Path = FOLDER) -> Mapping[str, Language]:
    """Every language by its code, in the order in which they are offered; read once a process."""
    found = [_read(path) for path in folder.glob(f"*/{FILE}")]
    return {language.code: language for _, language in sorted(found, key=lambda pair: pair[0])}


def catalogue(folder: Path) -> Catalog:
    """The words of a language: of its pages and, beside them, a file a subject."""
    whole = read_po(io.BytesIO((folder / FILE).read_bytes()))
    for path in sorted(folder.glob("*.po")):
        for message in read_po(io.BytesIO(path.read_bytes()), locale=whole.locale):
            if message.id and message.id not in whole:
                whole[message.id] = message
    return whole


def _read(path: Path) -> tuple[int, Language]:
    order = ORDER.search(path.read_bytes())
    packed = io.BytesIO()
    write_mo(packed, catalogue(path.parent))
    packed.seek(0)
    code = path.parent.name
    locale = Locale.parse(code)
    name = locale.languages.get(code) or locale.get_language_name(code) or code
    return int(order[1]) if order else 99, Language(
        code, name, locale.text_direction, locale, gettext.GNUTranslations(packed)
    )
