"""Under which name text messages are sent: what a telephone company takes, and what French operators let through."""

import re

from ivr.numbers import Kind, understand

SERVICE, SHORT_CODE = re.compile(r"MG[0-9a-fA-F]{32}"), re.compile(r"[0-9]{3,8}")
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
CAN_SEND = frozenset({Kind.MOBILE, Kind.FOREIGN})
"""Numbers that a text can come from."""


def sender(value: str) -> str:
    """The same, or ValueError: the company refuses what it does not know, but only when a text is to be sent."""
    if not value or any(kind.fullmatch(value) for kind in (SERVICE, SHORT_CODE, NAME)):
        return value
    if not NUMBER.fullmatch(value):
        raise ValueError(
            "is no sender: a name of at most 11 letters (A-Z a-z), figures and spaces, a short code of 3 to 8 figures, "
            "a messaging service (MG and 32 figures), or a mobile number with its + and country"
        )
    if understand(value, production=False).kind not in CAN_SEND:
        raise ValueError("is a number that sends no text messages: a name or a messaging service does")
    return value


def two_senders_problem(own: str, shared: str, number: str) -> str | None:
    """What is wrong between the two senders and the helpline's number."""
    if shared and not own:
        return "IVR_SMS_FROM_SHARED is there and IVR_SMS_FROM is not: no text is sent without it"
    if shared and shared in (own, number):
        return "IVR_SMS_FROM_SHARED must be a neutral sender: another one than IVR_SMS_FROM and TWILIO_NUMBER"
    return None


def doubt(value: str) -> str | None:
    """What may go wrong with a sender that the company takes; None where nothing is known of it."""
    if value.startswith("+") and understand(value, production=False).kind is Kind.MOBILE:
        return "is a mobile number: French operators do not let programs write from 06 and 07"
    if NAME.fullmatch(value):
        return "is a name: nobody can answer STOP to it, so the text menu and the desk are the only ways out"
    return None
