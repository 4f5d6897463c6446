"""What the pages say for the reasons, roles and deeds that the rest of the helpline only names. English is the key."""

from collections.abc import Mapping

from ivr.actions.audit import What
from ivr.actions.refusals import Reason
from ivr.actions.staff import Role
from ivr.store.sessions import Kind


def _(text: str) -> str:
    """Marks a text for translation; it is translated where it is shown."""
    return text


REASONS: Mapping[Reason, str] = {
    Reason.WRONG_SIGN_IN: _("E-mail address or password is wrong."),
    Reason.WRONG_PASSWORD: _("This is not your current password."),
    Reason.WRONG_CODE: _("This code does not fit. Codes change every 30 seconds and work once."),
    Reason.LINK_GONE: _("This link does not work any more: it was used, or it is too old."),
    Reason.SHORT_PASSWORD: _("The password needs at least 12 characters. Four or five words make a good one."),
    Reason.LONG_PASSWORD: _("The password may have at most 200 characters."),
    Reason.GUESSABLE_PASSWORD: _("This password is easy to guess. Four or five words make a good one."),
    Reason.TWO_PASSWORDS: _("The two passwords are not the same."),
    Reason.BAD_EMAIL: _("This is not an e-mail address."),
    Reason.EMAIL_TAKEN: _("There is already an account with this e-mail address."),
    Reason.NO_NAME: _("A name is needed, of at most 100 characters."),
    Reason.NO_ROLE: _("At least one role is needed."),
    Reason.BAD_PHONE: _("This is not a French mobile or landline number."),
    Reason.LAST_ADMIN: _("This is the last admin: nobody could look after accounts any more."),
    Reason.BAD_CHOICE: _("This cannot be chosen here."),
}

ROLES: Mapping[str, str] = {
    Role.AIDANT: _("Aidant"),
    Role.COORDINATOR: _("Coordinator"),
    Role.ADMIN: _("Admin"),
}
ROLE_HINTS: Mapping[str, str] = {
    Role.AIDANT: _("calls people back"),
    Role.COORDINATOR: _("sees that the work goes well"),
    Role.ADMIN: _("looks after accounts and reads the audit"),
}

DEEDS: Mapping[str, str] = {
    What.SIGNED_IN: _("Signed in"),
    What.SIGN_IN_FAILED: _("Sign-in failed"),
    What.SIGNED_OUT: _("Signed out"),
    What.SESSION_ENDED: _("Session ended"),
    What.LINK_MADE: _("Link made"),
    What.LINK_USED: _("Link used"),
    What.STAFF_ADDED: _("Account made"),
    What.STAFF_CHANGED: _("Account changed"),
    What.STAFF_DISABLED: _("Account disabled"),
    What.STAFF_ENABLED: _("Account enabled"),
    What.PASSWORD_CHANGED: _("Password changed"),
    What.CODE_ON: _("Second step switched on"),
    What.CODE_OFF: _("Second step switched off"),
    What.RECOVERY_CODES_MADE: _("Recovery codes made"),
    What.NUMBER_READ: _("Number read"),
}

KINDS: Mapping[Kind, str] = {
    Kind.INVITATION: _("Invitation"),
    Kind.RESET: _("New password"),
    Kind.ENTRY: _("Sign-in link"),
}
JUST_NOW = _("just now")
THEMES: Mapping[str, str] = {"auto": _("Like the device"), "light": _("Light"), "dark": _("Dark")}
