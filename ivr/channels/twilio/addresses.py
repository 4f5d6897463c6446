"""The addresses that our TwiML names: where the telephone company posts what happened."""

from dataclasses import dataclass
from urllib.parse import quote

from ivr.actions.calls import Answer
from ivr.store.dials import Kind

CALL = "call"
NOW = "now"
STREAM = "/twilio/stream"
KEYS, ENTRY, SILENCE, RECORDED, TRANSFERRED = "keys", "entry", "silence", "recorded", "transferred"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Built from the one configured public address, never from a request: behind a proxy they differ."""

    base: str

    def turn(self, answer: Answer, what: str, digits: int = 0) -> str:
        """Where to post that `what` happened in this turn; the query holds the language and the sealed place."""
        wanted = f"d={digits}&" if digits else ""
        return f"{self.base}/twilio/{CALL}/{answer.call_id}/{answer.n}/{what}?{wanted}{self._place(answer)}"

    def transferred(self, answer: Answer) -> str:
        """Where to post how a transfer ended, with its attempt, if there is one."""
        attempt = "" if answer.attempt is None else f"a={answer.attempt}&"
        return f"{self.base}/twilio/{CALL}/{answer.call_id}/{answer.n}/{TRANSFERRED}?{attempt}{self._place(answer)}"

    def now(self, call_id: str, n: int, language: str, sealed: str) -> str:
        """Where the current turn is said once more."""
        return f"{self.base}/twilio/{CALL}/{call_id}/{NOW}?l={quote(language)}&n={n}&s={quote(sealed)}"

    def at_turn(self, call_id: str, n: int) -> str:
        """The same for a call of which only the store knows where it stands."""
        return self.now(call_id, n, "", "")

    @property
    def sockets(self) -> str:
        """The base of our addresses for WebSockets."""
        return self.base.replace("http", "ws", 1)

    def stream(self) -> str:
        """Where the sound of a live call comes."""
        return f"{self.sockets}{STREAM}"

    def streamed(self) -> str:
        """Where it is told what became of a stream."""
        return f"{self.base}/twilio/streamed"

    def sound(self, path: str) -> str:
        """Where a sound is served."""
        return f"{self.base}{path}"

    def last_words(self, language: str) -> str:
        """Where the sound lies that needs neither database nor release."""
        return f"{self.base}/twilio/fallback/{quote(language)}.wav"

    def _place(self, answer: Answer) -> str:
        return f"l={answer.turn.language or ''}&s={answer.token}"


ANSWER, ACCEPT, CALLER, LEG, ENDED, STATUS = "answer", "accept", "caller", "leg", "ended", "status"


@dataclass(frozen=True, slots=True)
class DeskAddresses:
    """Where the calls are told of that we asked for: an attempt's id is all that they hold."""

    base: str

    def at(self, dial_id: int, what: str) -> str:
        """Where to post this about an attempt."""
        return f"{self.base}/twilio/desk/{dial_id}/{what}"

    def sound(self, path: str) -> str:
        """Where a sound is served."""
        return f"{self.base}{path}"

    def of_call(self, dial_id: int, kind: Kind) -> tuple[str, str]:
        """Where a new call gets its first document, and where its steps are told."""
        first = BoothAddresses(self.base).answer(dial_id) if kind is Kind.STUDIO else self.at(dial_id, ANSWER)
        return first, self.at(dial_id, STATUS)


@dataclass(frozen=True, slots=True)
class TextAddresses:
    """Where it is told what became of a text: its id is all that the address holds."""

    base: str

    def status(self, text_id: int) -> str:
        """Where every status of a text is posted."""
        return f"{self.base}/twilio/text/{text_id}/{STATUS}"


GO, SPOKEN, VOICE = "go", "spoken", "voice"


@dataclass(frozen=True, slots=True)
class BoothAddresses:
    """Where the calls are told of in which somebody records by telephone: the attempt, and what was said last."""

    base: str

    def answer(self, dial_id: int) -> str:
        """Where a new call gets its first document."""
        return f"{self.base}/twilio/studio/{dial_id}/{ANSWER}"

    def go(self, dial_id: int, n: int) -> str:
        """Where keys go, and that none came."""
        return f"{self.base}/twilio/studio/{dial_id}/{n}/{GO}"

    def spoken(self, dial_id: int, n: int, code: str) -> str:
        """Where it is told that somebody spoke the text of this code."""
        return f"{self.base}/twilio/studio/{dial_id}/{n}/{SPOKEN}?c={code}"

    def voice(self, dial_id: int, token: str) -> str:
        """Where what was spoken is heard again."""
        return f"{self.base}/twilio/studio/{dial_id}/{VOICE}/{token}.wav"

    def sound(self, path: str) -> str:
        """Where a sound is served."""
        return f"{self.base}{path}"
