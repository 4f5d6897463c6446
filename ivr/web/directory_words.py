"""What the pages of the directory say: kinds of places, what to look at, parts of a place, hours and phone numbers."""

from collections.abc import Mapping
from datetime import date, timedelta

from babel.dates import format_date

from ivr.actions.place_fields import DAYS, spans_typed
from ivr.store.place_list import Look
from ivr.store.places import Hours
from ivr.web.catalogues import Language
from ivr.web.sentences import _

MONDAY = date(2024, 1, 1)

KINDS: Mapping[str, str] = {
    "prefecture": _("Préfecture"),
    "sous_prefecture": _("Sous-préfecture"),
    "cpam": _("CPAM (health insurance)"),
    "caf": _("CAF (family benefits)"),
    "msa": _("MSA (farm workers’ insurance)"),
    "carsat": _("Carsat (pensions)"),
    "tribunal_administratif": _("Administrative court"),
    "tribunal_judiciaire": _("Judicial court"),
    "tribunal_proximite": _("Local court"),
    "france_services": _("France services"),
    "digital_help": _("Help with the Internet"),
    "ofii": _("OFII"),
    "legal_aid": _("Legal advice"),
    "association": _("Association"),
}
LOOKS: Mapping[Look, str] = {
    Look.DISAGREES: _("The source says something else"),
    Look.PROPOSED: _("Somebody proposed a correction"),
    Look.LOST: _("Gone, but callers were sent there"),
    Look.UNCHECKED: _("Checked by nobody yet"),
    Look.NOWHERE: _("Without coordinates"),
    Look.BY_MAIL: _("Only a mailing address"),
    Look.GONE: _("Gone"),
}
SOURCES: Mapping[str, str] = {
    "hand": _("written by your team"),
    "dila": "Service-Public.gouv.fr / DILA",
    "france-services": "France services / ANCT",
    "mediation-numerique": "Cartographie nationale des lieux de médiation numérique",
    "justice": "Ministère de la Justice",
    "justice-communes": "Ministère de la Justice (communes)",
    "laposte": "La Poste",
}
"""As the licences want them named."""
PARTS: Mapping[str, str] = {
    "kind": _("Kind"),
    "name": _("Name"),
    "street": _("Street and number"),
    "extra": _("Building, floor, postbox"),
    "town": _("Postal code and town"),
    "visit": _("Can one go there?"),
    "point": _("Coordinates"),
    "phone": _("Phone"),
    "email": _("E-mail address"),
    "website": _("Web page"),
    "hours": _("Opening hours"),
    "hours_note": _("Remark about the hours"),
    "note": _("Remark"),
}
FIELDS: Mapping[str, str] = {
    **PARTS,
    "postal_code": _("Postal code"),
    "city": _("Town"),
    "insee": _("Commune"),
    "departement": _("Département"),
    "lat": _("Latitude"),
    "lon": _("Longitude"),
}
VISITS: Mapping[bool | None, str] = {
    True: _("One can go there"),
    False: _("Only by letter: nobody is received there"),
    None: _("Not known whether one can go there"),
}
NEVER_OPEN = _("Closed on every day")
STATES: Mapping[str, str] = {
    "open": _("waits for an admin"),
    "accepted": _("accepted"),
    "declined": _("declined"),
}
IMPORTS: Mapping[str, str] = {
    "done": _("taken"),
    "same": _("nothing new"),
    "refused": _("not taken"),
    "failed": _("could not be fetched"),
}
DONE: Mapping[str, str] = {
    "saved": _("Saved. It stays so when the source is imported again."),
    "same": _("It says so already: nothing had to be changed."),
    "added": _("The place is in the directory."),
    "checked": _("Written down: you checked it today."),
    "removed": _("Removed: no caller is given it any more."),
    "back": _("Callers are given it again."),
    "taken": _("What the source says counts again."),
    "kept": _("Your team’s correction stands."),
    "proposed": _("Thank you. An admin looks at it; you find what became of it under “Proposals”."),
    "accepted": _("Accepted: the place says so now."),
    "declined": _("Declined: nothing was changed."),
}


def weekdays(language: Language) -> dict[str, str]:
    """The names of the days, Monday first."""
    return {day: language.weekday(MONDAY + timedelta(days=n)) for n, day in enumerate(DAYS)}


def spans(hours: Hours, day: str) -> str:
    """The hours of a weekday; empty when closed."""
    return spans_typed(hours.get(day, [])).replace("-", "–")


def phone(digits: str) -> str:
    """A number as it is keyed, in pairs where it has ten digits."""
    if len(digits) != 10 or not digits.startswith("0"):
        return digits
    return " ".join(digits[at : at + 2] for at in range(0, 10, 2))


def town(postal_code: str, city: str) -> str:
    """On one line."""
    return f"{postal_code} {city}".strip()


def day(language: Language, iso: str) -> str:
    """A date as people read it; what is none stays as it is."""
    try:
        return str(format_date(date.fromisoformat(iso), "medium", locale=language.locale))
    except ValueError:
        return iso


def source(language: Language, name: str) -> str:
    """What a set of places is called."""
    return language.say(SOURCES[name]) if name in SOURCES else name
