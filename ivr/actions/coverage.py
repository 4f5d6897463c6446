"""What callers hear of each text and number, and what is still to be done, in the order in which callers meet them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from ivr.actions.reading_order import reading_order
from ivr.actions.studio import Spot, Studio, drafts, standing_takes, standing_texts, texts_of, written
from ivr.errors import BadContent
from ivr.release.release import Release, SoundRef
from ivr.store import prompt_codes, takes
from ivr.store.database import Transaction
from ivr.store.takes import State, Take
from ivr.store.wordings import Wording
from ivr.voice.sounds import PLACEHOLDER


class Heard(StrEnum):
    """What callers hear at a place."""

    TAKE = "take"  # a recording of the studio
    FILE = "file"  # a recording that lies beside texts.yaml
    PLACEHOLDER = "placeholder"
    NOTHING = "nothing"  # not yet: no release with it was published


class Mark(StrEnum):
    """Something about a line that people look for; a line may have many."""

    RECORDED = "recorded"  # by a person, for the words of now
    STALE = "stale"  # by a person, and the words changed since
    PLACEHOLDER = "placeholder"
    NOTHING = "nothing"
    CHECKING = "checking"
    FAILING = "failing"
    DOUBTFUL = "doubtful"
    UNAPPROVED = "unapproved"
    UNPUBLISHED = "unpublished"  # an approved recording that callers do not hear
    DRAFT = "draft"  # a text that callers do not hear
    BELOW = "below"  # the deployment changed the text under the studio's


PENDING: Mapping[State, Mark] = {
    State.WAITING: Mark.CHECKING,
    State.BAD: Mark.FAILING,
    State.DOUBTFUL: Mark.DOUBTFUL,
    State.GOOD: Mark.UNAPPROVED,
    State.APPROVED: Mark.UNPUBLISHED,
}


@dataclass(frozen=True, slots=True)
class Line:
    """A sound that callers can hear: `words` are those of the draft, if there is one, `said` those that they hear now.

    `live` is the take that they hear, `newest` the newest one, `text` the studio's newest text where it counts.
    """

    language: str
    name: str
    prompt: str  # of which it is a wording; of digits and numbers their name
    tree: str  # empty for what the helpline says everywhere
    code: int
    words: str
    said: str | None
    heard: Heard
    sound: SoundRef | None
    live: Take | None
    newest: Take | None
    text: Wording | None
    marks: frozenset[Mark]

    @property
    def spot(self) -> Spot:
        """Where it is."""
        return self.language, self.name

    @property
    def pending(self) -> Take | None:
        """A newer take than the one that callers hear."""
        return None if self.newest is None or self.newest == self.live else self.newest

    @property
    def wanted(self) -> bool:
        """Whether somebody should record it: no recording fits the words of now, nor is one on its way."""
        fits = self.pending is not None and self.pending.text == self.words and self.pending.state is not State.BAD
        return Mark.RECORDED not in self.marks and not fits


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a language is; `marked` counts its lines by mark."""

    language: str
    name: str
    direction: str
    total: int
    marked: Mapping[Mark, int]

    @property
    def recorded(self) -> int:
        """How many are heard from a person, in the words of now."""
        return self.marked.get(Mark.RECORDED, 0)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every line, a language after the other, and how far each is."""

    lines: tuple[Line, ...]
    progress: tuple[Progress, ...]

    def line(self, language: str, name: str) -> Line | None:
        """The line of one sound."""
        return next((line for line in self.lines if line.spot == (language, name)), None)


def coverage(tx: Transaction, studio: Studio) -> Coverage:
    """All of it, in a transaction that keeps: a name that was never seen gets its code."""
    now = _Now(tx, studio)
    lines = tuple(now.lines())
    marked = {tongue.code: Counter[Mark]() for tongue in now.written.content.tongues}
    total = Counter(line.language for line in lines)
    for line in lines:
        marked[line.language].update(line.marks)
    tongues = now.written.content.tongues
    progress = tuple(Progress(t.code, t.name, t.direction, total[t.code], marked[t.code]) for t in tongues)
    return Coverage(lines, progress)


class _Now:
    """One look at files, database and shelf."""

    def __init__(self, tx: Transaction, studio: Studio) -> None:
        unpublished = drafts(tx)
        self.texts = {**standing_texts(tx), **unpublished}
        self.drafts = frozenset(unpublished)
        self.files = written(studio, {})
        self.written = written(studio, texts_of(self.texts))
        self.release = _release(studio)
        self.live, self.newest = standing_takes(tx), takes.newest(tx)
        self.codes = prompt_codes.of_names(tx, dict.fromkeys(name for _, name in self.written.words))

    def lines(self) -> Iterator[Line]:
        """Every sound that callers can hear, in the order in which they meet them."""
        for tongue in self.written.content.tongues:
            for spoken in reading_order(self.written.content, self.written.words, tongue.code):
                yield self._line((tongue.code, spoken.name), spoken.prompt, spoken.tree)

    def _line(self, spot: Spot, prompt: str, tree: str) -> Line:
        language, name = spot
        text = self.texts.get((language, prompt))
        line = Line(
            language=language,
            name=name,
            prompt=prompt,
            tree=tree,
            code=self.codes[name],
            words=self.written.words[spot],
            said=None if self.release is None else self.release.captions.get(spot),
            heard=self._heard(spot),
            sound=None if self.release is None else self.release.sounds.get(spot),
            live=self.live.get(spot),
            newest=self.newest.get(spot),
            text=text,
            marks=frozenset(),
        )
        return replace(line, marks=frozenset(self._marks(line)))

    def _heard(self, spot: Spot) -> Heard:
        sound = None if self.release is None else self.release.sounds.get(spot)
        if sound is None:
            return Heard.NOTHING
        if sound.kind == PLACEHOLDER:
            return Heard.PLACEHOLDER
        return Heard.TAKE if spot in self.live else Heard.FILE

    def _marks(self, line: Line) -> Iterator[Mark]:
        if line.heard in (Heard.TAKE, Heard.FILE):
            said = line.live.text if line.live is not None else self.files.words.get(line.spot)
            yield Mark.RECORDED if said == line.words else Mark.STALE
        else:
            yield Mark.NOTHING if line.heard is Heard.NOTHING else Mark.PLACEHOLDER
        if line.pending is not None and line.pending.state in PENDING:
            yield PENDING[line.pending.state]
        if (line.language, line.prompt) in self.drafts:
            yield Mark.DRAFT
        if line.text is not None and line.text.under != self.files.entry(line.language, line.prompt):
            yield Mark.BELOW


def _release(studio: Studio) -> Release | None:
    try:
        return studio.shelf.current()
    except BadContent:
        return None
