"""Every setting: one model, each field with a help line and a check. `NAME_FILE` names a file that holds the value."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from ivr.errors import BadSetting

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


WebAddress = Annotated[str, AfterValidator(_web_address)]


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
    data_dir: Path = Field(
        Path("var"), alias="IVR_DATA_DIR", description="sounds, releases, recordings, trial database"
    )
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
    timezone: Annotated[str, AfterValidator(_timezone)] = Field(
        "Europe/Paris", alias="IVR_TIMEZONE", description="where the helpline lives"
    )
    menus_dir: Path = Field(Path("menus"), alias="IVR_MENUS_DIR", description="the menu trees")
    prompts_dir: Path = Field(Path("prompts"), alias="IVR_PROMPTS_DIR", description="a folder a language")
    twilio_account_sid: str = Field("", alias="TWILIO_ACCOUNT_SID", description="without it there is no telephone line")
    twilio_auth_token: SecretStr | None = Field(None, alias="TWILIO_AUTH_TOKEN", description="signs what Twilio sends")
    twilio_number: str = Field("", alias="TWILIO_NUMBER", description="the helpline's own number")
    twilio_api_url: WebAddress = Field(
        "https://api.twilio.com", alias="TWILIO_API_URL", description="another region or a compatible provider"
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

    @property
    def production(self) -> bool:
        """Whether real people ring."""
        return self.env == "production"

    @property
    def zone(self) -> ZoneInfo:
        """The helpline's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def has_twilio(self) -> bool:
        """Whether the routes for Twilio exist."""
        return bool(self.twilio_account_sid and self.twilio_auth_token)

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.data_dir / 'hamrah.db').absolute()}"

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
        path = self.data_dir / "secret.key"
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
    if settings.production and not settings.public_url.startswith("https://"):
        raise BadSetting("IVR_PUBLIC_URL must begin with https:// in production")
    if not settings.production and settings.host not in LOOPBACK:
        raise BadSetting(f"IVR_HOST: a trial listens on {' or '.join(LOOPBACK)} only, since its pages hold no secret")
    return settings


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
