"""What every check looks at, and how it names a mistake."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ivr.engine.content import Content, Text, Tongue
from ivr.engine.menu import Base
from ivr.engine.reading import Mistake
from ivr.engine.turn import Variant


@dataclass(frozen=True, slots=True)
class Checked:
    """What is checked: the content, today's date where the helpline lives, and how long each sound is, once known."""

    content: Content
    today: str
    seconds: Mapping[tuple[str, str, Variant], float] | None = None  # (language, prompt, wording)
    places: Mapping[str, tuple[str, int]] = field(default_factory=dict)  # node -> (file, line)

    def at(self, node: Base, what: str, language: str = "", *, warning: bool = False) -> Mistake:
        """A mistake at a node."""
        file, line = self.places.get(node.id, ("menus", 1))
        return Mistake(file, line, node.id, what, language, warning)

    def in_text(self, tongue: Tongue, text: Text, what: str, *, warning: bool = False) -> Mistake:
        """A mistake in a text."""
        return Mistake(f"prompts/{tongue.code}/texts.yaml", text.line, text.id, what, tongue.code, warning)
