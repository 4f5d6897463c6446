"""Which number a helpline in France may show when it calls; the rules and their sources are in docs/caller-id.md."""

import re

from ivr.numbers import Kind, understand

MOBILE = re.compile(r"\+(?:33[67]|(?:262|590|594|596)[67])")
"""06 and 07 of the mainland and of the overseas departments, whose plan is the same."""


def caller_id_problem(number: str, production: bool) -> str | None:
    """Why this number (E.164) should not be shown to people in France, or None; the number is not in the words."""
    found = understand(number, production)
    if found.e164 is None or found.e164 != number:
        return "is no whole number such as +33…"
    if MOBILE.match(number):
        return "begins with 06 or 07: these are for one person with a mobile phone, not for a helpline's calls or texts"
    match found.kind:
        case Kind.MOBILE | Kind.LANDLINE:
            return None
        case Kind.FOREIGN:
            return "is foreign: people do not answer it, calling it back costs them, and operators may hide or cut it"
        case _:
            return "costs extra or cannot be called back: people in France must be able to call it at the usual price"
