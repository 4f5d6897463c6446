"""Which text was read: without any model, by words alone."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from ivr.speech.choosing import CLEARLY, ENOUGH, RIVALS, Choice, choose, fit, known, ways

OWN = "one two three four"


def anything(word: str) -> bool:
    return True


def hearing(heard: Mapping[str, str]) -> Callable[[str], Sequence[str]]:
    """What is heard where a text is listened for; nothing where it is not told."""
    return lambda text: heard.get(text, "").split()


@pytest.mark.parametrize(
    ("heard", "share"),
    [
        ("one two three four", 1.0),
        ("one three four", 0.75),
        ("one two two three four", 0.8),
        ("four three two one", 0.0),
        ("", 0.0),
    ],
)
def test_a_text_fits_as_much_as_it_was_heard_in_its_order(heard: str, share: float) -> None:
    assert fit(OWN.split(), heard.split()) == pytest.approx(share, abs=0.01)


def test_letters_that_sound_alike_are_one() -> None:
    assert fit(["l'", "été", "می‌روم", "كي"], ["l'ete", "می", "روم", "کی"]) == 1


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        ("L’aide", ("l'", "aide")),
        ("L’aide", ("l", "aide")),
        ("«Allô»", ("allô",)),
        ("می‌روم،", ("می", "روم")),
        ("می‌روم", ("میروم",)),
        ("كتابِ", ("کتاب",)),
        ("peut-être", ("peut-être",)),
        ("peut-être", ("peut", "être")),
    ],
)
def test_a_word_is_found_in_whichever_spelling_the_model_has(written: str, spelled: tuple[str, ...]) -> None:
    found = known(written, lambda word: word in spelled)
    assert (found.words, found.share) == (spelled, 1.0)


def test_a_word_that_cannot_be_heard_is_left_out_and_counted() -> None:
    found = known("one , two 112 three", lambda word: word != "112")
    assert (found.words, found.share, found.enough) == (("one", "two", "three"), 0.75, True)
    assert not known("one two", anything).enough
    assert not known("one two three 4 5 6", str.isalpha).enough
    assert (known("", anything).words, known("… —", anything).share) == ((), 0)
    assert [way for way in ways("-l'") if not all(way)] == []


def test_nothing_is_listened_for_where_too_little_of_a_text_is_known() -> None:
    def never(text: str) -> Sequence[str]:
        raise AssertionError(text)

    assert choose(OWN, {}, lambda word: word == "one", never) == Choice(0.25)


def test_another_text_is_not_tried_when_its_own_was_heard() -> None:
    asked: list[str] = []

    def hear(text: str) -> Sequence[str]:
        asked.append(text)
        return text.split()

    assert choose(OWN, {"b": "five six seven"}, anything, hear) == Choice(1, 1)
    assert asked == [OWN]


def test_a_text_that_fits_clearly_better_is_named() -> None:
    heard = {OWN: "one", "five six seven": "five six seven", "five six eight": "five six"}
    found = choose(OWN, {"c": "five six eight", "b": "five six seven"}, anything, hearing(heard))
    assert found == Choice(1, 0.25, "b", 1)


@pytest.mark.parametrize(
    ("own", "other"),
    [("one two", "five six"), ("", "five"), ("one two three", "five six seven")],
    ids=["no clearer", "too little of it", "its own was heard"],
)
def test_a_text_that_fits_hardly_better_is_not(own: str, other: str) -> None:
    texts = {"b": "five six seven"}
    found = choose(OWN, texts, anything, hearing({OWN: own, texts["b"]: other}))
    assert found.other is None
    assert max(ENOUGH, CLEARLY) < 1


def test_only_the_likeliest_others_that_can_be_heard_are_tried() -> None:
    asked: list[str] = []

    def hear(text: str) -> Sequence[str]:
        asked.append(text)
        return ()

    others = {"short": "x y", "unknown": "7 8 9", **{str(n): f"five six {'n' * (n + 1)}" for n in range(2 * RIVALS)}}
    assert choose(OWN, others, str.isalpha, hear) == Choice(1, 0)
    assert asked == [OWN, *(f"five six {'n' * (n + 1)}" for n in range(RIVALS))]


def test_the_same_words_and_short_texts_are_no_others() -> None:
    texts = {"same": "One, two; three four!", "short": "one two"}
    assert choose(OWN, texts, str.islower, hearing({"one two": "one two"})) == Choice(1, 0)
