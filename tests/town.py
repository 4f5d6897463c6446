"""The directory of the whole conversations: a few places in real départements; names and numbers are made up."""

from ivr.app import Parts
from tests.store.places import lies, put

WEEK = {str(day): [["08:30", "12:00"], ["13:30", "16:30"]] for day in range(1, 6)}
SHORT = {"1": [["09:00", "12:00"]], "4": [["14:00", "18:00"]]}
PARIS_11 = "75111"


def build(joined: Parts) -> None:
    """In Paris a CPAM with hours, a CAF to which one writes, an MSA of which little is known, two France services."""
    with joined.database.transaction() as tx:
        if tx.connection.exec_driver_sql("SELECT count(*) FROM commune_points").scalar_one():
            return  # a second conversation in the same house
        lies(tx, PARIS_11, 48.859, 2.379)
        paris = {"departement": "75", "city": "Paris", "postal_code": "75011"}
        put(tx, kind="cpam", name="CPAM de Paris", visit=True, hours=WEEK, phone="0199001111", **paris)
        put(tx, kind="caf", name="CAF de Paris", visit=False, phone="0199001112", **paris)
        put(tx, kind="msa", name="MSA", **paris)
        first, second = (48.860, 2.380), (48.862, 2.384)
        put(tx, kind="france_services", name="France services Un", visit=True, hours=WEEK, at=first, **paris)
        put(tx, kind="france_services", name="France services Deux", visit=True, hours=SHORT, at=second, **paris)
        court = {"kind": "tribunal_administratif", "name": "Tribunal administratif de Paris", "visit": True}
        put(tx, ["d:75"], hours=WEEK, phone="0199001113", **court, **paris)
        for departement, city in (("2A", "Ajaccio"), ("2B", "Bastia")):
            put(tx, kind="prefecture", name=f"Préfecture, {city}", visit=True, departement=departement, city=city)
