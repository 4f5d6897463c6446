"""Digits as people say them: "zero six thirty-nine" is 0639. What means several entries means none."""

from collections.abc import Iterable, Mapping

from ivr.engine.words import plain

Numbers = Mapping[str, str]
"""A spoken number, in the form that is compared -> its digits."""

MOST_WORDS = 60
"""What is longer is no number that anybody reads out."""


def numbers(spoken: Mapping[str, Iterable[str]]) -> Numbers:
    """For each way to say a number its digits."""
    return {plain(phrase): digits for digits, phrases in spoken.items() for phrase in phrases}


def digits(said: str, known: Numbers, most: int) -> str | None:
    """The one row of at most `most` digits that `said` is; None when it is none, or could be several.

    "Four twenty two" may be 4, 22 or, where eighty is "four twenty", 82: the row that is as long as it can be counts
    first, then the one of the fewest numbers.
    """
    rows = _rows(plain(said).split(), known, most)
    full = {"".join(row) for row in rows if sum(map(len, row)) == most}
    fewest = min(map(len, rows), default=0)
    found = full or {"".join(row) for row in rows if len(row) == fewest}
    return found.pop() if len(found) == 1 else None


def _rows(words: list[str], known: Numbers, most: int) -> set[tuple[str, ...]]:
    """Every row of numbers that these words can be."""
    if not words or len(words) > MOST_WORDS:
        return set()
    longest = max((phrase.count(" ") + 1 for phrase in known), default=1)
    ending: list[set[tuple[str, ...]]] = [{()}]
    for end in range(1, len(words) + 1):
        rows: set[tuple[str, ...]] = set()
        for start in range(max(0, end - longest), end):
            number = _number(words[start:end], known)
            if number is not None:
                rows |= {(*row, number) for row in ending[start] if _goes_on(row, number, most)}
        ending.append(rows)
    return ending[-1]


def _number(words: list[str], known: Numbers) -> str | None:
    said = " ".join(words)
    return said if said.isdigit() else known.get(said)


def _goes_on(row: tuple[str, ...], number: str, most: int) -> bool:
    """Whether this number may follow: thirty and nine are thirty-nine, and never 309."""
    tens = bool(row) and len(row[-1]) == 2 and row[-1][0] != "0" and row[-1][1] == "0"
    return sum(map(len, row)) + len(number) <= most and not (tens and len(number) == 1 and number != "0")
