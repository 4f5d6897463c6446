import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.speech.phrases import offered, parted, spelled

MODEL = {"one", "two", "three", "forty", "l'", "house", "کتابی", "می", "روم"}


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ("one", ("one",)),
        ("One, two!", ("one", "two")),
        ("forty-two", ("forty", "two")),
        ("l'house", ("l'", "house")),
        ("l’house", ("l'", "house")),
        ("كتابي", ("کتابی",)),
        ("می\u200cروم", ("می", "روم")),
        ("one four", ()),
        ("four", ()),
        ("…", ()),
        ("", ()),
    ],
)
def test_a_phrase_is_spelled_as_the_model_does_or_left_out_whole(phrase: str, words: tuple[str, ...]) -> None:
    assert spelled(phrase, MODEL.__contains__) == words


def test_of_two_phrases_that_are_spelled_alike_the_first_is_meant() -> None:
    found = offered(["forty-two", "Forty two", "four", "one"], MODEL.__contains__)
    assert found == {("forty", "two"): "forty-two", ("one",): "one"}


@pytest.mark.parametrize(
    ("said", "phrases"),
    [
        ("one", ["one"]),
        ("two one two", ["two", "one", "two"]),
        ("forty two", ["forty two"]),
        ("one forty two two", ["one", "forty two", "two"]),
        ("one two three", ["one", "two three"]),
        ("forty one", None),
        ("one <UNK>", None),
        ("<UNK>", None),
        ("", []),
    ],
)
def test_what_was_said_is_whole_phrases_or_nothing(said: str, phrases: list[str] | None) -> None:
    known = {tuple(phrase.split()): phrase for phrase in ("one", "two", "forty two", "two three")}
    assert parted(said.split(), known) == phrases


@given(st.lists(st.sampled_from(["one", "two", "two three", "three one two"]), max_size=8))
def test_phrases_said_one_after_the_other_are_found_in_as_few_as_can_be(said: list[str]) -> None:
    known = {tuple(phrase.split()): phrase for phrase in ("one", "two", "two three", "three one two")}
    found = parted(" ".join(said).split(), known)
    assert found is not None
    assert " ".join(found) == " ".join(said)
    assert len(found) <= len(said)


def test_nothing_can_be_said_where_nothing_was_offered() -> None:
    assert parted([], {}) == []
    assert parted(["one"], {}) is None
