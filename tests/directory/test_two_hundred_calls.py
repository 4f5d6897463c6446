"""Two hundred people ring, in each language: what is spoken, and the message that is sent, are of the right office.

The judge (`judge.py`) finds the right answer by itself. A call goes through the one door of every channel, from the
menu that offers the address; the messages go to the stand-in for the telephone company.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import pytest

from ivr.actions import jobs
from ivr.actions.calls import Answer
from ivr.actions.jobs import Board
from ivr.actions.knowledge import Line
from ivr.actions.sealing import open_payload, token
from ivr.app import Parts
from ivr.directory import communes
from ivr.engine.inputs import Input, Pressed, StayedSilent
from ivr.engine.menu import Goto, Menu
from ivr.engine.turn import Prompt, Speech
from ivr.numbers import understand
from ivr.release.release import Release
from ivr.store import calls as stored
from tests.directory import judge
from tests.directory.judge import Home, Told
from tests.directory.shared import needs_shared
from tests.directory.test_two_hundred import MONDAY
from tests.doubles.carrier import Carrier
from tests.helpline import ACCOUNT, NUMBER, TOKEN, helpline

pytestmark = needs_shared

CASES = {"referral.place.visit": "visit", "referral.place.write": "write", "referral.place.address": "address"}
KNOWN = "referral.menu"
UNKNOWN = ("referral.none", "referral.nowhere")
MOST_STEPS = 25


@dataclass
class House:
    """A helpline with all of the shared addresses, and the company that takes its messages."""

    parts: Parts
    company: Carrier
    numbers: Iterator[int]

    @property
    def release(self) -> Release:
        return self.parts.shelf.current()

    def doors(self) -> dict[str, tuple[str, str]]:
        """Each office that menus know: a menu and the key that leads to its address."""
        nodes = self.release.book.nodes
        offices = {
            node.id: dict(node.values)["office"]
            for node in nodes.values()
            if isinstance(node, Goto) and "office" in dict(node.values)
        }
        return {
            offices[option.to]: (menu.id, option.key)
            for menu in nodes.values()
            if isinstance(menu, Menu)
            for option in menu.options
            if option.to in offices
        }

    def works(self) -> None:
        board = Board(self.parts.database, self.parts.kinds, self.parts.clock)
        while (held := jobs.take(board, uuid4().hex)) is not None:
            jobs.record(board, held, jobs.perform(board, held))

    def sent(self) -> list[dict[str, str]]:
        return [dict(message) for message in self.company.kept["Messages"].values()]


@pytest.fixture(scope="module")
def house(all_places: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("calls")
    (folder / "data").mkdir()
    shutil.copy(all_places, folder / "data" / "hamrah.db")
    with Carrier(account_sid=ACCOUNT, auth_token=TOKEN) as company:
        company.add_number(NUMBER)
        more = {"IVR_SMS_FROM": "Bonjour", "TWILIO_API_URL": company.url, "IVR_MOST_TEXTS": "9"}
        parts = helpline(folder, clock=MONDAY.timestamp, TWILIO_NUMBER=NUMBER, **more)
        yield House(parts, company, iter(range(10_000)))
        parts.database.dispose()


@dataclass
class Caller:
    """Somebody who does what they are told, and writes down what they hear."""

    house: House
    language: str
    line: Line
    answer: Answer
    spoken: list[str] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)

    @classmethod
    def rings(cls, house: House, language: str) -> "Caller":
        n = next(house.numbers)
        number = understand(f"+3363998{n:04}", production=False)
        line = Line(f"CAof{n}", "twilio", f"CAof{n}", number)
        answer = house.parts.calls.arrive(line, texting=True)
        key = str(house.release.book.languages.index(language) + 1)
        return cls(house, language, line, house.parts.calls.answer(line, answer.n, answer.token, Pressed(key)))

    @property
    def secrets(self) -> dict[str, str]:
        with self.house.parts.database.reading() as tx:
            kept = stored.latest(tx, self.line.call_id)
        assert kept is not None
        return dict(open_payload(self.line.call_id, kept.n, kept.payload)[0].state.secrets)

    def stands_at(self, node: str) -> None:
        """As if they had come here by keys; the way from the main menu is not what is judged."""
        with self.house.parts.database.reading() as tx:
            kept = stored.latest(tx, self.line.call_id)
        assert kept is not None
        place, _ = open_payload(self.line.call_id, kept.n, kept.payload)
        there = replace(place, state=replace(place.state, node=node, page=0))
        self.answer = replace(self.answer, token=token(self.house.parts.database.keyring, there))

    def does(self, input: Input) -> None:
        self.answer = self.house.parts.calls.answer(self.line, self.answer.n, self.answer.token, input)
        pieces = self.answer.turn.pieces
        self.spoken += [piece.text for piece in pieces if isinstance(piece, Speech)]
        mine = [piece for piece in pieces if isinstance(piece, Prompt)]
        assert {piece.language for piece in mine} <= {self.language}
        self.prompts += [piece.id for piece in mine]

    def asks(self, door: tuple[str, str], code: str) -> None:
        """Where is it? They key their code, say yes, choose the first name, and listen."""
        self.stands_at(door[0])
        self.does(Pressed(door[1]))
        for _ in range(MOST_STEPS):
            node = self.answer.turn.node
            if node == KNOWN or node in UNKNOWN:
                return
            if node.startswith("referral.code"):
                self.does(Pressed(f"{code}#"))
                self.does(Pressed("1"))
            elif node.startswith("referral.which"):
                self.does(Pressed("1"))
            else:
                self.does(StayedSilent())
        raise AssertionError(f"{code}: still at {self.answer.turn.node}")

    def lives(self) -> Home:
        """Where the helpline thinks that they live."""
        kind, where = self.secrets["area"].split(":")
        return Home(where) if kind == "d" else Home(communes.load().by_insee[where].departement, where)

    def was_told(self) -> Told | None:
        """What was spoken, not what is stored: the name and address by the voice that reads them."""
        if self.answer.turn.node != KNOWN:
            return None
        name, address = self.spoken[-2:]
        case = next(CASES[prompt] for prompt in reversed(self.prompts) if prompt in CASES)
        phone = self.secrets.get("place_phone", "")
        return Told(case, name, address, phone, "referral.place.sure" in self.prompts)

    def wants_it_sent(self) -> None:
        """Key 7: the phone is theirs, and yes."""
        for keys in ("7", "1", "1"):
            self.does(Pressed(keys))
        assert "text.sent" in self.prompts


@pytest.mark.parametrize("shift", [0, 1])
def test_what_is_spoken_and_sent_is_the_right_office_or_an_honest_not_known(house: House, shift: int) -> None:
    language, doors = house.release.book.languages[shift], house.doors()
    offices = [office for office in judge.OFFICES if office in doors]
    before, mistakes, promised = len(house.sent()), list[str](), list[Told]()
    for nth, code in enumerate(judge.two_hundred()):
        office = offices[(nth + 5 * shift) % len(offices)]
        caller = Caller.rings(house, language)
        caller.asks(doors[office], code)
        told = caller.was_told()
        homes = [caller.lives()] if "referral.which" in caller.prompts else None
        for home in homes or judge.homes(code):
            if said := judge.verdict(judge.right(home, office, MONDAY), told):
                mistakes.append(f"{code} {office} {home}: {said}")
        if told is not None:
            caller.wants_it_sent()
            promised.append(told)
        else:
            assert caller.answer.turn.node in UNKNOWN
    assert mistakes == [], "\n".join(mistakes)
    house.works()
    bodies = [message["body"] for message in house.sent()[before:]]
    assert len(bodies) == len(promised) > 90
    for told, body in zip(promised, bodies, strict=True):
        assert told.name in body
        assert told.address in body
        assert told.case != "write" or "openstreetmap" not in body
