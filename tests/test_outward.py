"""What leaves the building is there where a telephone company is configured, and nowhere else."""

from pathlib import Path

from ivr.actions import copies, dial_jobs, messages, moving
from ivr.app import application
from ivr.duties import recurring
from tests.actions import tiny as small

OUTWARD = {copies.KIND, dial_jobs.DIAL, dial_jobs.END, dial_jobs.LOOK_UP, dial_jobs.WATCH, moving.MOVE}


def paths(app: object) -> set[str]:
    return {str(getattr(route, "path", "")) for route in app.routes}  # type: ignore[attr-defined]


def test_without_a_number_nobody_is_called_and_nothing_of_it_is_there(tmp_path: Path, sqlite_url: str) -> None:
    made = small.joined(tmp_path, sqlite_url, small.Clock(), TWILIO_NUMBER="")
    assert (made.trunk, made.carrier) == (None, None)
    assert not OUTWARD & set(made.kinds)
    assert not any("/twilio/desk" in path for path in paths(application(made)))
    assert {messages.SWEEP, messages.FETCH} <= set(made.kinds)  # what was spoken to us is looked after all the same
    made.database.dispose()


def test_with_a_number_it_is_all_there_and_looked_after(tmp_path: Path, sqlite_url: str) -> None:
    made = small.joined(tmp_path, sqlite_url, small.Clock())
    assert set(made.kinds) >= OUTWARD
    assert {path.rsplit("/", 1)[1] for path in paths(application(made)) if "/twilio/desk" in path} == {
        "answer",
        "accept",
        "caller",
        "leg",
        "ended",
        "status",
    }
    assert {dial_jobs.WATCH, messages.SWEEP} <= {each.kind for each in recurring(made.settings.zone)}
    assert "+33199000001" not in repr(made.trunk)
    made.database.dispose()
