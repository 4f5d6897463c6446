"""Publishing: in order, when it is due, whole or not at all; a call in progress keeps what it began with."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ivr.actions import chores, jobs, publishing, releases, standing, taking
from ivr.actions import studio as shared
from ivr.actions.calls import Answer
from ivr.actions.jobs import Job
from ivr.actions.refusals import Reason, Refused
from ivr.actions.releases import Made
from ivr.actions.sounds import played
from ivr.engine.inputs import Pressed
from ivr.errors import VoiceFailed
from ivr.store import audit, publications
from ivr.store.publications import Change, State
from tests.actions import folders, tiny
from tests.actions.studios import House, spoken, take, text


def handle(house: House, id: int) -> Any:
    """The job of a publication, as a worker does it that dies before it can say so."""
    return house.parts.kinds[publishing.PUBLISH].handler(Job(1, publishing.PUBLISH, "x", {"publication": id}, 1))


def before_making(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object], module: Any = publishing) -> None:
    """Something happens while the first release is being computed."""
    first = [what]

    def prepare(*args: Any, **named: Any) -> Made:
        made = releases.prepare(*args, **named)
        while first:
            first.pop()()
        return made

    monkeypatch.setattr(module, "prepare", prepare)


def main_menu(answer: Answer) -> str:
    """The hash of the sound of the main menu that this turn plays."""
    (found,) = [sound for sound in played(answer.release, answer.turn.pieces) if sound.name == "main"]
    return found.sound.hash


def lose(house: House, sound: str | None) -> Path:
    """As after a restore: sounds are in no backup. Where it was."""
    file = house.studio.sounds.path(sound or "")
    assert file is not None
    file.unlink()
    return file


def standing_now(house: House) -> dict[str, int]:
    with house.parts.database.reading() as tx:
        return {place.name: id for place, id in publications.standing(tx).items()}


def refused(house: House, *changes: Change) -> Reason:
    with pytest.raises(Refused) as caught:
        house.plan(*changes)
    return caught.value.reason


def test_what_is_published_is_heard_and_one_step_back_is_exactly_what_was_heard_before(either: House) -> None:
    house = either
    hummed, words = house.heard(), house.words()
    voice, version = house.approved(), house.write({"full": "Welcome."})
    first = house.publish(take(voice), text(version))
    assert house.publication(first).state is State.MADE
    assert house.publication(first).release_id == house.studio.shelf.current().id
    assert (house.heard(), house.words()) == (house.take(voice).sound, "Welcome.")
    other = house.approved(sound=spoken(330))
    house.publish(take(other))
    assert house.heard() == house.take(other).sound
    for expected in ((house.take(voice).sound, "Welcome."), (hummed, words)):
        with house.parts.database.transaction() as tx:
            newest = publications.newest_made(tx)
            assert newest is not None
            undone = newest.id if expected[1] == "Welcome." else first
            publishing.back(tx, house.studio, undone, house.by())
        house.work()
        assert (house.heard(), house.words()) == expected
    assert standing_now(house) == {}


def test_a_call_in_progress_hears_what_it_began_with(house: House) -> None:
    calls, old, good = house.parts.calls, house.heard(), house.approved()
    first, later = tiny.line(), tiny.line(tiny.OTHER, "CA2")
    begun, version = calls.arrive(first), 0
    house.publish(take(good))
    for n in range(chores.RELEASES_KEPT + 1):
        version = house.write({"full": f"Welcome {n}."}, version, "start")
        house.publish(text(version, "start"))
    house.parts.kinds["forget-releases"].handler(Job(1, "forget-releases", "x", {}, 1))
    assert len(house.studio.shelf.ids()) == chores.RELEASES_KEPT + 1  # the last few, and the one of the call
    answered = calls.answer(first, begun.n, begun.token, Pressed("1"))
    assert main_menu(answered) == old
    new = calls.arrive(later)
    assert main_menu(calls.answer(later, new.n, new.token, Pressed("1"))) == house.take(good).sound


def test_a_publication_for_later_is_made_when_it_is_due_and_not_before(house: House) -> None:
    before = house.heard()
    id = house.plan(take(house.approved()), after=3600)
    house.clock.now += 3599
    assert (house.work(), house.heard()) == ([], before)
    house.clock.now += 1
    assert house.work() == [jobs.DONE]
    assert (house.heard() != before, house.publication(id).made_at) == (True, house.clock.now)


def test_a_cancelled_publication_is_never_made(house: House) -> None:
    before = house.heard()
    id = house.plan(take(house.approved()), after=60)
    with house.parts.database.transaction() as tx:
        publishing.cancel(tx, id, house.by())
        with pytest.raises(Refused):
            publishing.cancel(tx, id, house.by())
    house.clock.now += 60
    assert (house.work(), house.heard()) == ([jobs.DONE], before)
    assert house.publication(id).state is State.CANCELLED


def test_what_nobody_can_hear_blocks_a_publication_and_nothing_changes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, id = house.studio.shelf.current().id, house.plan(take(house.approved()))

    def mute(*_: object) -> None:
        raise VoiceFailed("no voice: none is named")

    monkeypatch.setattr(releases, "best_voice", mute)
    assert house.work() == [jobs.DONE]
    found = house.publication(id)
    assert found.state is State.REFUSED
    assert found.problem is not None
    assert found.problem.startswith("AA (aa): not recorded, and no placeholder voice speaks it: ")
    assert " more (no voice: none is named)" in found.problem
    assert (house.studio.shelf.current().id, standing_now(house)) == (before, {})
    with house.parts.database.reading() as tx:
        assert [row.what for row in audit.page(tx, audit.Filter(what="publication-refused"), 10)] != []


def test_a_text_that_no_longer_fits_the_files_blocks_its_publication(house: House) -> None:
    version = house.write({"full": "Press {key}."}, prompt="main.one")
    before, id = house.studio.shelf.current().id, house.plan(text(version, "main.one"))
    content = folders.small()
    content["trees"][0]["nodes"]["main"]["options"].append({"key": 2, "id": "two", "to": "first", "prompt": "main.one"})
    folders.write(house.studio.folders.menus.parent, content)
    house.work()
    found = house.publication(id)
    assert (found.state, house.studio.shelf.current().id) == (State.REFUSED, before)
    assert found.problem is not None
    assert "studio/aa:1: main.one aa: one text cannot name the keys 1 and 2" in found.problem


def test_only_approved_recordings_and_versions_of_the_place_are_published(house: House) -> None:
    waiting = house.receive()
    assert refused(house, take(waiting)) is Reason.NOT_APPROVED
    good = house.approved()
    assert refused(house, take(good, "start")) is Reason.NOT_APPROVED
    assert refused(house, take(good, "unheard-of")) is Reason.NO_SUCH_PROMPT
    assert refused(house, text(99)) is Reason.NOT_APPROVED
    assert refused(house, text(house.write({"full": "Welcome."}), "start")) is Reason.NOT_APPROVED
    assert refused(house, take(good), take(None)) is Reason.BAD_CHOICE
    assert refused(house) is Reason.NOTHING_CHANGES
    assert refused(house, take(None)) is Reason.NOTHING_CHANGES
    house.publish(take(good))
    assert refused(house, take(good)) is Reason.NOTHING_CHANGES


def test_a_recording_that_is_withdrawn_before_it_is_due_is_not_published(house: House) -> None:
    before, good = house.heard(), house.approved()
    id = house.plan(take(good), after=60)
    with house.parts.database.transaction() as tx:
        taking.withdraw(tx, house.studio, good, house.by())
    house.clock.now += 60
    house.work()
    found = house.publication(id)
    assert (found.state, found.problem) == (State.REFUSED, "main (aa): not an approved recording any more")
    assert house.heard() == before


def test_taking_back_leaves_what_was_changed_since(house: House) -> None:
    old, new = house.approved(), house.approved(sound=spoken(330))
    other = house.approved("start", spoken(440))
    both = house.publish(take(old), take(other, "start"))
    house.publish(take(new))
    with house.parts.database.transaction() as tx:
        publishing.back(tx, house.studio, both, house.by())
    house.work()
    assert standing_now(house) == {"main": new}
    with pytest.raises(Refused) as caught, house.parts.database.transaction() as tx:
        publishing.back(tx, house.studio, both, house.by())
    assert caught.value.reason is Reason.NOTHING_CHANGES
    with pytest.raises(Refused) as caught, house.parts.database.transaction() as tx:
        publishing.back(tx, house.studio, 99, house.by())
    assert caught.value.reason is Reason.CHANGED_MEANWHILE


def test_two_publications_at_once_are_both_made_one_after_the_other(either: House) -> None:
    house = either
    changes = [take(house.approved()), take(house.approved("start", spoken(330)), "start")]
    ids = [house.plan(change) for change in changes]
    gate = threading.Barrier(2)

    def make(id: int) -> None:
        gate.wait()
        handle(house, id)

    threads = [threading.Thread(target=make, args=(id,)) for id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [house.publication(id) for id in ids]
    assert sorted(each.made_n or 0 for each in made) == [1, 2]
    last = max(made, key=lambda each: each.made_n or 0)
    assert house.studio.shelf.current().id == last.release_id
    assert {house.heard(), house.heard("start")} == {house.take(change.after or 0).sound for change in changes}


def test_the_slower_of_two_is_computed_anew(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    changes = take(house.approved()), take(house.approved("start", spoken(330)), "start")
    slow, quick = [house.plan(change) for change in changes]
    before_making(monkeypatch, lambda: handle(house, quick))
    handle(house, slow)
    assert [house.publication(id).made_n for id in (quick, slow)] == [1, 2]
    assert len(standing_now(house)) == 2
    sounds = house.studio.shelf.current().sounds
    assert {sounds["aa", name].kind for name in ("main", "start")} == {"recorded"}


@pytest.mark.parametrize("healer", ["job", "prepare", "start"])
def test_a_kill_between_the_commit_and_the_release_is_healed(
    house: House, monkeypatch: pytest.MonkeyPatch, healer: str
) -> None:
    before, good = house.heard(), house.approved()
    id = house.plan(take(good))

    def killed(_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(publishing, "follow", killed)
        with pytest.raises(SystemExit):
            handle(house, id)
    assert (house.publication(id).state, house.heard()) == (State.MADE, before)
    if healer == "job":
        handle(house, id)
    elif healer == "prepare":
        standing.ready(house.studio)
    else:
        standing.follow(house.studio)
    assert house.heard() == house.take(good).sound
    assert house.publication(id).made_n == 1


def test_a_publication_made_while_prepare_runs_stands_afterwards(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    good = house.approved()
    id = house.plan(take(good))
    before_making(monkeypatch, lambda: handle(house, id), standing)
    made = standing.ready(house.studio)
    assert made.release.sounds["aa", "main"].hash == house.take(good).sound == house.heard()


def test_prepare_takes_a_deployment_up_and_no_old_job_takes_it_back(house: House) -> None:
    id = house.publish(take(house.approved()))
    content = folders.small()
    content["languages"]["aa"]["texts"]["start"] = {"full": "A new beginning."}
    folders.write(house.studio.folders.menus.parent, content)
    made = standing.ready(house.studio)
    handle(house, id)
    standing.follow(house.studio)
    assert house.studio.shelf.current().id == made.release.id
    assert (house.words("start"), house.heard()) == ("A new beginning.", house.take(1).sound)


def test_a_deployment_does_not_overwrite_an_edited_text(house: House) -> None:
    house.publish(text(house.write({"full": "Welcome."})))
    content = folders.small()
    content["languages"]["aa"]["texts"]["main"] = {"full": "The deployment's words."}
    folders.write(house.studio.folders.menus.parent, content)
    standing.ready(house.studio)
    assert house.words() == "Welcome."


def test_an_announcement_is_said_in_its_own_words_or_not_by_a_person(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The place for announcements is used again: "closed on 1 May" was recorded, "closed on 14 July" was not yet."""
    hummed = house.heard()
    monkeypatch.setattr(shared, "ANNOUNCEMENT", "main")
    may = house.approved()
    house.publish(take(may))
    assert house.heard() == house.take(may).sound
    version = house.write({"full": "Closed on 14 July."})
    house.publish(text(version))
    assert (house.words(), house.heard()) == ("Closed on 14 July.", hummed)
    house.publish(take(house.approved(sound=spoken(330))))
    assert house.heard() != hummed


