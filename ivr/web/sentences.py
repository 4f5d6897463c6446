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
    Reason.NOT_POSSIBLE: _("This is not possible any more: the request has moved on meanwhile."),
    Reason.NOT_YOURS: _("This request is in somebody else's hands."),
    Reason.OTHER_LANGUAGE: _("This request is in a language that you have not said you speak."),
    Reason.OUTSIDE_WINDOW: _("This is not the time that was agreed with the caller."),
    Reason.BAD_WINDOW: _("At this time the caller cannot be called: it is over."),
    Reason.ALREADY_OPEN: _("There is already an open request for this person."),
    Reason.NO_TEXT: _("A note needs words."),
    Reason.BAD_SPAN: _("Each span needs a beginning and a later end, and none may overlap."),
    Reason.BAD_DATE: _("This is not a date from today on."),
    Reason.NO_PHONE: _("Your account has no phone number: the helpline cannot ring you."),
    Reason.NOT_DIALLED: _("The helpline does not dial this number: not this country, or not this kind of line."),
    Reason.BLOCKED: _("This number is blocked."),
    Reason.NUMBER_LIMIT: _("Enough for this number today. From tomorrow it is possible again."),
    Reason.TOTAL_LIMIT: _("The helpline has used up what it may spend today. From tomorrow it is possible again."),
    Reason.BAD_NUMBER: _("This is not a phone number."),
    Reason.NO_REASON: _("A reason is needed, of at most 500 characters."),
    Reason.ALREADY_BLOCKED: _("This number is blocked already."),
    Reason.NO_PHONE: _("Your phone number is missing: write it down in your account, then the helpline can ring you."),
    Reason.NO_SUCH_PROMPT: _("Callers hear nothing of this name."),
    Reason.EDITED_MEANWHILE: _("Somebody else wrote this text meanwhile: nothing was kept of yours. Look at theirs."),
    Reason.BAD_TEXT: _("This text cannot stand like this: nothing was kept."),
    Reason.CHANGED_MEANWHILE: _("This is not possible any more: somebody was quicker."),
    Reason.OWN_TAKE: _("You recorded this yourself: somebody else listens to it and approves it."),
    Reason.NOT_APPROVED: _("Only recordings that are approved can be published."),
    Reason.IS_PUBLISHED: _("Callers hear this recording now: publish something else first."),
    Reason.NOTHING_CHANGES: _("Callers hear exactly this already."),
    Reason.NO_FILES: _("No file was sent: choose one or more."),
    Reason.TOO_MANY_FILES: _("These are more than 1000 files: send them in parts."),
    Reason.BAD_ZIP: _("This archive cannot be read: it is broken, or no ZIP. Pack it anew and send it again."),
    Reason.OTHER_WORDS: _(
        "The text was changed after this page was opened: load the page again, and read the new one."
    ),
    Reason.NO_MOMENT: _("A date and a time are needed."),
    Reason.END_FIRST: _("The end must be later than the beginning."),
    Reason.NO_PLACE_NAME: _("A name is needed, of at most 200 characters."),
    Reason.TOO_LONG: _("This is too long: say it in fewer words."),
    Reason.BAD_POSTAL_CODE: _("A postal code has five digits."),
    Reason.BAD_WEBSITE: _("A web address begins with https:// or http://."),
    Reason.OUTSIDE_FRANCE: _("These coordinates are not in France: write both in degrees, or neither."),
    Reason.BAD_HOURS: _("Write hours like 09:00-12:00, 14:00-17:00, or nothing on a day that is closed."),
    Reason.HOURS_UNKNOWN: _("Here are hours, but above they are said to be unknown: choose “Known”, or empty them."),
    Reason.PLACE_CHANGED: _("This place was changed meanwhile: nothing was kept of yours. Look at what it says now."),
    Reason.LOOK_FIRST: _("Nobody knows whether it happened: look first, then say that it did not."),
    Reason.WANTS_NO_TEXTS: _("This number wants no text messages."),
    Reason.GETS_TEXTS: _("This number gets text messages when it asks for them."),
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
    What.RESTORED: _("Restored from a backup"),
    What.REQUEST_MADE: _("Request made by hand"),
    What.REQUEST_CLAIMED: _("Request claimed"),
    What.REQUEST_RELEASED: _("Request given back"),
    What.CLAIM_ENDED: _("Claim ended by itself"),
    What.REQUEST_TAKEN_BACK: _("Request back in the queue: whose it was has left"),
    What.REQUEST_REASSIGNED: _("Request given to somebody else"),
    What.CALL_STARTED: _("Call started"),
    What.CALLED_BY_HAND: _("Called with another phone"),
    What.CALL_CHANGED: _("Call went on"),
    What.CALL_ENDED: _("Call ended by the aidant"),
    What.PHONE_TESTED: _("Own phone tested"),
    What.MESSAGE_HEARD: _("Voice message heard"),
    What.CALL_JUDGED: _("Said whether it rang"),
    What.REQUEST_WRAPPED_UP: _("Request wrapped up"),
    What.REQUEST_CANCELLED: _("Request cancelled"),
    What.REQUEST_REOPENED: _("Request reopened"),
    What.REQUEST_ERASED: _("Request erased"),
    What.PERSON_LOOKED_UP: _("Looked what is known of a person"),
    What.PERSON_ERASED: _("Person erased"),
    What.NOTE_WRITTEN: _("Note written"),
    What.SHIFTS_CHANGED: _("Shifts changed"),
    What.DAY_CLOSED: _("Day closed"),
    What.DAY_OPENED: _("Day opened again"),
    What.NUMBER_BLOCKED: _("Number blocked"),
    What.NUMBER_UNBLOCKED: _("Number unblocked"),
    What.JOB_RETRIED: _("Job tried again"),
    What.JOB_SETTLED: _("Job settled"),
    What.CALL_ENDED: _("Call ended by hand"),
    What.PHONE_TESTED: _("Own phone tried"),
    What.MESSAGE_HEARD: _("Message heard"),
    What.RECORDER_RUNG: _("Own phone rung to record"),
    What.RECORDING_KEPT: _("Recording by telephone kept"),
    What.TAKE_ADDED: _("Prompt recorded"),
    What.TAKE_CHECKED_ANEW: _("Recording checked anew"),
    What.TAKE_OVERRULED: _("Recording found good against a warning"),
    What.TAKE_APPROVED: _("Recording approved"),
    What.TAKE_WITHDRAWN: _("Recording withdrawn"),
    What.WORDING_WRITTEN: _("Text written"),
    What.PUBLICATION_PLANNED: _("Publication planned"),
    What.PUBLICATION_CANCELLED: _("Publication cancelled"),
    What.PUBLICATION_MADE: _("Published"),
    What.PUBLICATION_REFUSED: _("Publication was not possible"),
    What.UPLOADED: _("Recordings sent"),
    What.UPLOAD_CANCELLED: _("Sent recordings cancelled"),
    What.ANNOUNCEMENT_SET: _("Announcement planned"),
    What.ANNOUNCEMENT_REMOVED: _("Announcement removed"),
    What.PLACE_ADDED: _("Place added"),
    What.PLACE_CORRECTED: _("Place corrected"),
    What.PLACE_VERIFIED: _("Place checked"),
    What.PLACE_REMOVED: _("Place removed"),
    What.PLACE_BROUGHT_BACK: _("Place brought back"),
    What.SOURCE_TAKEN: _("Took what the source says"),
    What.CORRECTION_KEPT: _("Kept a correction against the source"),
    What.PROPOSAL_MADE: _("Proposed a correction"),
    What.PROPOSAL_ACCEPTED: _("Proposal accepted"),
    What.PROPOSAL_DECLINED: _("Proposal declined"),
    What.TEXT_SENT_AGAIN: _("Text message sent again"),
    What.TEXT_LEFT: _("Text message left as it is"),
    What.TEXTS_STOPPED: _("Text messages to a number stopped"),
    What.TEXTS_ALLOWED: _("Text messages to a number allowed again"),
}

KINDS: Mapping[Kind, str] = {
    Kind.INVITATION: _("Invitation"),
    Kind.RESET: _("New password"),
    Kind.ENTRY: _("Sign-in link"),
}
USED_UP: Mapping[str, str] = {
    "request": _(
        "As many requests as a day may have were made today. Callers who want a person hear so until tomorrow."
    ),
    "call": _("As many calls as a day may have were placed today. Nobody can be called back from here until tomorrow."),
    "text": _("As many texts as a day may have were sent today. No more are sent until tomorrow."),
}
"""What is not done any more today."""
JUST_NOW = _("just now")
THEMES: Mapping[str, str] = {"auto": _("Like the device"), "light": _("Light"), "dark": _("Dark")}
