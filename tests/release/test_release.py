"""A release is its data: the same data has the same id, and what changes in it changes the id."""

import copy

import pytest

from ivr.engine.turn import Variant
from ivr.release.files import Raw
from ivr.release.release import Release, SoundRef, load, make, script, sound_name
from tests.engine.books import raw

SOUNDS = {("aa", "first"): SoundRef("abc", 1.5, "placeholder"), ("aa", "first.top"): SoundRef("def", 2.0, "recorded")}
TEXTS = {"first": {"full": "it costs {fee}", "tts": "it costs, {fee}", "facts": ["fee"]}}
FACTS = {"fee": {"says": "It costs this.", "source": "doc", "value": 50}}


def priced(value: int = 50) -> Raw:
    """A book whose text `first` speaks a value."""
    return raw(texts=TEXTS, facts={"fee": {**FACTS["fee"], "value": value}})


def changed_captions(one: Release, other: Release) -> set[tuple[str, str]]:
    """Which sounds say something else."""
    return {place for place in one.captions if one.captions[place] != other.captions[place]}


def test_the_same_data_gives_the_same_id():
    assert make(priced(), SOUNDS).id == make(priced(), dict(reversed(SOUNDS.items()))).id


def test_a_release_that_was_kept_comes_back_as_it_was():
    made = make(priced(), SOUNDS)
    loaded = load(copy.deepcopy(made.raw))
    assert (loaded.id, loaded.book, loaded.sounds, loaded.captions) == (made.id, made.book, made.sounds, made.captions)


def test_a_changed_value_changes_the_id_and_exactly_the_text_that_speaks_it():
    before, after = make(priced(50), SOUNDS), make(priced(60), SOUNDS)
    assert before.id != after.id
    assert changed_captions(before, after) == {("aa", "first")}
    assert after.captions["aa", "first"] == "it costs 60"


def test_moving_a_text_within_its_file_is_no_new_release():
    moved = priced()
    moved["languages"]["aa"]["lines"] = {id: n + 90 for id, n in moved["languages"]["aa"]["lines"].items()}
    moved["trees"][0]["lines"] = {}
    moved["lines"] = {}
    assert make(moved, SOUNDS).id == make(priced(), SOUNDS).id


@pytest.mark.parametrize("sound", [SoundRef("xyz", 1.5, "placeholder"), SoundRef("abc", 1.5, "recorded")])
def test_another_sound_is_another_release(sound):
    assert make(priced(), SOUNDS | {("aa", "first"): sound}).id != make(priced(), SOUNDS).id


def test_a_changed_word_or_menu_is_another_release():
    ids = {make(data, SOUNDS).id for data in (priced(), raw(), raw(limits={"tries": 2}), raw(languages=("aa", "bb")))}
    assert len(ids) == 4


def test_the_script_has_a_sound_for_every_wording_digit_and_number():
    made = make(raw(), {})
    words = script(made.content, spelled=False)
    assert words["aa", "first"] == "aa first"
    assert words["aa", "first.short"] == "aa first short"
    assert words["aa", "digit.7"] == "aa-key7"
    assert words["aa", "number.100"] == "100"
    assert ("aa", "digit.*") not in words
    assert ("aa", "number.101") not in words


def test_the_placeholder_voice_has_a_script_of_its_own():
    data = priced()
    data["languages"]["aa"]["language"]["pronounce"] = {"21": "twenty-one"}
    made = make(data, {})
    assert script(made.content, spelled=True)["aa", "first"] == "it costs, 50"
    assert script(made.content, spelled=True)["aa", "number.21"] == "twenty-one"
    assert made.captions["aa", "number.21"] == "21"


@pytest.mark.parametrize(
    ("variant", "name"), [(Variant.FULL, "p"), (Variant.SHORT, "p.short"), (Variant.DOUBT, "p.doubt")]
)
def test_each_wording_has_a_sound_of_its_own(variant, name):
    assert sound_name("p", variant) == name
