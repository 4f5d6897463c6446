"""Every way through the written trees, in every language; key 0 in the engine at each spot.

The first language is walked over signed webhooks. Each other one is walked at the door behind them, with every sound
fetched all the same: what a webhook makes of a turn is the same in all languages, and tests/test_calls.py plays them.
`make cover` (COVER_ALL) walks each over webhooks.
"""

import os
import time
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from ivr.actions import releases
from ivr.actions.sounds import NO_LANGUAGE, played
from ivr.app import Parts
from ivr.audio.loudness import SILENT, loudness
from ivr.audio.wav import read_wav
from ivr.channels.terminal.phone import TerminalPhone
from ivr.channels.twilio.parse import call_id
from ivr.engine import engine
from ivr.engine.check_pace import FIRST_FACT_SECONDS, LEAF_CHOICES
from ivr.engine.content import node_prompts
from ivr.engine.inputs import Arrived, Context, HungUp, Input, Known, Learned, Pressed, StayedSilent
from ivr.engine.menu import Book, Question
from ivr.engine.pace import Pace, leaves
from ivr.engine.say import TEXT_HINT
from ivr.engine.state import State
from ivr.engine.turn import Ask, CallbackRequested, HangUp, Listen, Turn
from ivr.release import pacing
from ivr.store import calls as stored_calls
from ivr.store import requests
from tests.crawling import SILENCE, Call, Map, Move, Outside, Spot, calls, way_of
from tests.doubles.phone import Phone
from tests.doubles.sounds import check_sound
from tests.helpline import MONDAY_MORNING, PUBLIC, ROOT, at, client, helpline, phone, prepared
from tests.leaves import FROM_OUTSIDE

LANGUAGES = sorted(path.parent.name for path in (ROOT / "prompts").glob("*/language.yaml"))
TREES = {
    "procedure",
    "franceconnect",
    "identity-provider",
    "aidants-connect",
    "mandate",
    "no-number",
    "permit",
    "nationality",
}
LONGEST_CALL = 20
SAMPLE = 12
"""At every so manieth spot a person is asked for over webhooks too."""


@cache
def book() -> Book:
    return prepared().release.book


@cache
def map_of_menus() -> Map:
    return Map(book())


@cache
def all_calls() -> list[Call]:
    return calls(map_of_menus(), LONGEST_CALL)


def doubtful(prompt: str) -> bool:
    """By the mark and the clock, read from the facts and not by the engine."""
    content, today = prepared().release.content, MONDAY_MORNING[:10]
    facts = [content.facts[name] for tongue in content.tongues for name in tongue.texts[prompt].facts]
    return any(fact.doubt or (fact.valid_until or today) < today for fact in facts)


class AtTheDoor:
    """A handset without a telephone company: what its caller does goes to the one door of every channel."""

    def __init__(self, joined: Parts) -> None:
        self._calls = joined.calls
        self.errors: tuple[str, ...] = ()

    def ring(self, number: str) -> None:
        self._phone = TerminalPhone(self._calls, number)
        self._answer = self._phone.ring()

    def press(self, key: str) -> None:
        self._does(Pressed(key))

    def stay_silent(self) -> None:
        self._does(StayedSilent())

    def hang_up(self) -> None:
        self._phone.do(HungUp(), self._answer)

    @property
    def call_id(self) -> str:
        return self._phone.line.call_id

    @property
    def heard(self) -> list[str]:
        return [PUBLIC + sound.path for sound in played(self._answer.release, self._answer.turn.pieces)]

    @property
    def alive(self) -> bool:
        return not isinstance(self._answer.turn.ending, HangUp)

    @property
    def ended(self) -> str | None:
        return None if self.alive else "hangup"

    def _does(self, input: Input) -> None:
        following = self._phone.do(input, self._answer)
        assert following is not None
        self._answer = following


