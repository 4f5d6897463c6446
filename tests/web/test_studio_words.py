"""Every code, state, mark and source of the studio has its sentence, and findings are told with their figures."""

import pytest

from ivr.actions.coverage import Mark
from ivr.engine.turn import Variant
from ivr.store.publications import Kind
from ivr.store.publications import State as Publication
from ivr.store.takes import Source, State
from ivr.voice.findings import Code
from ivr.web import assets, catalogues, studio_words

ENGLISH = next(language for code, language in catalogues.languages().items() if code == "en")


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def test_nothing_of_the_studio_is_without_words() -> None:
    assert set(studio_words.FINDINGS) == set(Code)
    assert set(studio_words.STATES) == set(State)
    assert set(studio_words.SOURCES) == set(Source)
    assert set(studio_words.PUBLICATIONS) == set(Publication)
    assert set(studio_words.MARKS) == set(studio_words.ICONS) == set(Mark)
    assert set(studio_words.ICONS.values()) <= set(assets.ICONS)
    assert set(studio_words.VERSIONS) == set(studio_words.FROM_FILES) == set(Kind)
    assert set(studio_words.WORDINGS) == set(studio_words.WORDING_HINTS) == set(Variant)


def test_a_finding_is_told_with_its_figures_and_what_to_do() -> None:
    told = studio_words.finding(ENGLISH, "pause-inside", {"pause": 2.34})
    assert "a pause of 2.3 seconds" in plain(told.says)
    assert told.advice == "Record it again in one go."
    assert told.grave is False
    assert studio_words.finding(ENGLISH, "silent", {}).grave is True


FIGURES = {"seconds", "minutes", "lufs", "flat", "snr", "pause", "expected", "name", "language"}
"""What findings bring along, as docs/studio-checks.md lists it; of another place its name and language."""


def test_no_sentence_asks_for_a_figure_that_no_finding_has() -> None:
    asked = {name for says, _ in studio_words.FINDINGS.values() for name in studio_words.NAMES.findall(says)}
    assert asked <= FIGURES


def test_a_finding_without_its_figures_and_an_unknown_one_break_no_page() -> None:
    assert "a pause of – seconds" in plain(studio_words.finding(ENGLISH, "pause-inside", {}).says)
    assert studio_words.finding(ENGLISH, "from-the-future", {"x": 1}).says == "from-the-future"


def test_the_gravest_come_first() -> None:
    report = {"findings": [{"code": "noisy", "values": {"snr": 9}}, {"code": "video"}]}
    assert [one.grave for one in studio_words.findings(ENGLISH, report)] == [True, False]
    assert studio_words.findings(ENGLISH, None) == []


@pytest.mark.parametrize("language", sorted(set(catalogues.languages()) - {"en"}))
def test_every_language_tells_all_of_it(language: str) -> None:
    told = catalogues.languages()[language]
    for says, advice in studio_words.FINDINGS.values():
        assert told.say(says) != says
        assert told.say(advice) != advice
