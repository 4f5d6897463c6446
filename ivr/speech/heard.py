"""What one model made of an utterance."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heard:
    """Whole phrases, as they were asked for, with a space between; "" where anything else was said, or nothing."""

    words: str = ""
    sure: float = 0.0
    """The model's own figure, 0 to 1, the mean over the words. It tells right from wrong badly: do confirm."""