class Caller:
    """Rings in one language, makes the moves of a call and compares what is heard with the map."""

    def __init__(self, joined: Parts, handset: Phone | AtTheDoor, language: str) -> None:
        self.joined, self.language, self.handset = joined, language, handset
        self.met: set[str] = set()
        self.turns = 0

    def walk(self, call: Call) -> None:
        """One call, from the language choice to its end."""
        self.ring()
        spots = [move.to for move in call]
        for move in call:
            self.does(move.does)
            if isinstance(move.to, Spot):
                self.hears(move.to)
        self.met.update(self.handset.heard)
        passed = [to.node for to in spots if isinstance(to, Spot)]
        assert self.nodes()[-len(call) :][: len(passed)] == passed
        if isinstance(spots[-1], Outside):
            self.leaves_by(spots[-1])
        if self.handset.alive:
            self.handset.hang_up()

    def ring(self) -> None:
        """To the main menu: the first time through the language choice, with the help cut short."""
        self.handset.ring("+33639980001")
        self.met.update(self.handset.heard)
        if not self.turns:
            self.does(str(book().languages.index(self.language) + 1))
            self.does("#")
        self.turns += 1

    def does(self, what: str) -> None:
        if what == SILENCE:
            self.handset.stay_silent()
        else:
            self.handset.press(what)
        self.turns += 1

    def hears(self, spot: Spot) -> None:
        places = [urlsplit(url).path.split("/")[2:4] for url in self.handset.heard]
        expected = [[self.language, name] for name in map_of_menus().says(spot, doubtful)]
        assert places == expected, f"at {spot}"
        self.met.update(self.handset.heard)

    def leaves_by(self, outside: Outside) -> None:
        """The call is over, or the number for a person is read back; once it is right the request is there."""
        node = book().nodes[outside.node]
        if isinstance(node, Question):  # what the outside answers there: tests/calls
            assert book().nodes[self.nodes()[-1]].tree == node.tree
            return
        if node.id == book().roles.person:
            self.does("1")
        with self.joined.database.reading() as tx:
            promised = requests.of_call(tx, self.call_id)
        if node.id != book().roles.person:
            assert self.handset.ended == "hangup"
            assert not promised
            return
        assert [request.language for request in promised] == [self.language]
        assert outside.topic in (None, promised[0].topic)
        assert book().nodes[self.nodes()[-1]].tree == node.tree
        self.forget()

    def forget(self) -> None:
        """The next call begins as if there were no request yet."""
        with self.joined.database.transaction() as tx:
            tx.connection.exec_driver_sql("UPDATE requests SET status = 'closed'")
            tx.connection.exec_driver_sql("DELETE FROM tallies")

    @property
    def call_id(self) -> str:
        return self.handset.call_id if isinstance(self.handset, AtTheDoor) else call_id(self.handset.call.sid)

    def nodes(self) -> list[str]:
        call = self.call_id
        with self.joined.database.reading() as tx:
            last = stored_calls.latest(tx, call)
            assert last is not None
            turns = [stored_calls.turn(tx, call, n) for n in range(1, last.n + 1)]
        return [turn.node for turn in turns if turn is not None]


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Parts]:
    joined = helpline(tmp_path, clock=at(MONDAY_MORNING))
    yield joined
    joined.database.dispose()


def listen_to_all(http: httpx.Client, urls: set[str]) -> None:
    """Each sound is fetched once and decoded; only a pause is silent."""
    for url in sorted(urls):
        path = urlsplit(url).path
        assert url == f"{PUBLIC}{path}"
        answer = http.get(path)
        check_sound(url, answer)
        samples, _ = read_wav(answer.content)
        assert loudness(samples) > SILENT or path.split("/")[2] == NO_LANGUAGE, f"{url} is silent"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_way_of_every_menu_leads_where_the_book_says(language: str, joined: Parts) -> None:
    begun, made = time.monotonic(), all_calls()
    with client(joined) as http:
        whole = language == LANGUAGES[0] or "COVER_ALL" in os.environ
        handset = phone(http, strict=True) if whole else AtTheDoor(joined)
        caller = Caller(joined, handset, language)
        for call in made:
            caller.walk(call)
        listen_to_all(http, caller.met)
        assert not caller.handset.errors
    assert {way_of(move) for call in made for move in call} == {way_of(move) for move in map_of_menus().every_move()}
    names = {urlsplit(url).path.split("/")[3].split(".doubt")[0] for url in caller.met}
    written = {prompt for node in book().nodes.values() if node.tree in TREES for prompt in node_prompts(node)}
    assert names >= written - {TEXT_HINT}
    print(f"\n{language}: {summary(made)}; {caller.turns} turns, {len(caller.met)} sounds, {seconds(begun)}")
    print(*pacing.listed(pace(language), language), sep="\n")


def summary(made: list[Call]) -> str:
    map = map_of_menus()
    nodes = {spot.node for spot in map.moves}
    ways = {way_of(move) for move in map.every_move()}
    return (
        f"{len(nodes)} nodes with {len(map.standing())} pages, {len(ways)} ways in {len(made)} calls "
        f"({len(map.moves)} spots by the answers that matter), "
        f"at most {max(map.choices().values())} menu choices from the main menu"
    )


