"""A step in the making: the state being changed, what will be said, what will be stored."""

from ivr.engine.inputs import Context
from ivr.engine.menu import Book, Listening, Node
from ivr.engine.say import LIMIT, Voice, node_pieces, pieces
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
        "heard",
        "inputs",
        "language",
        "misses",
        "node",
        "page",
        "result",
        "said",
        "secrets",
        "silences",
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
        self.language = state.language
        self.page = state.page
        self.confirming = state.confirming
        self.starred = state.starred
        self.silences = state.silences
        self.misses = state.misses
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
            self.silences,
            self.misses,
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

    def say(self, *prompts: str) -> None:
        """Adds prompts to what is said."""
        voice = Voice(self.languages(), Variant.FULL, self.values)
        self.said += pieces(self.book, prompts, voice, self.context)

    def say_node(self, wanted: Variant) -> None:
        """Adds what the current node says on its current page."""
        voice = Voice(self.languages(), wanted, self.values)
        self.said += node_pieces(self.book, self.node, self.page, voice, self.context)

    def answer(self, name: str, value: str, private: bool) -> None:
        """Remembers an answer that later nodes and trees may use."""
        self.answers = {**self.answers, name: value}
        self.facts.append(AnswerGiven(name, value, private))

    def keep_secret(self, name: str, value: str | None) -> None:
        """Keeps (or with None forgets) digits that never travel in an address."""
        secrets = {key: kept for key, kept in self.secrets.items() if key != name}
        self.secrets = secrets if value is None else {**secrets, name: value}

    def learn(self, name: str, value: Value) -> None:
        """Keeps a value that a prompt may speak."""
        self.values = {**self.values, name: value}

    def leave(self) -> None:
        """Remembers the current node for `*`; coming to a remembered node again forgets what came after it."""
        here = self.node.id
        if isinstance(self.node, Listening):
            before = tuple(step for step in self.trail if step[0] != here)
            self.trail = (*before, (here, self.page))[-self.book.limits.back :]

    def place(self, node: Node, page: int = 0) -> None:
        """Makes `node` the current one, with nothing counted yet."""
        self.node = node
        self.page = page
        self.confirming = False
        self.silences = 0
        self.misses = 0
        if self.secrets:
            self.keep_secret("entry", None)
        if node.topic is not None:
            self.topic = node.topic

    def hang_up(self, how: str) -> HangUp:
        """Ends the call; one in which a person was asked for counts as passed on."""
        if not self.ended:
            counted = "passed_on" if self.answers.get("requested") == "yes" else how
            self.facts.append(CallEnded(counted, self.node.id))
        self.ended = True
        self.result = Result.ENDED
        return HangUp(how)

    def over_limit(self) -> HangUp:
        """Too many inputs or too long a call: a kind goodbye."""
        self.say(LIMIT)
        return self.hang_up("limit")
