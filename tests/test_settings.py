"""Every setting is checked; an error names the variable and never its value; production refuses what a trial allows."""

import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ivr import settings as settings_module
from ivr.errors import BadSetting
from ivr.numbers import Kind, Reach
from ivr.settings import Settings, load

LONG = "k" * 40
PRODUCTION = {"IVR_ENV": "production", "IVR_PUBLIC_URL": "https://help.example", "IVR_SECRET_KEY": LONG}
ALL: dict[str, tuple[str, Callable[[Settings], Any], Any]] = {
    "IVR_ENV": ("trial", lambda s: s.env, "trial"),
    "IVR_PUBLIC_URL": ("https://help.example/", lambda s: s.public_url, "https://help.example"),
    "IVR_HOST": ("localhost", lambda s: s.host, "localhost"),
    "IVR_PORT": ("8080", lambda s: s.port, 8080),
    "IVR_DATA_DIR": ("/tmp/x", lambda s: s.data_dir, Path("/tmp/x")),
    "IVR_DATABASE_URL": ("sqlite:////tmp/y.db", lambda s: s.database, "sqlite:////tmp/y.db"),
    "IVR_SECRET_KEY": (LONG, lambda s: s.keys(), (LONG.encode(), [])),
    "IVR_TIMEZONE": ("Indian/Reunion", lambda s: s.zone.key, "Indian/Reunion"),
    "IVR_MENUS_DIR": ("m", lambda s: s.menus_dir, Path("m")),
    "IVR_PROMPTS_DIR": ("p", lambda s: s.prompts_dir, Path("p")),
    "IVR_WORKER": ("none", lambda s: s.worker, "none"),
    "TWILIO_ACCOUNT_SID": ("AC1", lambda s: s.twilio_account_sid, "AC1"),
    "TWILIO_AUTH_TOKEN": ("secret", lambda s: s.twilio_auth_token and s.twilio_auth_token.get_secret_value(), "secret"),
    "TWILIO_NUMBER": ("+33199000001", lambda s: s.twilio_number, "+33199000001"),
    "IVR_SMS_FROM": ("La Maison", lambda s: s.sms_from, "La Maison"),
    "TWILIO_API_URL": ("http://127.0.0.1:9/", lambda s: s.twilio_api_url, "http://127.0.0.1:9"),
}


def wrong(**environ: str) -> str:
    with pytest.raises(BadSetting) as caught:
        load(environ).keys()
    return str(caught.value)


def test_each_setting_has_its_variable_and_a_help_line() -> None:
    fields = Settings.model_fields.values()
    names = {str(field.alias) for field in fields}
    assert {*ALL, "IVR_OLD_SECRET_KEYS"} <= names
    assert all(name.startswith(("IVR_", "TWILIO_")) for name in names)
    assert all(field.description for field in fields)


@pytest.mark.parametrize("name", ALL)
def test_each_setting_is_read_from_its_variable_or_from_a_file(name: str, tmp_path: Path) -> None:
    value, read, meant = ALL[name]
    assert read(load({name: value})) == meant
    file = tmp_path / "value"
    file.write_text(f"{value}\n")
    assert read(load({f"{name}_FILE": str(file)})) == meant
    assert read(load({f"{name}_FILE": str(file), name: "overruled"})) == meant


def test_without_any_variable_there_is_a_trial_on_loopback() -> None:
    settings = load({"PATH": "/bin", "IVR_PORT": "", "IVR_UNKNOWN": "x"})
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert (settings.production, settings.has_twilio) == (False, False)
    assert settings.database == f"sqlite:///{Path('var/hamrah.db').absolute()}"


