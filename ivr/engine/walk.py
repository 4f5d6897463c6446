"""A step in the making: the state being changed, what will be said, what will be stored."""

from collections.abc import Mapping

from ivr.engine.inputs import Context, Known
from ivr.engine.menu import Book, Menu, Node, Option, Say, Steps
from ivr.engine.say import LIMIT, TEXTING, Voice, node_pieces, pieces
from ivr.engine.state import State
from ivr.engine.turn import AnswerGiven, CallEnded, Ending, Fact, HangUp, Piece, Result, Turn, Value, Variant


class Walk:
    """One step's working copy of a state. It lives for one `advance`, and ends in `finish`."""

    __slots__ = (
        "ahead",
        "answers",
        "asking",
        "book",
        "confirming",
        "context",
        "ended",
        "facts",
        "filled",
        "heard",
        "inputs",
        "language",
        "misheard",
        "misses",
        "node",
        "offered",
        "page",
        "result",
        "said",
        "secrets",
        "silences",
        "spoken",
        "stack",
        "starred",
        "started",
        "topic",
        "trail",
        "values",
    )

    def __init__(self, book: Book, state: State, context: Context) -> None:
        self.book = book
        self.context = context
        self.node: Node = book.node(state.node)
        self.started = state.started
        self.language = state.language if state.language in book.languages else None
        self.page = state.page
        self.confirming = state.confirming
        self.starred = state.starred
        self.filled = state.filled
        self.silences = state.silences
        self.misses = state.misses
        self.misheard = state.misheard
        self.offered = state.offered
        self.spoken = state.spoken
        self.inputs = state.inputs
        self.heard = state.heard
        self.topic = state.topic
        self.asking = state.asking
        self.ahead = state.ahead
        self.ended = state.ended
        self.trail = state.trail
        self.stack = state.stack
        self.answers = state.answers
        self.values = state.values
        self.secrets = state.secrets
        self.said: list[Piece] = []
        self.facts: list[Fact] = []
        self.result = Result.REACHED
        self._fit(state)

    def _fit(self, state: State) -> None:
        """A call whose release is gone meets another one, where its node may have a successor or fewer pages."""
        if self.node.id != state.node:
            self.asking, self.ahead, self.starred, self.filled = None, "", False, False
            self.place(self.node)
        elif self.page:
            self.page = min(self.page, last_page(self.node))

    def finish(self, ending: Ending) -> tuple[State, Turn]:
        """The new state and the turn."""
        self.ended = self.ended or isinstance(ending, HangUp)
        state = State(
            self.node.id,
            self.started,
            self.language,
            self.page,
            self.confirming,
            self.starred,
            self.filled,
            self.silences,
            self.misses,
            self.misheard,
            self.offered,
            self.spoken,
            self.inputs,
            self.heard,
            self.topic,
            self.asking,
            self.ahead,
            self.ended,
            self.trail,
            self.stack,
            self.answers,
            self.values,
            self.secrets,
        )
        turn = Turn(self.node.id, self.language, tuple(self.said), ending, self.result, tuple(self.facts))
        return state, turn

    def languages(self) -> tuple[str, ...]:
        """The caller's language, or every language while it is not known."""
        return self.book.languages if self.language is None else (self.language,)

    def say(self, say: Say, wanted: Variant = Variant.FULL, languages: tuple[str, ...] = ()) -> None:
        """Adds prompts and values to what is said, in the caller's language unless told in which."""
        voice = Voice(languages or self.languages(), wanted, self._known())
        self.said += pieces(self.book, say, voice, self.context)

    def tells(self, page: int) -> bool:
        """Whether there is anything to say on this page of the current node, now."""
        voice = Voice(self.languages(), Variant.FULL, self._known())
        return bool(node_pieces(self.book, self.node, page, voice, self.context))

    def say_node(self, wanted: Variant) -> None:
        """Adds what the current node says on its current page."""
        voice = Voice(self.languages(), wanted, self._known())
        self.said += node_pieces(self.book, self.node, self.page, voice, self.context)

    def _known(self) -> Mapping[str, Value]:
        """What the outside knows and what the caller answered may both be spoken."""
        return {**self.secrets, **self.answers, **self.values}

    def options(self, menu: Menu) -> tuple[Option, ...]:
        """The options that are there for this caller now."""
        known = self._known()
        return tuple(option for option in menu.options if option.needs is None or option.needs in known)

    def offers_text(self) -> bool:
        """Whether what is told here can be sent to this caller."""
        sendable = isinstance(self.node, Menu | Steps) and self.node.text is not None
        return sendable and TEXTING in self.values and self.book.roles.text in self.book.nodes

    def chosen(self, name: str) -> str:
        """What goes by this name: a text that another tree or the outside left, else the caller's answer."""
        value = self.values.get(name)
        return value if isinstance(value, str) else self.answers.get(name, "")

    def answer(self, name: str, value: str, private: bool) -> None:
        """Remembers an answer that later nodes and trees may use, in place of what went by its name before."""
        self.answers = {**self.answers, name: value}
        self.values = {key: kept for key, kept in self.values.items() if key != name}
        self.facts.append(AnswerGiven(name, value, private))

    def keep_secret(self, name: str, value: str | None) -> None:
        """Keeps (or with None forgets) digits that never travel in an address."""
        secrets = {key: kept for key, kept in self.secrets.items() if key != name}
        self.secrets = secrets if value is None else {**secrets, name: value}

    def keep(self, known: Known) -> None:
        """Keeps all that an answer from outside brought along."""
        for name, value in known.values.items():
            self.learn(name, value)
        for name, secret in known.secrets.items():
            self.keep_secret(name, secret)

    def learn(self, name: str, value: Value | None) -> None:
        """Keeps a value that a prompt may speak; None forgets it, and an answer of that name too."""
        values = {key: kept for key, kept in self.values.items() if key != name}
        self.values = values if value is None else {**values, name: value}
        if value is None and name in self.answers:
            self.answers = {key: kept for key, kept in self.answers.items() if key != name}

    def leave(self) -> None:
        """Remembers the current node for `*`; coming to a remembered node again forgets what came after it."""
        here = self.node.id
        before = tuple(step for step in self.trail if step[0] != here)
        self.trail = (*before, (here, self.page, len(self.stack)))[-self.book.limits.back :]

    def place(self, node: Node, page: int = 0) -> None:
        """Makes `node` the current one, with nothing counted yet; the main menu has no topic and returns nowhere."""
        self.node = node
        self.page = min(page, last_page(node))
        self.confirming = False
        self.silences = 0
        self.misses = 0
        self.misheard = 0
        self.offered = ""
        self.spoken = False
        if self.secrets:
            self.keep_secret("entry", None)
        if node.id == self.book.roles.main:
            self.stack, self.topic = (), None
        if node.topic is not None:
            self.topic = node.topic

    def hang_up(self, how: str) -> HangUp:
        """Ends the call; one in which a person was asked for counts as passed on."""
        if not self.ended:
            counted = "passed_on" if "requested" in self.answers else how
            self.facts.append(CallEnded(counted, self.node.id))
        self.ended = True
        self.result = Result.ENDED
        return HangUp(how)

    def over_limit(self) -> HangUp:
        """Too many inputs or too long a call: a kind goodbye."""
        self.say((LIMIT,))
        return self.hang_up("limit")


def last_page(node: Node) -> int:
    """The number of a node's last page, from 0."""
    return len(node.pages) - 1 if isinstance(node, Steps) else 0
