"""A short one of the long test: `make soak PART=claims` lets 20 aidants claim 500 requests from four processes."""

from tests.soak import desk_claims
from tests.soak.desk_claims import Plan


def test_aidants_who_claim_at_once_from_two_processes_get_each_request_once(url: str) -> None:
    assert desk_claims.soak(url, Plan(seed=5, requests=60, aidants=8, processes=2), print) == []
