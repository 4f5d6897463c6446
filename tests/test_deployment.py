"""What the container files say is run here for real, but for the containers: image build and proxy stay unproven."""

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from ivr.settings import Settings
from tests.databases import PostgresServer, serial
from tests.doubles.signer import signature

ROOT = Path(__file__).parents[1]
DOMAIN = "helpline.example"
TOKEN = "only for tests"
STARTS_WITHIN = 60  # seconds; a start takes two
SETTINGS = {str(field.alias): field for field in Settings.model_fields.values()}
SECRET_SETTINGS = {name for name, field in SETTINGS.items() if "SecretStr" in str(field.annotation)}


@dataclass(frozen=True)
class Image:
    """A Dockerfile as its instructions, in order."""

    steps: tuple[tuple[str, str], ...]

    def all(self, instruction: str) -> list[str]:
        return [words for name, words in self.steps if name == instruction]

    def command(self, instruction: str) -> list[str]:
        """The last one's exec form, behind its options."""
        words = self.all(instruction)[-1]
        return list(json.loads(words[words.index("[") :]))

    @property
    def environment(self) -> dict[str, str]:
        pairs = [pair for words in self.all("ENV") for pair in shlex.split(words)]
        return dict(pair.split("=", 1) for pair in pairs)


def dockerfile() -> Image:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]
    return Image(tuple((line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines))


IMAGE = dockerfile()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"] == "hamrah"]


def substituted(value: str, known: dict[str, str]) -> str:
    """`${NAME:-default}` and `${NAME:?reason}` as compose reads them."""

    def one(found: re.Match[str]) -> str:
        name, how, rest = found.groups()
        if known.get(name):
            return known[name]
        assert how == ":-", f"{name} is needed: {rest}"
        return rest

    return re.sub(r"\$\{(\w+)(:-|:\?)([^}]*)\}", one, value)


def setting(name: str) -> str:
    return name.removesuffix("_FILE")


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting(service: str) -> None:
    given = {*SERVICES[service]["environment"], *(name for name in IMAGE.environment if name.startswith("IVR_"))}
    assert {setting(name) for name in given} <= set(SETTINGS)


@pytest.mark.parametrize("service", OURS)
def test_a_secret_comes_from_a_file_that_compose_provides(service: str) -> None:
    environment = SERVICES[service]["environment"]
    assert not SECRET_SETTINGS & {name for name in environment if not name.endswith("_FILE")}
    files = {value for name, value in environment.items() if name.endswith("_FILE")}
    assert files == {f"/run/secrets/{name}" for name in SERVICES[service]["secrets"]}
    assert set(SERVICES[service]["secrets"]) <= set(COMPOSE["secrets"])


def test_secrets_never_come_into_git_or_the_image() -> None:
    folders = {Path(secret["file"]).parent.as_posix() for secret in COMPOSE["secrets"].values()}
    assert folders == {"deploy/secrets"}
    assert "/secrets/" in (ROOT / "deploy" / ".gitignore").read_text().splitlines()
    assert not any(fnmatch("deploy", line[1:]) for line in dockerignore() if line.startswith("!"))


def test_the_image_is_sent_no_more_than_it_copies() -> None:
    copied = {part.rstrip("/") for words in copies() for part in words.split()[:-1]}
    allowed = {line[1:] for line in dockerignore() if line.startswith("!")}
    assert dockerignore()[0] == "*"
    assert copied == allowed


def copies() -> list[str]:
    """What is copied from this folder, not from another stage."""
    return [words for words in IMAGE.all("COPY") if not words.startswith("--from=")]


def dockerignore() -> list[str]:
    return [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_the_server_starts_behind_the_migration_and_the_migration_behind_a_living_database() -> None:
    assert SERVICES["migrate"]["depends_on"]["db"] == {"condition": "service_healthy"}
    assert SERVICES["app"]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["restart"] == "no"
    assert "test" in SERVICES["db"]["healthcheck"]


def test_what_must_survive_lies_in_volumes() -> None:
    mounted = {name: [v.split(":")[1] for v in SERVICES[name].get("volumes", ())] for name in SERVICES}
    assert mounted["app"] == mounted["migrate"] == [IMAGE.environment["IVR_DATA_DIR"]] == IMAGE.all("VOLUME")
    named = {v.split(":")[0] for s in SERVICES.values() for v in s.get("volumes", ()) if not v.startswith("./")}
    assert named == set(COMPOSE["volumes"])


def test_the_server_listens_to_other_containers_and_is_not_root() -> None:
    names = [name for name, _ in IMAGE.steps]
    assert IMAGE.environment["IVR_HOST"] == "0.0.0.0"
    assert IMAGE.environment["IVR_ENV"] == "production"
    assert IMAGE.all("EXPOSE") == [IMAGE.environment["IVR_PORT"]]
    assert names.index("USER") < names.index("CMD")
    assert IMAGE.all("USER") == ["hamrah"]


def test_only_packages_with_known_hashes_are_installed() -> None:
    installs = [words for words in IMAGE.all("RUN") if "pip install" in words]
    assert len(installs) == 2
    assert "--require-hashes -r requirements.lock" in installs[0]
    assert {"--no-deps", "--no-build-isolation", "--no-index"} <= set(installs[1].split())


@pytest.mark.parametrize(
    ("path", "outside"),
    [
        ("/twilio/voice", True),
        ("/twilio/call/0123/1/keys", True),
        ("/twilio/fallback", True),
        ("/audio/xx/main/0123.wav", True),
        ("/healthz", True),
        ("/readyz", False),
        ("/metrics", False),
        ("/", True),
    ],
)
def test_the_proxy_lets_in_calls_and_no_figures(path: str, outside: bool) -> None:
    text = (ROOT / "deploy" / "Caddyfile").read_text()
    found = re.search(r"@inside path (.*)", text)
    assert found is not None
    assert any(fnmatch(path, pattern) for pattern in found[1].split()) is not outside
    assert "respond @inside 404" in text
    assert f"reverse_proxy app:{IMAGE.environment['IVR_PORT']}" in text


def test_the_proxy_knows_its_domain() -> None:
    names = re.findall(r"\{\$(\w+)\}", (ROOT / "deploy" / "Caddyfile").read_text())
    assert set(names) == set(SERVICES["proxy"]["environment"])


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as the image has it: only what is copied, installed by the Dockerfile's own command."""
    place = tmp_path_factory.mktemp("image")
    for words in copies():
        *sources, target = words.split()
        for source in sources:
            to = place / "app" / target if target.rstrip("/") == source else place / "app" / target / source
            _copy(ROOT / source, to)
    install = next(words for words in IMAGE.all("RUN") if words.endswith("--no-index ."))
    command = [sys.executable, "-m", *shlex.split(install), "--quiet", "--target", str(place / "site")]
    subprocess.run(command, cwd=place / "app", check=True)
    return place


def _copy(source: Path, to: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, to, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, to)


@dataclass(frozen=True)
class Machine:
    """A computer that runs the containers' commands, with paths of its own in place of theirs."""

    place: Path
    environ: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environ['IVR_PORT']}"

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.place / "app", env=self.environ, capture_output=True, text=True, timeout=300, check=False
        )

    @contextmanager
    def running(self, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
        with (self.place / "server.log").open("wb") as log:
            server = subprocess.Popen(command, cwd=self.place / "app", env=self.environ, stdout=log, stderr=log)
        try:
            yield server
        finally:
            server.kill()
            server.wait()

    @property
    def log(self) -> str:
        return (self.place / "server.log").read_text()


@pytest.fixture
def machine(installed: Path, tmp_path: Path, shared_postgres: PostgresServer) -> Iterator[Machine]:
    name = f"deployed_{next(serial)}"
    secrets = {
        "database_url": shared_postgres.create(name),
        "secret_key": "only for tests: at least thirty-two characters",
        "old_secret_keys": "",
        "twilio_auth_token": TOKEN,
    }
    for secret, value in secrets.items():
        (tmp_path / secret).write_text(f"{value}\n")
    _share_sounds(tmp_path / "data")
    shutil.copytree(installed, tmp_path / "image", symlinks=True)
    yield Machine(tmp_path / "image", _environ(tmp_path))
    shared_postgres.drop(name)


def _environ(place: Path) -> dict[str, str]:
    """What compose would set, with this machine's paths and a free port."""
    known = {"HAMRAH_DOMAIN": DOMAIN, "TWILIO_ACCOUNT_SID": "ACtest"}
    given = {name: substituted(value, known) for name, value in SERVICES["app"]["environment"].items()}
    moved = {"/run/secrets/": f"{place}/", "/data": f"{place}/data", "/app/": f"{place}/image/app/"}
    environ = {**IMAGE.environment, **given}
    for old, new in moved.items():
        environ = {name: re.sub(f"^{old}", new, value) for name, value in environ.items()}
    with socket.create_server(("127.0.0.1", 0)) as free:
        environ["IVR_PORT"] = str(free.getsockname()[1])
    site = place / "image" / "site"
    path = f"{site / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**environ, "PATH": path, "PYTHONPATH": str(site)}


def _share_sounds(data: Path) -> None:
    """Sounds are named by their content: those of the checkout save half a minute."""
    sounds = ROOT / "var" / "sounds"
    sounds.mkdir(parents=True, exist_ok=True)
    data.mkdir()
    (data / "sounds").symlink_to(sounds)


def test_the_containers_commands_migrate_prepare_serve_and_answer_a_call(machine: Machine) -> None:
    code = "import ivr, sys; sys.exit(not ivr.__file__.startswith(sys.argv[1]))"
    ours = machine.run(["python", "-P", "-c", code, str(machine.place / "site")])
    assert ours.returncode == 0, "not the installed copy is tested, but the checkout"
    migrated = machine.run(SERVICES["migrate"]["command"])
    assert migrated.returncode == 0, migrated.stderr
    with machine.running(IMAGE.command("CMD")) as server:
        _wait_until_healthy(machine, server)
        with urllib.request.urlopen(f"{machine.url}/readyz") as answer:
            found = json.load(answer)
        assert found == {"ready": True, "database": "ok", "release": "ok", "sounds": "ok"}
        assert "<Gather" in _ring(machine, signature(TOKEN, f"https://{DOMAIN}/twilio/voice", CALL))
        with pytest.raises(urllib.error.HTTPError, match="403"):
            _ring(machine, "forged")
        server.send_signal(signal.SIGTERM)
        assert server.wait(30) in (0, -signal.SIGTERM), machine.log


def test_the_server_refuses_tables_that_nobody_migrated(machine: Machine) -> None:
    done = machine.run(IMAGE.command("CMD"))
    assert done.returncode == 1
    assert "ivr migrate" in done.stderr


def test_the_health_check_fails_where_nobody_listens(machine: Machine) -> None:
    assert machine.run(IMAGE.command("HEALTHCHECK")).returncode != 0


CALL = [("CallSid", "CA1"), ("AccountSid", "ACtest"), ("From", "+33639980001"), ("To", "+33199000001")]


def _ring(machine: Machine, signed: str) -> str:
    body = urllib.parse.urlencode(CALL).encode()
    request = urllib.request.Request(f"{machine.url}/twilio/voice", body, {"X-Twilio-Signature": signed})
    with urllib.request.urlopen(request) as answer:
        return str(answer.read().decode())


def _wait_until_healthy(machine: Machine, server: subprocess.Popen[bytes]) -> None:
    """By the image's own health check."""
    until = time.monotonic() + STARTS_WITHIN
    while machine.run(IMAGE.command("HEALTHCHECK")).returncode != 0:
        assert server.poll() is None, machine.log
        assert time.monotonic() < until, machine.log
        time.sleep(0.2)