def seconds(begun: float) -> str:
    return f"{time.monotonic() - begun:.1f} s"


def pace(language: str) -> Pace:
    release = prepared().release
    return Pace(release.content, language, releases.lengths_of(release.content, release.sounds))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_leaf_is_on_the_map_and_few_menu_choices_away(language: str) -> None:
    fewest: dict[str, int] = {}
    for spot, choices in map_of_menus().choices().items():
        fewest[spot.node] = min(choices, fewest.get(spot.node, choices))
    found = {leaf.node: leaf.choices for leaf in pace(language).leaves() if leaf.tree not in FROM_OUTSIDE}
    assert set(found) == {node.id for node in leaves(prepared().release.content) if node.tree not in FROM_OUTSIDE}
    assert all(fewest[node] <= choices <= LEAF_CHOICES for node, choices in found.items())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tree_tells_its_first_fact_within_a_minute(language: str) -> None:
    facts = pace(language).first_facts()
    assert set(facts) == TREES
    assert max(facts.values()) <= FIRST_FACT_SECONDS


def test_the_map_holds_every_node_where_a_caller_of_the_written_trees_can_stand() -> None:
    silent = {"route", "goto"}
    standing = {
        node.id for node in book().nodes.values() if node.tree in TREES and type(node).__name__.lower() not in silent
    }
    assert standing <= {spot.node for spot in map_of_menus().moves}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_is_one_key_away_from_every_spot(language: str) -> None:
    for spot, state, turn in stand_everywhere(language):
        assert (state.node, state.page) == (spot.node, spot.page)
        assert isinstance(turn.ending, Listen)
        assert set(turn.ending.keys) >= {move.does for move in map_of_menus().moves[spot]} - {SILENCE} | set("09*#")
        asked, promised = ask_for_a_person(state)
        assert book().nodes[asked.node].tree == book().node(book().roles.person).tree
        assert promised, f"{spot}: nobody was promised a person"


@pytest.mark.parametrize("language", LANGUAGES)
def test_key_0_leads_to_a_person_over_webhooks_too(language: str, joined: Parts) -> None:
    main = map_of_menus().main
    with client(joined) as http:
        caller = Caller(joined, phone(http, strict=True), language)
        for spot in map_of_menus().standing()[::SAMPLE]:
            way = [] if spot == main else map_of_menus().way(main, lambda move, wanted=spot: move.to == wanted)
            caller.walk([*way, Move(spot, "0", Outside(book().roles.person))])


Stood = tuple[Spot, State, Turn]


def stand_everywhere(language: str) -> Iterator[Stood]:
    """Each spot as the engine comes to it, by one of the shortest ways."""
    map, context = map_of_menus(), at_ten()
    state, turn = engine.begin(book(), Arrived(language, first_call=False), context)
    while isinstance(turn.ending, Ask):  # nothing is announced, nobody was cut off
        state, turn = engine.advance(book(), state, Learned(turn.ending.kind, Known("none")), context)
    known: dict[Spot, Stood] = {map.main: (map.main, state, turn)}
    waiting = [map.main]
    for spot in waiting:
        yield known[spot]
        for move in map.moves[spot]:
            if isinstance(move.to, Spot) and move.to not in known:
                done = StayedSilent() if move.does == SILENCE else Pressed(move.does)
                state, turn = engine.advance(book(), known[spot][1], done, context)
                known[move.to] = (move.to, state, turn)
                waiting.append(move.to)


def ask_for_a_person(state: State) -> tuple[Turn, bool]:
    """Key 0 and 1, with what the engine asks answered: by the first case that each question has, and a number."""
    state, turn = engine.advance(book(), state, Pressed("01"), at_ten())
    facts = list(turn.facts)
    while isinstance(turn.ending, Ask):
        question = book().nodes[state.node]
        assert isinstance(question, Question)
        cases: Mapping[str, str] = question.cases
        learned = Learned(turn.ending.kind, Known(next(iter(cases)), secrets={"number": "0639980001"}))
        state, turn = engine.advance(book(), state, learned, at_ten())
        facts += turn.facts
    return turn, any(isinstance(fact, CallbackRequested) for fact in facts)


def at_ten() -> Context:
    return Context(at(MONDAY_MORNING)(), MONDAY_MORNING[:10])
