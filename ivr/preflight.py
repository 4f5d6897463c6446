"""What is configured, what is missing, and what that costs: the same words at start and in `ivr check`."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.actions import releases
from ivr.actions.releases import Made
from ivr.app import Parts
from ivr.errors import BadContent, StorageAway, VoiceFailed


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
    return [*_database(joined), *_telephone(joined), *_address(joined)]


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


def _telephone(joined: Parts) -> Iterator[Line]:
    settings = joined.settings
    if not settings.has_twilio:
        yield Line(
            "missing", "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN: no telephone line; `ivr phone` rings from here"
        )
        return
    yield Line("ok", "telephone: webhooks are answered under /twilio")
    if not settings.twilio_number:
        yield Line("missing", "TWILIO_NUMBER: `ivr twilio setup` cannot point the number here")


def _address(joined: Parts) -> Iterator[Line]:
    settings = joined.settings
    if settings.has_twilio and not settings.public_url.startswith("https://"):
        yield Line("note", "IVR_PUBLIC_URL is not https: the telephone company cannot reach it")


def content_report(joined: Parts) -> list[Line]:
    """Mistakes, warnings, and what awaits a person: recordings, reviews."""
    try:
        made = releases.prepare(joined.folders, joined.sounds, joined.today())
    except (BadContent, VoiceFailed) as error:
        return [Line("wrong", mistake) for mistake in str(error).splitlines()]
    warnings = [Line("note", str(mistake)) for mistake in made.warnings]
    return [*warnings, *(Line("ok", line) for line in summary(made).splitlines())]


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