def test_no_secret_has_a_default() -> None:
    secrets = [name for name, field in Settings.model_fields.items() if "Secret" in str(field.annotation)]
    assert sorted(secrets) == ["backup_passphrase", "old_secret_keys", "secret_key", "twilio_auth_token"]
    assert all(Settings.model_fields[name].default is None for name in secrets)


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("IVR_ENV", "productoin-9", "trial"),
        ("IVR_PUBLIC_URL", "ftp://9", "https://"),
        ("IVR_PUBLIC_URL", "help.example", "https://"),
        ("IVR_PORT", "nine9", "integer"),
        ("IVR_PORT", "0", "greater"),
        ("IVR_PORT", "65536", "less"),
        ("IVR_TIMEZONE", "Europe/Kabul-9", "time zone"),
        ("IVR_TIMEZONE", "../etc/passwd", "time zone"),
        ("TWILIO_API_URL", "api.example-9", "https://"),
        ("IVR_SECRET_KEY", "short-9-" + "x" * 23, "32 characters"),
        ("IVR_MOST_CALLS", "seven", "a day"),
        ("IVR_MOST_CALLS", "0/9", "a day"),
        ("IVR_MOST_TEXTS", "9/8", "less than one phone number"),
        ("IVR_MOST_REQUESTS", "-3", "a day"),
        ("IVR_MOST_REQUESTS", "3/4/5", "a day"),
        ("IVR_DIAL_COUNTRIES", "FR,France", "two letters"),
        ("IVR_DIAL_COUNTRIES", "001", "two letters"),
        ("IVR_DIAL_COUNTRIES", " , ", "two letters"),
        ("IVR_DIAL_TYPES", "mobile,premium", "landline"),
        ("IVR_DIAL_TYPES", ", ,", "landline"),
        ("IVR_WORKER_METRICS", "somewhere", "9100"),
        ("IVR_WORKER_METRICS", "127.0.0.1:70000", "9100"),
    ],
)
def test_a_wrong_value_is_named_by_its_variable_and_never_repeated(name: str, value: str, what: str) -> None:
    message = wrong(**{name: value})
    assert message.startswith(name)
    assert what in message
    assert value not in message


def test_limits_and_whom_to_dial_are_read() -> None:
    out_of_the_box = load({})
    assert (out_of_the_box.most_requests, out_of_the_box.most_calls, out_of_the_box.most_texts) == (
        "5",
        "6/500",
        "5/300",
    )
    assert out_of_the_box.reach.types == {Kind.MOBILE, Kind.LANDLINE}
    assert {"FR", "RE", "NC"} < out_of_the_box.reach.countries
    wider = load({"IVR_DIAL_COUNTRIES": "FR, DE", "IVR_DIAL_TYPES": "mobile", "IVR_MOST_REQUESTS": "9/1000"})
    assert wider.reach == Reach(frozenset({"FR", "DE"}), frozenset({Kind.MOBILE}))
    assert wider.most_requests == "9/1000"


@pytest.mark.parametrize("where", ["9100", "0.0.0.0:9100", "[::1]:9100"])
def test_a_worker_shows_its_figures_where_it_is_told(where: str) -> None:
    assert load({"IVR_WORKER_METRICS": where}).worker_metrics == where


def test_all_wrong_values_are_named_at_once() -> None:
    message = wrong(IVR_PORT="x", IVR_TIMEZONE="y", IVR_ENV="z")
    assert [line.split(":")[0] for line in message.splitlines()] == ["IVR_ENV", "IVR_PORT", "IVR_TIMEZONE"]


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert wrong(IVR_SECRET_KEY_FILE=str(tmp_path / "none")).startswith("IVR_SECRET_KEY_FILE: ")
    assert "No such file" in wrong(IVR_PORT_FILE=str(tmp_path / "none"))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    assert wrong(IVR_SECRET_KEY_FILE=str(tmp_path / "bytes")).startswith("IVR_SECRET_KEY_FILE: ")


def test_printed_settings_show_no_secret() -> None:
    settings = load({"IVR_SECRET_KEY": LONG, "IVR_OLD_SECRET_KEYS": "o" * 40, "TWILIO_AUTH_TOKEN": "t0ken"})
    assert not any(secret in f"{settings!r} {settings}" for secret in (LONG, "o" * 40, "t0ken"))


def test_production_refuses_what_a_trial_allows() -> None:
    assert load(PRODUCTION).production
    assert "IVR_PUBLIC_URL must begin with https" in wrong(**{**PRODUCTION, "IVR_PUBLIC_URL": "http://help.example"})
    assert "IVR_PUBLIC_URL must begin with https" in wrong(IVR_ENV="production", IVR_SECRET_KEY=LONG)
    assert "IVR_SECRET_KEY is missing" in wrong(**{**PRODUCTION, "IVR_SECRET_KEY": ""})


