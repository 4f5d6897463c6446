"""A directory for the tests in a browser: invented offices in real towns, brought in by the real importer."""

from pathlib import Path

from ivr.actions import directory, proposing
from ivr.actions.audit import Actor, Deed
from ivr.actions.importing import Importer, Outcome, run
from ivr.actions.importing_source import wish
from ivr.actions.proposing import Idea
from ivr.store import given, imports, place_list, places
from ivr.store.database import Transaction
from ivr.store.given import NewGiven
from ivr.store.place_list import Wanted
from tests.browser.conftest import Office
from tests.directory.formats import plain_csv
from tests.web import callers

SET = "offices-of-the-test"
WEEK = "lundi: 09:00 - 12:00 / 14:00 - 17:00; mardi: 09:00 - 12:00; jeudi: 09:00 - 17:00; vendredi: 09:00 - 12:00"
TOWNS = (
    ("75012", "Paris", "75", 48.8402, 2.3876),
    ("75018", "Paris", "75", 48.8925, 2.3444),
    ("75020", "Paris", "75", 48.8630, 2.4010),
    ("93200", "Saint-Denis", "93", 48.9362, 2.3574),
    ("69003", "Lyon", "69", 45.7597, 4.8560),
    ("13001", "Marseille", "13", 43.2999, 5.3829),
    ("31000", "Toulouse", "31", 43.6047, 1.4442),
    ("59000", "Lille", "59", 50.6292, 3.0573),
    ("67000", "Strasbourg", "67", 48.5734, 7.7521),
    ("33000", "Bordeaux", "33", 44.8378, -0.5792),
    ("35000", "Rennes", "35", 48.1173, -1.6778),
    ("44000", "Nantes", "44", 47.2184, -1.5536),
    ("06000", "Nice", "06", 43.7102, 7.2620),
    ("38000", "Grenoble", "38", 45.1885, 5.7245),
    ("29200", "Brest", "29", 48.3904, -4.4861),
    ("63000", "Clermont-Ferrand", "63", 45.7772, 3.0870),
    ("20000", "Ajaccio", "2A", 41.9192, 8.7386),
    ("97400", "Saint-Denis", "974", -20.8789, 55.4481),
    ("97300", "Cayenne", "973", 4.9224, -52.3135),
    ("97100", "Basse-Terre", "971", 15.9985, -61.7256),
    ("97600", "Mamoudzou", "976", -12.7806, 45.2278),
)


def table(streets: dict[str, str] | None = None, without: str = "") -> bytes:
    """The set as its source publishes it: a CPAM and a France services in every town; `streets` by the source's id."""
    rows = []
    for n, (code, town, departement, lat, lon) in enumerate(TOWNS):
        for kind, name, aside in (("cpam", "CPAM", 0.0), ("france_services", "France services", 0.012)):
            id = f"{kind}-{code}"
            letters = kind == "cpam" and n % 5 == 4
            rows.append(
                {
                    "kind": kind,
                    "name": f"{name} {town}",
                    "address_1": (streets or {}).get(id, f"{n + 3} rue de l’Essai"),
                    "postal_code": code,
                    "city": town,
                    "departement": departement,
                    "lat": f"{lat + aside:.4f}" if not letters else "",
                    "lon": f"{lon + aside:.4f}" if not letters else "",
                    "phone": "01 99 00 12 34",
                    "opening_hours": WEEK if kind == "france_services" else "",
                    "visit": "no" if letters else "yes",
                    "source_id": id,
                    "source_date": "2026-09-13",
                    "licence": "Licence Ouverte 2.0",
                }
            )
    return plain_csv([row for row in rows if row["source_id"] != without])


def deliver(office: Office, folder: Path, data: bytes) -> Outcome:
    """The set arrives, and is imported as `ivr directory import` does."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "set.csv").write_bytes(data)
    importer = Importer(office.joined.database, folder / "work", lambda: "2026-11-23", office.clock)
    return run(importer, wish(str(folder / "set.csv"), None, SET))


def place(office: Office, words: str) -> int:
    """The id of the first place that these words find."""
    with office.joined.database.reading() as tx:
        return place_list.search(tx, Wanted(words)).rows[0].id


def fill(office: Office, folder: Path) -> dict[str, int]:
    """Everything that these pages can show, by what it is."""
    assert deliver(office, folder, table()).state == imports.DONE
    ids = {"moved": place(office, "cpam lyon"), "lost": place(office, "france services lille")}
    ids["proposed"] = place(office, "france services brest")
    request = callers.asks(office.joined, minutes=40, caller=callers.number(1824))
    ids["card"] = callers.claimed(office.joined, request, office.ids["aidant"])
    call, now = callers.found(office.joined, request).call_id, office.clock()
    admin, aidant = (Deed(Actor(office.ids[role]), now - 86_400) for role in ("admin", "aidant"))
    with office.joined.database.transaction() as tx:
        for name, wanted in (("moved", "cpam"), ("lost", "digital_help")):
            given.add(tx, NewGiven(call, ids[name], wanted, now - 2400))
        directory.correct(
            tx, ids["moved"], {"street": "276 cours de l’Essai", "visit": True}, seen(tx, ids["moved"]), admin
        )
        directory.verify(tx, ids["proposed"], seen(tx, ids["proposed"]), admin)
        why = "یک نفر رفته بود: دفتر به سرک دیگر کوچ کرده است."
        proposing.propose(tx, ids["proposed"], Idea({"street": "12 rue Neuve"}, why, seen(tx, ids["proposed"])), aidant)
    deliver(office, folder, table({"cpam-69003": "1 place du Déménagement"}, without="france_services-59000"))
    return ids


def seen(tx: Transaction, id: int) -> float:
    """When a place was changed last, as its form says."""
    return places.of_ids(tx, [id])[id].changed_at