def test_a_sound_that_is_gone_is_made_anew_from_the_original(house: House) -> None:
    good = house.approved()
    house.publish(take(good))
    sound = house.take(good).sound
    file = lose(house, sound)
    standing.ready(house.studio)
    assert (house.heard(), file.is_file()) == (sound, True)


def test_an_original_that_is_gone_is_named_and_the_release_of_before_stands(house: House) -> None:
    good = house.approved()
    house.publish(take(good))
    before = house.studio.shelf.current().id
    lose(house, house.heard())
    (house.studio.vault.folder / house.take(good).file).unlink()
    id = house.plan(take(house.approved("start", spoken(330)), "start"))
    house.work()
    assert house.publication(id).problem == f"recording {good} of the studio cannot be opened: FileNotFoundError"
    assert house.studio.shelf.current().id == before


def test_a_release_that_is_elsewhere_leaves_the_one_that_is_here(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    id = house.publish(take(house.approved()))
    before = house.studio.shelf.current().id
    with house.parts.database.transaction() as tx:
        publications.remake(tx, 1, "f" * 16)
    standing.follow(house.studio)
    assert (house.studio.shelf.current().id, "run `ivr prepare`" in caplog.text) == (before, True)
    assert house.publication(id).release_id == "f" * 16


def test_who_published_what_is_in_the_audit(house: House) -> None:
    id = house.publish(take(house.approved()))
    with house.parts.database.reading() as tx:
        rows = [row for row in audit.page(tx, audit.Filter(), 10) if row.about == f"publication/{id}"]
    assert [(row.what, row.staff_id) for row in rows] == [
        ("publication-made", house.author),
        ("publication-planned", house.author),
    ]
