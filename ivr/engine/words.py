"""Sentences as they are compared: letters of Persian, Arabic and French, and digits of any script, are made one."""

import unicodedata

_LETTERS = str.maketrans(
    {
        "ي": "ی",
        "ى": "ی",
        "ې": "ی",
        "ے": "ی",
        "ئ": "ی",
        "ك": "ک",
        "ڪ": "ک",
        "ة": "ه",
        "ۀ": "ه",
        "ہ": "ه",
        "ھ": "ه",
        "ە": "ه",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ؤ": "و",
        "ء": "",
        "œ": "oe",
        "æ": "ae",
        "’": " ",
        "'": " ",
        "\u02bc": " ",  # an apostrophe that is a letter
        "-": " ",
        "\u200c": " ",  # zero-width non-joiner
        "\u200d": "",
        "\u00ad": "",  # soft hyphen
        "\u2060": "",
        "\ufeff": "",
        "\u200e": "",  # marks of direction
        "\u200f": "",
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
