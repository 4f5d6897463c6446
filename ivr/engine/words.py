"""Does this sentence choose this option? Letters of Persian, Arabic and French are made one before comparing."""

import unicodedata
from collections.abc import Iterable, Mapping

_LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ئ": "ی",
        "ك": "ک",
        "ة": "ه",
        "ۀ": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "œ": "oe",
        "æ": "ae",
        "’": " ",
        "'": " ",
        "-": " ",
        "\u200c": " ",  # zero-width non-joiner
        "\u200d": "",
        "\u0640": "",  # tatweel
    }
)


def plain(text: str) -> str:
    """The text as compared: one form for each letter and digit, no marks, no punctuation, single spaces."""
    letters = []
    for char in unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)):
        kind = unicodedata.category(char)
        if kind == "Nd":
            letters.append(str(unicodedata.digit(char)))
        elif kind[0] == "L":
            letters.append(char)
        elif kind != "Mn":  # a vowel mark vanishes, anything else parts words
            letters.append(" ")
    return " ".join("".join(letters).split())


def choose(said: str, ways: Mapping[str, Iterable[str]]) -> str | None:
    """The one id of which `said` is a way to say it; None when it is none or several."""
    heard = plain(said)
    chosen = {id for id, phrases in ways.items() if any(plain(phrase) == heard for phrase in phrases)}
    return chosen.pop() if len(chosen) == 1 and heard else None
