"""Topics and guides in the words of the page that shows them."""

from dataclasses import dataclass
from datetime import datetime

from ivr.actions import guides
from ivr.engine.content import PLACEHOLDER
from ivr.release.release import Release
from ivr.web import spoken
from ivr.web.ask import Ask
from ivr.web.catalogues import APART, TOGETHER, Language
from ivr.web.spoken import Teller


@dataclass(frozen=True, slots=True)
class Said:
    """A line of a guide; `doubtful` when it may have changed."""

    text: str
    doubtful: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a guide."""

    title: str
    lines: list[Said]


@dataclass(frozen=True, slots=True)
class Naming:
    """Names things as one reader reads them."""

    release: Release
    language: Language
    menus: Teller

    def topic(self, topic: str) -> str:
        """What a request is about."""
        title = guides.title(self.release.raw.get("guides", {}), topic)
        return self.menus.topic(topic) if title is None else self.language.say(title)

    def topics(self) -> dict[str, str]:
        """Every topic that the guides know, to choose one."""
        known = self.release.raw.get("guides", {}).get("topics", {})
        return {topic: self.topic(topic) for topic in known}

    def guide(self, topic: str, today: str) -> list[Section]:
        """What to have at hand for a topic on this day (ISO)."""
        found = guides.parts(self.release.raw.get("guides", {}), self.release.content.facts, topic, today)
        return [
            Section(self.language.say(part.title), [Said(self._filled(line), line.doubtful) for line in part.lines])
            for part in found
        ]

    def _filled(self, line: guides.Line) -> str:
        values = {name: f"{APART}{value}{TOGETHER}" for name, value in line.values.items()}
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), self.language.say(line.say))


def naming(ask: Ask) -> Naming:
    """The release that callers hear now, for this reader."""
    release = ask.site.release()
    member = ask.visitor.member
    menus = spoken.teller(release.content, ask.language, () if member is None else member.languages)
    return Naming(release, ask.language, menus)


def today(ask: Ask) -> str:
    """The date where the helpline lives, ISO."""
    return datetime.fromtimestamp(ask.now, ask.site.zone).date().isoformat()
