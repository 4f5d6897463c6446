"""`ivr studio export` and `import`, as an operator types them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr import cli
from tests.actions import studios, tiny
from tests.actions.folders import humming
from tests.actions.studios import take, text


def typed(root: Path, url: str, *words: str) -> Result:
    environ = {
        **tiny.settings(root, url),
        "IVR_MENUS_DIR": str(root / "menus"),
        "IVR_PROMPTS_DIR": str(root / "prompts"),
    }
    return CliRunner().invoke(cli.main, ["studio", *words], env=environ)


def test_a_studio_is_written_into_a_file_and_published_elsewhere(
    tmp_path: Path, sqlite_url: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    humming(monkeypatch)
    file, there, here = tmp_path / "studio.zip", tmp_path / "there", tmp_path / "here"
    for folder in (there, here):
        folder.mkdir()
    with studios.studio(there, sqlite_url) as one, studios.studio(here, postgres_url) as other:
        version = one.write({"full": "Other words."})
        one.publish(take(one.approved()), text(version))
        written = typed(there, sqlite_url, "export", str(file))
        assert written.exit_code == 0, written.output
        assert "1 texts, 1 recordings, 1 of them heard by callers" in written.output
        brought = typed(here, postgres_url, "import", str(file), "--publish")
        assert brought.exit_code == 0, brought.output
        assert "1 texts and 1 recordings are new, 0 were here already" in brought.output
        assert "publication 1: new calls hear it" in brought.output
        assert (other.words(), other.heard()) == ("Other words.", one.heard())
        again = typed(here, postgres_url, "import", str(file))
        assert "0 texts and 0 recordings are new, 2 were here already" in again.output
        file.write_bytes(b"nothing")
        broken = typed(here, postgres_url, "import", str(file))
        assert (broken.exit_code, broken.output) == (1, f"{file}: no archive of a studio, or a damaged one\n")