def test_old_keys_are_as_long_as_new_ones() -> None:
    old = "o" * 32
    assert load({"IVR_SECRET_KEY": LONG, "IVR_OLD_SECRET_KEYS": f"{old}, {old}"}).keys()[1] == [old.encode()] * 2
    message = wrong(IVR_SECRET_KEY=LONG, IVR_OLD_SECRET_KEYS=f"{old},short")
    assert "IVR_OLD_SECRET_KEYS" in message
    assert "short," not in f"{message},"


@pytest.mark.parametrize("given", [{}, {"TWILIO_ACCOUNT_SID": "AC1"}, {"TWILIO_AUTH_TOKEN": "t"}])
def test_a_telephone_line_needs_account_and_token(given: dict[str, str]) -> None:
    assert not load(given).has_twilio
    assert load({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}).has_twilio


def test_a_trial_makes_its_key_once_and_keeps_it_to_itself(tmp_path: Path) -> None:
    settings = load({"IVR_DATA_DIR": str(tmp_path / "new")})
    key, old = settings.keys()
    assert (len(key) >= 32, old, settings.keys()[0]) == (True, [], key)
    [file] = (tmp_path / "new").iterdir()
    assert (file.name, stat.S_IMODE(file.stat().st_mode)) == ("secret.key", 0o600)


def test_of_two_keys_made_at_once_the_first_one_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def other_process_is_quicker(_: int) -> str:
        (tmp_path / "secret.key").write_text(LONG)
        return "o" * 40

    monkeypatch.setattr(settings_module.secrets, "token_urlsafe", other_process_is_quicker)
    assert load({"IVR_DATA_DIR": str(tmp_path)}).keys()[0] == LONG.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_two_processes_that_start_at_once_have_one_key(tmp_path: Path) -> None:
    code = (
        "import os, sys; from ivr.settings import load; sys.stdin.read(1); print(load(os.environ).keys()[0].decode())"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"IVR_DATA_DIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parent.parent)},
            text=True,
        )
        for _ in range(3)
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write("g")
        process.stdin.flush()
    keys = {process.communicate()[0].strip() for process in running}
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert keys == {(tmp_path / "secret.key").read_text()}


def test_a_trial_listens_to_this_machine_only_and_production_where_it_is_told() -> None:
    assert "IVR_HOST" in wrong(IVR_HOST="0.0.0.0")
    told = {"IVR_ENV": "production", "IVR_PUBLIC_URL": "https://help.example", "IVR_HOST": "0.0.0.0"}
    assert load(told).host == "0.0.0.0"


@pytest.mark.parametrize("sender", ["Maison", "36 Maison", "A", "36180", "123", "MG" + "0f" * 16, "+33639980001", ""])
def test_who_may_send_text_messages(sender: str) -> None:
    assert load({"IVR_SMS_FROM": sender}).sms_from == sender


@pytest.mark.parametrize(
    "sender",
    ["Maison d’accueil", "Pâté", "12 34", "12", "123456789", "abcdefghijkl", "+33199000001", "0639980001"],
)
def test_what_sends_none_is_refused(sender: str) -> None:
    assert wrong(IVR_SMS_FROM=sender).startswith("IVR_SMS_FROM: is ")
    assert sender not in wrong(IVR_SMS_FROM=sender)


def test_the_neutral_sender_is_another_one_and_never_alone() -> None:
    assert "IVR_SMS_FROM is not" in wrong(IVR_SMS_FROM_SHARED="Infos")
    assert "neutral" in wrong(IVR_SMS_FROM="Infos", IVR_SMS_FROM_SHARED="Infos")
    number = {"TWILIO_NUMBER": "+33639980001", "IVR_SMS_FROM_SHARED": "+33639980001"}
    assert "neutral" in wrong(IVR_SMS_FROM="Infos", **number)


def test_texts_are_not_kept_longer_than_the_calls_they_were_asked_for_in() -> None:
    assert "IVR_KEEP_TEXTS" in wrong(IVR_KEEP_TEXTS="181")
