"""What is recorded, stale, waiting or changed underneath, a line each; counted for each language."""

from ivr.actions import publishing, standing
from ivr.actions.coverage import Coverage, Heard, Mark, coverage
from ivr.store import prompt_codes
from tests.actions import folders
from tests.actions.studios import House, spoken, take, text


def all_of(house: House) -> Coverage:
    with house.parts.database.transaction() as tx:
        return coverage(tx, house.studio)


def deploy(house: House, prompt: str, words: str) -> None:
    """The files change, as with a new version of the program."""
    content = folders.small()
    content["languages"]["aa"]["texts"][prompt] = {"full": words}
    folders.write(house.studio.folders.menus.parent, content)
    standing.ready(house.studio)


def test_every_sound_that_can_be_heard_has_a_line_and_a_code(house: House) -> None:
    found = all_of(house)
    heard = {place for place in house.studio.shelf.current().sounds if place[0] != "-"}
    assert {line.spot for line in found.lines} == heard
    assert {line.heard for line in found.lines} == {Heard.PLACEHOLDER}
    with house.parts.database.reading() as tx:  # given when the release was made ready
        assert prompt_codes.name_of(tx, house.line().code) == "main"
    (progress,) = found.progress
    assert (progress.language, progress.name, progress.total, progress.recorded) == ("aa", "AA", len(heard), 0)
    assert progress.marked == {Mark.PLACEHOLDER: len(heard)}
    assert found.line("aa", "nothing") is None


def test_lines_say_of_which_prompt_and_tree_they_are(house: House) -> None:
    assert [(house.line(name).prompt, house.line(name).tree) for name in ("main.short", "first", "digit.1")] == [
        ("main", "frame"),
        ("first", "tree"),
        ("digit.1", ""),
    ]


def test_a_take_goes_from_checking_to_recorded(house: House) -> None:
    assert house.line().wanted
    house.receive(sound=b"no sound")
    house.work()
    assert house.line().marks == {Mark.PLACEHOLDER, Mark.FAILING}
    assert house.line().wanted
    house.receive()
    assert (house.line().marks, house.line().wanted) == ({Mark.PLACEHOLDER, Mark.CHECKING}, False)
    house.work()
    assert house.line().marks == {Mark.PLACEHOLDER, Mark.UNAPPROVED}
    good = house.approved()
    assert house.line().marks == {Mark.PLACEHOLDER, Mark.UNPUBLISHED}
    house.publish(take(good))
    line = house.line()
    assert (line.marks, line.heard, line.wanted, line.pending) == ({Mark.RECORDED}, Heard.TAKE, False, None)
    assert line.sound is not None
    assert line.live is not None
    assert line.sound.hash == line.live.sound
    assert all_of(house).progress[0].recorded == 1


def test_a_text_that_changed_makes_its_recording_stale(house: House) -> None:
    house.publish(take(house.approved()))
    version = house.write({"full": "Welcome."})
    line = house.line()
    assert (line.marks, line.wanted) == ({Mark.STALE, Mark.DRAFT}, True)
    assert (line.words, line.said != "Welcome.") == ("Welcome.", True)
    newer = house.approved(sound=spoken(330))
    assert (house.line().marks, house.line().wanted) == ({Mark.STALE, Mark.DRAFT, Mark.UNPUBLISHED}, False)
    first = house.publish(take(newer), text(version))
    assert (house.line().marks, house.line().said) == ({Mark.RECORDED}, "Welcome.")
    with house.parts.database.transaction() as tx:
        publishing.back(tx, house.studio, first, house.by())
    house.work()
    assert house.line().marks == {Mark.RECORDED, Mark.UNPUBLISHED}  # a text that was taken back is no draft


def test_a_recording_beside_its_text_is_recorded_until_the_studio_changes_the_text(house: House) -> None:
    (house.studio.folders.prompts / "aa" / "main.wav").write_bytes(spoken())
    standing.ready(house.studio)
    assert (house.line().heard, house.line().marks) == (Heard.FILE, {Mark.RECORDED})
    house.write({"full": "Welcome."})
    assert house.line().marks == {Mark.STALE, Mark.DRAFT}


def test_a_deployment_that_changes_a_text_under_the_studio_s_is_shown(house: House) -> None:
    house.publish(text(house.write({"full": "Welcome."})))
    deploy(house, "main", "Welcome!")
    assert house.line().marks == {Mark.PLACEHOLDER, Mark.BELOW}
    house.write({"full": "Welcome!!"}, 1)  # whoever writes it anew has seen it
    assert house.line().marks == {Mark.PLACEHOLDER, Mark.DRAFT}


def test_what_no_release_holds_yet_is_not_heard(house: House) -> None:
    house.write({"full": "Welcome.", "doubt": "Perhaps welcome."})
    line = house.line("main.doubt")
    assert (line.heard, line.marks, line.said) == (Heard.NOTHING, {Mark.NOTHING, Mark.DRAFT}, None)
    (house.studio.shelf.folder / "current").unlink()
    assert {line.heard for line in all_of(house).lines} == {Heard.NOTHING}
