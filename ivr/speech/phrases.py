"""Whole phrases, in a model's spelling and back: what a grammar offers, and what of it was said from end to end."""

from collections.abc import Iterable, Mapping, Sequence

from ivr.speech.choosing import Knows, stripped, ways

Spelled = tuple[str, ...]
"""A phrase's words as a model writes them."""


def spelled(phrase: str, knows: Knows) -> Spelled:
    """The phrase in the model's spelling; () when it lacks a word: half a phrase would be heard in another's place."""
    written = filter(None, map(stripped, phrase.split()))
    found = [next((way for way in ways(word) if all(map(knows, way))), ()) for word in written]
    return tuple(part for way in found for part in way) if all(found) else ()


def offered(phrases: Iterable[str], knows: Knows) -> dict[Spelled, str]:
    """The phrases that a model can hear; of two that it spells alike, the first."""
    found: dict[Spelled, str] = {}
    for phrase in phrases:
        words = spelled(phrase, knows)
        if words:
            found.setdefault(words, phrase)
    return found


def parted(said: Sequence[str], phrases: Mapping[Spelled, str]) -> list[str] | None:
    """The phrases, as few as can be, that are all of what was said; None when anything is left over."""
    best: list[list[str] | None] = [[]]
    longest = max(map(len, phrases), default=0)
    for end in range(1, len(said) + 1):
        ends = [
            [*before, phrases[last]]
            for start in range(max(0, end - longest), end)
            if (before := best[start]) is not None and (last := tuple(said[start:end])) in phrases
        ]
        best.append(min(ends, key=len, default=None))
    return best[-1]
