"""Pages as HTML: one set of templates, one environment a language."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ivr.actions.staff import Role
from ivr.numbers import mask
from ivr.web import access, sentences
from ivr.web.catalogues import Language

TEMPLATES = Path(__file__).parent / "templates"
_ = sentences._

NAVIGATION: tuple[tuple[str, str, str, frozenset[Role]], ...] = (
    ("/", _("Start"), "home", access.EVERYBODY),
    ("/desk", _("Requests"), "phone-call", access.DESK),
    ("/shifts", _("Shifts"), "calendar-week", access.DESK),
    ("/directory", _("Addresses"), "map-pin", access.EVERYBODY),
    ("/blocked", _("Blocked numbers"), "user-off", access.LEADERS),
    ("/texts", _("Text messages"), "message", access.LEADERS),
    ("/phone", _("Try a call"), "phone", access.EVERYBODY),
    ("/studio", _("Studio"), "microphone", access.ADMINS),
    ("/speech", _("Speech"), "message", access.ADMINS),
    ("/jobs", _("Jobs"), "alert-triangle", access.ADMINS),
    ("/staff", _("Staff"), "users", access.ADMINS),
    ("/erase", _("Erase"), "trash", access.ADMINS),
    ("/audit", _("Audit"), "history", access.ADMINS),
)
"""What stands on top of every page: address, label, icon, and for whom."""

# The order counts: most browsers call themselves by the names of others too.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def html(language: Language, template: str, values: Mapping[str, Any]) -> str:
    """The template filled in; a value that is missing is an error."""
    return (
        _environment(language.code)
        .get_template(template)
        .render(
            lang=language,
            _=language.say,
            ngettext=language.count,
            navigation=NAVIGATION,
            **values,
        )
    )


@cache
def _environment(code: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"code": code, "sentences": sentences, "roles": tuple(Role), "pairs": pairs, "mask": mask}
    made.filters |= {"browser": browser, "fours": fours}
    return made


def browser(agent: str) -> str:
    """What a browser calls itself, short: "Firefox · Linux"; empty when we do not know it."""
    found = [next((name for sign, name in signs if sign in agent), "") for signs in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name)


def fours(text: str) -> str:
    """In groups of four, to be typed."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def pairs(e164: str) -> str:
    """A phone number as people read it: in pairs when it is French, "06 39 98 18 24"."""
    national = f"0{e164[3:]}" if e164.startswith("+33") else e164
    if national is e164:
        return e164
    return " ".join(national[at : at + 2] for at in range(0, len(national), 2))
