"""The addresses that our TwiML names: where the telephone company posts what happened."""

from dataclasses import dataclass
from urllib.parse import quote

from ivr.actions.calls import Answer

CALL = "call"
NOW = "now"
KEYS, ENTRY, SILENCE, RECORDED, TRANSFERRED = "keys", "entry", "silence", "recorded", "transferred"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Built from the one configured public address, never from a request: behind a proxy they differ."""

    base: str

    def turn(self, answer: Answer, what: str, digits: int = 0) -> str:
        """Where to post that `what` happened in this turn; the query holds the language and the sealed place."""
        wanted = f"d={digits}&" if digits else ""
        return f"{self.base}/twilio/{CALL}/{answer.call_id}/{answer.n}/{what}?{wanted}{self._place(answer)}"

    def now(self, call_id: str, n: int, language: str, sealed: str) -> str:
        """Where the current turn is said once more."""
        return f"{self.base}/twilio/{CALL}/{call_id}/{NOW}?l={quote(language)}&n={n}&s={quote(sealed)}"

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

    def of_call(self, dial_id: int) -> tuple[str, str]:
        """Where a new call gets its first document, and where its steps are told."""
        return self.at(dial_id, ANSWER), self.at(dial_id, STATUS)
