"""Every mistake a release can hold; the same at start, in `ivr check` and in tests."""

from collections.abc import Callable, Iterator, Mapping

from ivr.engine import check_menus, check_pace, check_sms, check_texts, check_words
from ivr.engine.checked import Checked
from ivr.engine.content import Content
from ivr.engine.reading import Mistake
from ivr.engine.turn import Variant

CHECKS: tuple[Callable[[Checked], Iterator[Mistake]], ...] = (
    *check_menus.CHECKS,
    *check_texts.CHECKS,
    *check_sms.CHECKS,
    *check_words.CHECKS,
    *check_pace.CHECKS,
)
"""One function a mistake; `check` runs them all."""


def check(
    content: Content, today: str, seconds: Mapping[tuple[str, str, Variant], float] | None = None
) -> list[Mistake]:
    """All mistakes, by file and line; those that are only warnings are marked."""
    places = {id: (s.file, s.lines.get(id, 1)) for s in content.sources for id in s.nodes}
    checked = Checked(content, today, seconds, places)
    found = set(content.mistakes)
    for look in CHECKS:
        found.update(look(checked))
    return sorted(found)
