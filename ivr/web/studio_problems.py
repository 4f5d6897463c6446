"""Why a text or a publication is refused, in words of nobody's trade; English is the key.

The release's checks speak to those who write menus, in English sentences. Here each that an admin can meet has another
one; what has none is shown as it is, with whom to ask.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ivr.web.catalogues import Language
from ivr.web.sentences import _

NO_MARK = _("%(mark)s cannot be said here. Write the words themselves, or a mark that the form of this text names.")
OTHER = _("The program says: %(what)s. If this does not help you, show it to whoever looks after the helpline.")
SENTENCES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sentence)
    for pattern, sentence in (
        (r"^(?P<mark>\{.*\}) is neither a key here nor a value", NO_MARK),
        (
            r"^does not name the key of option",
            _("Callers would not hear which key to press: {key} has to stand in each wording of this text."),
        ),
        (
            r"^one text cannot name the keys (?P<keys>.+)$",
            _("This text is said for more than one key (%(keys)s), so it can name none: take {key} out."),
        ),
        (r"^the full wording is empty|^a text must be words", _("There are no words in the full text.")),
        (r"^the \w+ wording is empty", _("One of its wordings is empty: write it, or delete its blanks.")),
        (
            r"^longer than (?P<most>\d+) characters",
            _("It is longer than %(most)s characters: nobody listens that long. Make it shorter."),
        ),
        (
            r"^no `doubt` wording, but (?P<facts>.+) may be doubtful",
            _("What it tells may be doubtful one day (%(facts)s): write also the text for that case."),
        ),
        (
            r"^speaks the fact `(?P<fact>.+)`, which does not exist",
            _("It tells a fact that is not known here (%(fact)s): ask whoever looks after the menus."),
        ),
        (
            r"^no text `(?P<text>.+)`",
            _("A menu wants to say the text %(text)s, which is not there: ask whoever looks after the menus."),
        ),
        (
            r"^no sound for the",
            _("It has no sound: record it and have it approved, then publish both together."),
        ),
        (
            r"^not recorded, and no placeholder voice speaks it: (?P<texts>.+?) \(",
            _(
                "Nobody has recorded these texts, and no machine on this server can say them: "
                "%(texts)s. Record them first."
            ),
        ),
        (
            r"^not an approved recording any more",
            _("Its recording was withdrawn after this was planned. Choose another recording, and publish that."),
        ),
        (
            r"^recording (?P<id>\d+) of the studio cannot be opened",
            _("Recording %(id)s is lost or damaged. Record its text again, or have it fetched out of a backup."),
        ),
    )
)
"""What the checks say (its beginning, without the place) and what a page says for it."""
PLACE = re.compile(r"(?:[^\s:]+:\d+: )?(?P<name>[^\s:]+)(?: \(?(?P<language>[\w-]+)\)?)?: (?P<what>.+)")
"""`file:line: name language: what`, as a release is refused, or `name (language): what`."""
SPOKEN = re.compile(r".+ \((?P<language>[\w-]+)\): (?P<what>not recorded, .+)")
"""The same of a whole language, by its name."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in words; with the name of the text and its language, empty where they are not known."""

    name: str
    language: str
    says: str


def problems(language: Language, lines: Iterable[str]) -> list[Problem]:
    """What these lines of the checks say, each once."""
    return list(dict.fromkeys(_problem(language, line) for line in lines))


def _problem(language: Language, line: str) -> Problem:
    if (spoken := SPOKEN.fullmatch(line)) is not None:
        return Problem("", spoken["language"], _said(language, spoken["what"]))
    if (placed := PLACE.fullmatch(line)) is not None:
        return Problem(placed["name"], placed["language"] or "", _said(language, placed["what"]))
    return Problem("", "", _said(language, line))


def _said(language: Language, what: str) -> str:
    for pattern, sentence in SENTENCES:
        if (found := pattern.search(what)) is not None:
            return language.say(sentence, **found.groupdict())
    return language.say(OTHER, what=what)
