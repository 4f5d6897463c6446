"""What is configured, what is missing, and what that costs: the same words at start and in `ivr check`."""

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.actions import limits, standing
from ivr.actions.coverage import Mark, coverage
from ivr.actions.releases import Made
from ivr.app import Parts
from ivr.carrier.caller_id import caller_id_problem
from ivr.carrier.twilio import Account, Numbers
from ivr.directory import communes
from ivr.errors import BadContent, CarrierBusy, CarrierFailed, StorageAway, VoiceFailed
from ivr.release.release import Release
from ivr.senders import doubt
from ivr.settings import Settings
from ivr.store import jobs, publications
from ivr.web import assets

STUDIO = {
    Mark.STALE: "recordings say other words than the text of now",
    Mark.BELOW: "texts were changed by a deployment, and the studio's stand over them",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding; `wrong` ones stop a start."""

    mark: str  # ok, note, missing or wrong
    text: str

    @property
    def wrong(self) -> bool:
        """Whether the helpline cannot be trusted like this."""
        return self.mark == "wrong"

    def __str__(self) -> str:
        """The mark as a word, then the finding."""
        return f"{self.mark:>8}  {self.text}"


def settings_report(joined: Parts) -> list[Line]:
    """Each part that a setting switches on."""
    return [*_database(joined), *_telephone(joined), *_address(joined), *_reach(joined), *_pages()]


def _database(joined: Parts) -> Iterator[Line]:
    kind = "PostgreSQL" if joined.settings.database.startswith("postgres") else "SQLite"
    try:
        current = joined.database.is_current()
    except StorageAway as error:
        yield Line("wrong", f"the database does not answer: {error}")
        return
    if current:
        yield Line("ok", f"database: {kind}")
    else:
        yield Line("wrong", f"database: {kind}, its tables are older than this version: run `ivr migrate`")
    if joined.settings.production and kind == "SQLite":
        yield Line("note", "SQLite in production: one server process only, and the disk must be backed up")
    if current:
        yield from _jobs(joined)
        yield from _used_up(joined)


def _jobs(joined: Parts) -> Iterator[Line]:
    if joined.settings.worker == "none":
        yield Line("note", "IVR_WORKER=none: nothing is done outside of calls unless `ivr worker` runs")
    with joined.database.reading() as tx:
        dead = jobs.counts(tx, joined.clock()).dead
    if dead:
        yield Line("note", f"{dead} jobs wait for a person to decide: `ivr jobs list`")


def _used_up(joined: Parts) -> Iterator[Line]:
    with joined.database.reading() as tx:
        kinds = limits.reached(tx, joined.limits, joined.clock())
    for kind in kinds:
        yield Line("note", f"no more {kind}s today: IVR_MOST_{kind.upper()}S is reached")


def _reach(joined: Parts) -> Iterator[Line]:
    settings = joined.settings
    yield Line("ok", f"dials {settings.dial_types} in {settings.dial_countries}, and nobody else")


def _pages() -> Iterator[Line]:
    if not assets.load().whole:
        yield Line("missing", assets.MISSING)
    if not (communes.MADE / communes.TABLE).is_file():
        yield Line("missing", communes.MISSING)


def _telephone(joined: Parts) -> Iterator[Line]:
    settings = joined.settings
    if not settings.has_twilio:
        yield Line("missing", "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN: no telephone line; `ivr phone` rings from here")
        yield from _not_first(settings)
        return
    yield Line("ok", "telephone: webhooks are answered under /twilio")
    if not settings.twilio_number:
        without = "`ivr twilio setup` cannot point the number here, nobody is called back, no message is fetched"
        yield Line("missing", f"TWILIO_NUMBER: {without}")
        yield from _not_first(settings)
        return
    yield from _caller_id(settings)
    yield _recordings(joined)
    yield from _texts(settings)
    if settings.tries_first:
        yield Line("ok", "puts callers through to an aidant on shift who is free and has tried their phone, first")


def _texts(settings: Settings) -> Iterator[Line]:
    """Nothing is said where no texts are wanted."""
    if not settings.sends_texts:
        return
    senders = {"IVR_SMS_FROM": settings.sms_from, "IVR_SMS_FROM_SHARED": settings.sms_from_shared}
    yield Line("ok", f"text messages: at most {settings.most_texts} a day, between 8 and 20 h")
    if not settings.sms_from_shared:
        yield Line("missing", "IVR_SMS_FROM_SHARED: nothing is sent to phones that others use too")
    for name, sender in senders.items():
        problem = doubt(sender)
        if problem:
            yield Line("note", f"{name} {problem}")


def _not_first(settings: Settings) -> Iterator[Line]:
    if settings.try_first == "on":
        yield Line("missing", "IVR_TRY_FIRST: nobody is put through without a telephone number")


def _recordings(joined: Parts) -> Line:
    try:
        joined.vault.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        return Line("wrong", f"IVR_RECORDINGS_DIR: {error.strerror}: no message can be kept")
    if not os.access(joined.vault.folder, os.W_OK):
        return Line("wrong", "IVR_RECORDINGS_DIR: cannot be written: no message can be kept")
    return Line("ok", f"calls back, {joined.settings.call_minutes} minutes at most; keeps messages, sealed")


def _caller_id(settings: Settings) -> Iterator[Line]:
    problem = caller_id_problem(settings.twilio_number, settings.production)
    if problem:
        yield Line("note", f"TWILIO_NUMBER {problem} (docs/caller-id.md)")
    else:
        yield Line("ok", "caller id: TWILIO_NUMBER may be shown; `ivr check --online` asks whether it is rented")


def online_report(joined: Parts) -> list[Line]:
    """What only the telephone company knows: asks it, changes nothing there."""
    settings = joined.settings
    if not (settings.twilio_auth_token and settings.has_twilio and settings.twilio_number):
        return [Line("missing", "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_NUMBER: nothing to ask online")]
    token = settings.twilio_auth_token.get_secret_value()
    try:
        found = Numbers(Account(settings.twilio_account_sid, token, settings.twilio_api_url)).webhooks(
            settings.twilio_number
        )
    except CarrierBusy as error:
        return [Line("note", f"whether TWILIO_NUMBER is rented is not known: {error}")]
    except CarrierFailed as error:
        return [Line("wrong", f"TWILIO_NUMBER: {error}")]
    rented = Line("ok", "TWILIO_NUMBER is rented at the provider that dials")
    if found.voice == f"{settings.public_url}/twilio/voice":
        return [rented, Line("ok", "TWILIO_NUMBER posts to this helpline")]
    return [rented, Line("note", "TWILIO_NUMBER does not post to this helpline: run `ivr twilio setup`")]


def _address(joined: Parts) -> Iterator[Line]:
    settings = joined.settings
    if settings.has_twilio and not settings.public_url.startswith("https://"):
        yield Line("note", "IVR_PUBLIC_URL is not https: the telephone company cannot reach it")


def content_report(joined: Parts) -> list[Line]:
    """Mistakes, warnings, and what awaits a person: recordings, reviews."""
    try:
        made = standing.rehearsed(joined.studio)
    except (BadContent, VoiceFailed) as error:
        return [Line("wrong", mistake) for mistake in str(error).splitlines()]
    except StorageAway:
        return [Line("wrong", "the content is not checked: the database does not say what is published")]
    warnings = [Line("note", str(mistake)) for mistake in made.warnings]
    lines = [Line("ok", line) for line in summary(made).splitlines()]
    return [*warnings, *lines, *_promised(joined.settings, made.release), *_studio(joined)]


def _promised(settings: Settings, release: Release) -> Iterator[Line]:
    """How long a message is kept is said to callers, who cannot hear that it is a setting."""
    told = release.content.facts.get("message.kept")
    days = "" if told is None or told.value is None else told.value
    if days.isdecimal() and settings.keep_messages > int(days):
        promise = f"callers are told that a message is erased after {days} days (menus/facts.yaml, message.kept)"
        yield Line("wrong", f"IVR_KEEP_MESSAGES is {settings.keep_messages}, and {promise}")


def _studio(joined: Parts) -> Iterator[Line]:
    """What admins should record again or look at; placeholders are counted with each language."""
    with joined.database.transaction() as tx:
        lines = coverage(tx, joined.studio).lines if publications.has_tables(tx) else ()
    for mark, what in STUDIO.items():
        found = [f"{line.name} ({line.language})" for line in lines if mark in line.marks]
        if found:
            yield Line("note", f"{len(found)} {what}: {', '.join(found)}")


def summary(made: Made) -> str:
    """The release in a few lines."""
    release = made.release
    lines = [f"release {release.id}: {len(release.book.nodes)} nodes, {len(release.content.facts)} facts"]
    for tongue in release.content.tongues:
        kinds = Counter(sound.kind for (language, _), sound in release.sounds.items() if language == tongue.code)
        unread = sum(text.reviewed is None for text in tongue.texts.values())
        lines.append(
            f"{tongue.name}: {len(tongue.texts)} texts, {unread} not reviewed, "
            f"{kinds['recorded']} sounds recorded, {kinds['placeholder']} by a placeholder voice"
        )
    doubtful = sum(fact.doubt for fact in release.content.facts.values())
    lines.append(f"{doubtful} facts are spoken as doubtful until a person has checked them")
    return "\n".join(lines)


def welcome(joined: Parts, made: Made) -> str:
    """What a newcomer reads when the server starts."""
    report = "\n".join(str(line) for line in settings_report(joined))
    return f"""
{summary(made)}

{report}

The helpline listens on http://{joined.settings.host}:{joined.settings.port}
  ring it from another terminal     make phone     (or .venv/bin/ivr phone)
  see whether it is well            http://{joined.settings.host}:{joined.settings.port}/readyz
  what is missing for real calls    .venv/bin/ivr check, then docs/operator.md
  stop                              Ctrl-C
"""
