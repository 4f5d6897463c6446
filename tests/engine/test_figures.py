"""Digits as people say them."""

import pytest

from ivr.engine.figures import MOST_WORDS, digits, numbers

FIGURES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
TENS = {"20": "twenty", "30": "thirty", "60": "sixty"}
WAYS: dict[str, list[str]] = {str(n): [word] for n, word in enumerate(FIGURES)}
WAYS |= {tens: [word] for tens, word in TENS.items()} | {"10": ["ten"], "00": ["double zero"], "1": ["one", "a"]}
WAYS |= {f"{tens[0]}{n}": [f"{word}-{FIGURES[n]}"] for tens, word in TENS.items() for n in range(1, 10)}
WAYS |= {"70": ["sixty-ten"], "80": ["four-twenty"], "82": ["four-twenty-two"], "90": ["four-twenty-ten"]}
"""Counted as in France: seventy is sixty-ten, eighty is four-twenty."""

KNOWN = numbers(WAYS)


@pytest.mark.parametrize(
    ("said", "most", "meant"),
    [
        ("zero", 10, "0"),
        ("Zero, six!", 10, "06"),
        ("zero six thirty-nine", 10, "0639"),
        ("zero six thirty nine", 10, "0639"),
        ("double zero", 10, "00"),
        ("double zero one", 10, "001"),
        ("twenty zero", 10, "200"),
        ("a a a", 10, "111"),
        ("06 39", 10, "0639"),
        ("۰۶ thirty nine", 10, "0639"),
        ("sixty ten", 10, "70"),
        ("sixty ten", 4, "6010"),
        ("four twenty", 10, "80"),
        ("four twenty", 3, "420"),
        ("four twenty two", 3, "422"),
        ("zero six four twenty ten thirty nine four twenty two zero one", 10, "0690398201"),
    ],
)
def test_a_row_of_digits_is_understood(said, most, meant):
    assert digits(said, KNOWN, most) == meant


@pytest.mark.parametrize(
    ("said", "most"),
    [
        ("", 10),
        ("six apples", 10),
        ("thirty thirty nine eleven", 10),
        ("zero one two", 2),
        ("zero " * (MOST_WORDS + 1), MOST_WORDS + 1),
    ],
)
def test_what_is_no_row_that_fits_is_none(said, most):
    assert digits(said, KNOWN, most) is None


@pytest.mark.parametrize("most", [2, 10])
def test_what_may_be_several_rows_is_none(most):
    assert digits("a b c", numbers({"5": ["a"], "6": ["b c"], "7": ["a b"], "8": ["c"]}), most) is None


def test_a_ten_and_its_unit_are_never_two_numbers():
    only = numbers({"20": ["twenty"], "2": ["two"]})
    assert digits("twenty two", only, 10) is None
    assert digits("two twenty", only, 10) == "220"


def test_one_phrase_that_means_two_numbers_means_the_one_that_was_written_last():
    assert digits("x", numbers({"1": ["x"], "2": ["x"]}), 10) == "2"
