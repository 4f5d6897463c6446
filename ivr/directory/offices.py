"""The offices that a menu can ask for: of which kinds their places are, and how the right one is found."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ivr.directory import record


class Rule(StrEnum):
    """How the right place is found."""

    COMPETENT = "competent"  # only where it is known for whom a place is competent
    DEPARTEMENT = "departement"  # the same, else in the caller's département
    NEAREST = "nearest"  # in the caller's département, nobody is sent to just one


@dataclass(frozen=True, slots=True)
class Office:
    """`soonest`: of the near ones, what opens about now first. `of_another`: asked for where another one lived.

    `sole`: each département has exactly one, which is everybody's there.
    """

    id: str
    kinds: tuple[str, ...]
    rule: Rule
    soonest: bool = False
    of_another: bool = False
    sole: bool = False


KINDS = tuple(sorted(record.KINDS))
"""Every kind of place."""

# A sous-préfecture is in no office: it is not known which of them hand out what the préfecture does.
OFFICES: Mapping[str, Office] = {
    office.id: office
    for office in (
        Office("prefecture", ("prefecture",), Rule.DEPARTEMENT, sole=True),
        Office("cpam", ("cpam",), Rule.DEPARTEMENT),
        Office("caf", ("caf",), Rule.DEPARTEMENT),
        Office("msa", ("msa",), Rule.DEPARTEMENT),
        Office("carsat", ("carsat",), Rule.COMPETENT, of_another=True),  # that of a late husband or wife
        Office("court_admin", ("tribunal_administratif",), Rule.COMPETENT),
        Office("court", ("tribunal_judiciaire", "tribunal_proximite"), Rule.COMPETENT),
        Office("digital_help", ("france_services", "digital_help"), Rule.NEAREST, soonest=True),
        Office("ofii", ("ofii",), Rule.COMPETENT),
        Office("legal_aid", ("legal_aid",), Rule.NEAREST),
        Office("association", ("association",), Rule.NEAREST),
    )
}
