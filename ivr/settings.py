"""Every setting: one model, each field with a help line and a check. `NAME_FILE` names a file that holds the value."""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from ivr.directory.importing import known
from ivr.errors import BadSetting
from ivr.numbers import COUNTRIES, Kind, Reach
from ivr.senders import sender, two_senders_problem

LOOPBACK = ("127.0.0.1", "localhost", "::1")
LEAST_SECRET = 32
"""Characters below which a secret key is refused."""


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with https:// (or http:// on loopback)")
    return value.rstrip("/")


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is no time zone such as Europe/Paris") from error
    return value


A_DAY = re.compile(r"[0-9]{1,6}(/[0-9]{1,6})?")


def _a_day(value: str) -> str:
    """As `5` or `6/500`: for one phone number, and for all of them together."""
    numbers = [int(part) for part in value.split("/")] if A_DAY.fullmatch(value) else [0]
    if numbers[0] < 1:
        raise ValueError("is no number a day such as 5, or 6/500: for one phone number, for all together")
    if numbers[-1] < numbers[0]:
        raise ValueError("allows all together less than one phone number alone")
    return value


def _countries(value: str) -> str:
    if not _words(value) or not set(_words(value)) <= COUNTRIES:
        raise ValueError("is no list of countries by their two letters, such as FR,RE,GP")
    return value


def _lines(value: str) -> str:
    if not _words(value) or not set(_words(value)) <= {Kind.MOBILE, Kind.LANDLINE}:
        raise ValueError("is not mobile, landline or mobile,landline")
    return value


def _listens(value: str) -> str:
    port = value.rpartition(":")[2]
    if value and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ValueError("is no port such as 9100, and no address such as 0.0.0.0:9100")
    return value


def _words(value: str) -> tuple[str, ...]:
    return tuple(word for part in value.split(",") if (word := part.strip()))


WebAddress = Annotated[str, AfterValidator(_web_address)]
ADay = Annotated[str, AfterValidator(_a_day)]
Sender = Annotated[str, AfterValidator(sender)]


def _days(default: int, name: str, what: str, least: int = 1) -> Any:
    """How long a class of data is kept (see actions/retention.py)."""
    return Field(default, ge=least, le=36_500, alias=name, description=f"days to keep: {what}")


