"""What can be wrong with a recording: codes that pages put into words, and how grave each is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ivr.errors import BadContent


class Level(StrEnum):
    """An error is never published; a warning is, once somebody said why."""

    ERROR = "error"
    WARNING = "warning"


class Code(StrEnum):
    """One fault of a recording; docs/studio-checks.md says how each is measured."""

    UNREADABLE = "unreadable"
    NOT_AUDIO = "not-audio"
    VIDEO = "video"
    SILENT = "silent"
    TOO_SHORT = "too-short"
    TOO_LONG = "too-long"
    TOO_QUIET = "too-quiet"
    CLIPPED = "clipped"
    NOISY = "noisy"
    CUT_START = "cut-start"
    CUT_END = "cut-end"
    PAUSE_INSIDE = "pause-inside"
    LONG_FOR_TEXT = "long-for-text"
    SHORT_FOR_TEXT = "short-for-text"
    SAME_AS = "same-as"
    SAYS_ELSE = "says-else"

    @property
    def level(self) -> Level:
        """The same for every recording."""
        return Level.ERROR if self in _ERRORS else Level.WARNING


_ERRORS = {Code.UNREADABLE, Code.NOT_AUDIO, Code.VIDEO, Code.SILENT, Code.TOO_SHORT, Code.TOO_LONG}


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault and the figures that show it, such as {"lufs": -41.3}; whole lists of keys: docs/studio-checks.md."""

    code: Code
    values: Mapping[str, float | str] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        """How grave."""
        return self.code.level


class Unusable(BadContent):
    """A recording that no release can hold: its finding is an error."""

    def __init__(self, message: str, finding: Finding) -> None:
        super().__init__(message)
        self.finding = finding
