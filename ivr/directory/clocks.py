"""What time it is there: overseas, "today" and "open" are not those of Paris."""

from collections.abc import Mapping

ZONES: Mapping[str, str] = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
}
"""Of the overseas départements and territories; all others have the time of Paris."""
PARIS = "Europe/Paris"


def zone_of(departement: str | None) -> str:
    """The name of a département's zone."""
    return ZONES.get(departement or "", PARIS)