class Settings(BaseModel):
    """What the operator decides. Nothing else in the code reads the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    env: Literal["trial", "production"] = Field("trial", alias="IVR_ENV", description="trial or production")
    public_url: WebAddress = Field(
        "http://127.0.0.1:8000",
        alias="IVR_PUBLIC_URL",
        description="the address under which the telephone company reaches us, https in production",
    )
    host: str = Field("127.0.0.1", alias="IVR_HOST", description="the address the server listens on")
    port: int = Field(8000, ge=1, le=65535, alias="IVR_PORT", description="the port the server listens on")
    data_dir: Path = Field(Path("var"), alias="IVR_DATA_DIR", description="sounds, releases, trial database")
    database_url: str = Field(
        "", alias="IVR_DATABASE_URL", description="PostgreSQL, or SQLite in the data folder when empty"
    )
    secret_key: SecretStr | None = Field(
        None,
        alias="IVR_SECRET_KEY",
        description="encrypts numbers; made once for a trial, refused if absent in production",
    )
    old_secret_keys: SecretStr | None = Field(
        None, alias="IVR_OLD_SECRET_KEYS", description="earlier keys, by commas, until `ivr keys rotate` has run"
    )
    backup_passphrase: SecretStr | None = Field(
        None, alias="IVR_BACKUP_PASSPHRASE", description="encrypts backups; without it `ivr backup` asks for one"
    )
    timezone: Annotated[str, AfterValidator(_timezone)] = Field(
        "Europe/Paris", alias="IVR_TIMEZONE", description="where the helpline lives"
    )
    menus_dir: Path = Field(Path("menus"), alias="IVR_MENUS_DIR", description="the menu trees")
    prompts_dir: Path = Field(Path("prompts"), alias="IVR_PROMPTS_DIR", description="a folder a language")
    recordings_dir: Path = Field(
        Path("recordings"), alias="IVR_RECORDINGS_DIR", description="what callers record, sealed: part of every backup"
    )
    call_minutes: int = Field(
        45, ge=5, le=240, alias="IVR_CALL_MINUTES", description="minutes after which a call back is ended"
    )
    twilio_account_sid: str = Field("", alias="TWILIO_ACCOUNT_SID", description="without it there is no telephone line")
    twilio_auth_token: SecretStr | None = Field(None, alias="TWILIO_AUTH_TOKEN", description="signs what Twilio sends")
    twilio_number: str = Field("", alias="TWILIO_NUMBER", description="the helpline's own number")
    sms_from: Sender = Field(
        "",
        alias="IVR_SMS_FROM",
        description="who sends text messages: a name, a short code or a messaging service; without it there are none",
    )
    sms_from_shared: Sender = Field(
        "",
        alias="IVR_SMS_FROM_SHARED",
        description="the neutral sender for phones that others use too; without it they are sent nothing",
    )
    twilio_api_url: WebAddress = Field(
        "https://api.twilio.com", alias="TWILIO_API_URL", description="another region or a compatible provider"
    )
    try_first: Literal["off", "on"] = Field(
        "off",
        alias="IVR_TRY_FIRST",
        description="who wants a person now is first put through to an aidant on shift who is free; needs a number",
    )
    worker: Literal["inside", "none"] = Field(
        "inside", alias="IVR_WORKER", description="jobs are done inside the server, or only where `ivr worker` runs"
    )
    proxies: int = Field(
        0,
        ge=0,
        le=9,
        alias="IVR_PROXIES",
        description="how many reverse proxies of ours stand in front; each is believed on whom it heard",
    )
    claim_minutes: int = Field(
        20,
        ge=5,
        le=1440,
        alias="IVR_CLAIM_MINUTES",
        description="minutes without any change after which a claimed request goes back to the queue",
    )
    most_requests: ADay = Field(
        "5", alias="IVR_MOST_REQUESTS", description="requests a day for one phone number, or that and for all: 5/1000"
    )
    most_calls: ADay = Field(
        "6/500", alias="IVR_MOST_CALLS", description="outgoing calls a day to one phone number / to all together"
    )
    most_texts: ADay = Field(
        "5/300", alias="IVR_MOST_TEXTS", description="texts a day to one phone number / to all together"
    )
    dial_countries: Annotated[str, AfterValidator(_countries)] = Field(
        "FR,GP,MQ,GF,RE,YT,PM,BL,MF,NC,PF,WF",
        alias="IVR_DIAL_COUNTRIES",
        description="whom we dial and promise to call back: countries by their two letters",
    )
    dial_types: Annotated[str, AfterValidator(_lines)] = Field(
        "mobile,landline",
        alias="IVR_DIAL_TYPES",
        description="and which lines there; premium, shared-cost and satellite numbers never",
    )
    second_person: bool = Field(
        True, alias="IVR_SECOND_PERSON", description="a recording is approved by somebody else than who made it"
    )
    worker_metrics: Annotated[str, AfterValidator(_listens)] = Field(
        "", alias="IVR_WORKER_METRICS", description="where `ivr worker` shows /metrics: 9100 on loopback, 0.0.0.0:9100"
    )
    speech: Literal["off", "on"] = Field(
        "off", alias="IVR_SPEECH", description="callers may speak, in each language whose speech model is installed"
    )
    speech_silence: float = Field(
        0.6, ge=0.2, le=2, alias="IVR_SPEECH_SILENCE", description="seconds of silence after which a caller has spoken"
    )
    live_calls: int = Field(
        60,
        ge=1,
        le=2000,
        alias="IVR_LIVE_CALLS",
        description="calls that are listened to at a time, in one process; further ones begin by keys",
    )
    models_url: WebAddress = Field(
        "https://alphacephei.com/vosk/models",
        alias="IVR_MODELS_URL",
        description="where speech models are downloaded from: NAME.zip, and model-list.json with their checksums",
    )
    directory_refresh: Annotated[str, AfterValidator(known.checked)] = Field(
        "", alias="IVR_DIRECTORY_REFRESH", description="sets of places that are fetched anew each week: dila,laposte"
    )
    keep_messages: int = _days(30, "IVR_KEEP_MESSAGES", "voice messages, since they were fetched")
    keep_numbers: int = _days(90, "IVR_KEEP_NUMBERS", "numbers, since the request was closed or the last call")
    keep_turns: int = _days(180, "IVR_KEEP_TURNS", "what was done in a call, since it began")
    keep_notes: int = _days(90, "IVR_KEEP_NOTES", "notes of the staff, since the request was closed")
    keep_audit: int = _days(1095, "IVR_KEEP_AUDIT", "the audit; never less than a year", least=366)
    keep_tallies: int = _days(7, "IVR_KEEP_TALLIES", "how often a number rang or asked, counted a day")
    keep_blocked: int = _days(365, "IVR_KEEP_BLOCKED", "blocked numbers, since they were blocked")
    keep_texts: int = _days(30, "IVR_KEEP_TEXTS", "number and words of text messages, since they were asked for")
    keep_takes: int = _days(90, "IVR_KEEP_TAKES", "recordings of texts that were withdrawn or refused, since then")
    keep_carrier: int = _days(30, "IVR_KEEP_CARRIER", "calls at the telephone company, until we delete them there")

    @property
    def production(self) -> bool:
        """Whether real people ring."""
        return self.env == "production"

    @property
    def alone(self) -> bool:
        """Whether this is a trial that only this machine reaches, and that gave nobody an address from outside."""
        return not self.production and {self.host, urlsplit(self.public_url).hostname} <= set(LOOPBACK)

    @property
    def zone(self) -> ZoneInfo:
        """The helpline's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def reach(self) -> Reach:
        """Whom the helpline dials."""
        return Reach(frozenset(_words(self.dial_countries)), frozenset(map(Kind, _words(self.dial_types))))

    @property
    def has_twilio(self) -> bool:
        """Whether the routes for Twilio exist."""
        return bool(self.twilio_account_sid and self.twilio_auth_token)

    @property
    def has_carrier(self) -> bool:
        """Whether the helpline can call out."""
        return self.has_twilio and bool(self.twilio_number)

    @property
    def sends_texts(self) -> bool:
        """Whether callers can have something sent as a text message."""
        return self.has_carrier and bool(self.sms_from)

    @property
    def tries_first(self) -> bool:
        """Whether callers are put through to who is free."""
        return self.try_first == "on" and self.has_carrier

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'hamrah.db').absolute()}"

    @property
    def key_file(self) -> Path:
        """Where a trial run keeps the secret key that it made."""
        return self.data_dir / "secret.key"

    def keys(self) -> tuple[bytes, list[bytes]]:
        """The secret key and the earlier ones; a trial run makes its own once and keeps it in the data folder."""
        old = self.old_secret_keys.get_secret_value().split(",") if self.old_secret_keys else []
        current = self.secret_key.get_secret_value() if self.secret_key else self._trial_key()
        for name, key in (("IVR_SECRET_KEY", current), *(("IVR_OLD_SECRET_KEYS: one", key) for key in old)):
            if len(key.strip()) < LEAST_SECRET:
                raise BadSetting(f"{name} is shorter than {LEAST_SECRET} characters")
        return current.strip().encode(), [key.strip().encode() for key in old]

    def _trial_key(self) -> str:
        if self.production:
            raise BadSetting("IVR_SECRET_KEY is missing: production never makes one by itself")
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.key_file
        if not path.exists():
            draft = path.with_suffix(f".{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, path)  # of two processes that start at once, the first one's key stays
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return path.read_text()


def load(environ: Mapping[str, str]) -> Settings:
    """The settings from the environment; BadSetting names every one that is wrong."""
    given: dict[str, Any] = {}
    for field in Settings.model_fields.values():
        name = str(field.alias)
        if environ.get(f"{name}_FILE"):
            given[name] = _from_file(f"{name}_FILE", Path(environ[f"{name}_FILE"]))
        elif environ.get(name):
            given[name] = environ[name]
    try:
        settings = Settings(**given)
    except ValidationError as error:
        raise BadSetting("\n".join(_explained(problem) for problem in error.errors())) from None
    problem = _contradiction(settings) or two_senders_problem(
        settings.sms_from, settings.sms_from_shared, settings.twilio_number
    )
    if problem:
        raise BadSetting(problem)
    return settings


def _contradiction(settings: Settings) -> str | None:
    """What two settings say that cannot both be."""
    if settings.production and not settings.public_url.startswith("https://"):
        return "IVR_PUBLIC_URL must begin with https:// in production"
    if not settings.production and settings.host not in LOOPBACK:
        return f"IVR_HOST: a trial listens on {' or '.join(LOOPBACK)} only, since its pages hold no secret"
    if settings.keep_carrier >= settings.keep_turns:
        return "IVR_KEEP_CARRIER must be less than IVR_KEEP_TURNS: then we know no more what to delete there"
    if settings.keep_texts > settings.keep_turns:
        return "IVR_KEEP_TEXTS is more than IVR_KEEP_TURNS: a text would tell whose call it was"
    return None


def _from_file(name: str, path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError as error:
        raise BadSetting(f"{name}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BadSetting(f"{name}: {path} is not UTF-8 text") from None


def _explained(problem: Any) -> str:
    """The name and what is wrong, never the value: it may be a secret."""
    return f"{problem['loc'][0]}: {str(problem['msg']).removeprefix('Value error, ')}"
