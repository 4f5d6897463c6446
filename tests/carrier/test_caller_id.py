"""The number that people see when the helpline calls: what `ivr check` says of it."""

from pathlib import Path

import pytest

from ivr import preflight
from ivr.app import Parts, parts
from ivr.carrier.caller_id import caller_id_problem
from ivr.carrier.twilio import Account, Numbers, Webhooks
from ivr.settings import load
from tests.carrier.conftest import OURS, PUBLIC
from tests.doubles.carrier import Carrier

KINDS = {"mobile": "one person with a mobile phone", "foreign": "is foreign", "premium": "usual price", "none": "whole"}


@pytest.mark.parametrize("number", ["+33145000000", "+33245000000", "+33345000000", "+33445000000", "+33545000000"])
@pytest.mark.parametrize("production", [True, False])
def test_a_number_of_the_regions_may_be_shown(number: str, production: bool) -> None:
    assert caller_id_problem(number, production) is None


@pytest.mark.parametrize("number", ["+33972000000", "+33162000000", "+33948000000", "+262262000000"])
def test_a_09_a_verified_and_an_overseas_number_may_be_shown(number: str) -> None:
    assert caller_id_problem(number, production=True) is None


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("+33612345678", "mobile"),
        ("+33756789012", "mobile"),
        ("+262692123456", "mobile"),
        ("+33639980001", "none"),  # of fiction
        ("+4930123456", "foreign"),
        ("+12015550123", "foreign"),
        ("+33899123456", "premium"),
        ("+33800123456", "premium"),
        ("0145000000", "none"),
        ("+333646", "none"),
        ("+33", "none"),
        ("", "none"),
        ("anonymous", "none"),
    ],
)
def test_every_other_number_has_its_problem(number: str, kind: str) -> None:
    problem = caller_id_problem(number, production=True)
    assert problem is not None
    assert KINDS[kind] in problem
    assert len(number) < 4 or number not in problem


def joined(folder: Path, company: Carrier, **given: str) -> Parts:
    environ = {
        "IVR_DATA_DIR": str(folder),
        "IVR_PUBLIC_URL": PUBLIC,
        "TWILIO_ACCOUNT_SID": company.account_sid,
        "TWILIO_AUTH_TOKEN": company.auth_token,
        "TWILIO_API_URL": company.url,
        "TWILIO_NUMBER": OURS,
        **given,
    }
    return parts(load(environ))


@pytest.mark.parametrize(
    ("number", "line"),
    [
        (OURS, "      ok  caller id: TWILIO_NUMBER may be shown"),
        ("+33639980001", "    note  TWILIO_NUMBER begins with 06 or 07"),
        ("+4930123456", "    note  TWILIO_NUMBER is foreign"),
    ],
)
def test_the_report_warns_of_the_number_and_asks_nobody(
    company: Carrier, tmp_path: Path, number: str, line: str
) -> None:
    report = [str(line) for line in preflight.settings_report(joined(tmp_path, company, TWILIO_NUMBER=number))]
    assert [said for said in report if said.startswith(line)]
    assert number not in str(report)
    assert not company.log


def online(folder: Path, company: Carrier, **given: str) -> list[tuple[str, str]]:
    return [(line.mark, line.text) for line in preflight.online_report(joined(folder, company, **given))]


def test_the_company_says_whether_the_number_is_rented_and_where_it_leads(company: Carrier, tmp_path: Path) -> None:
    rented, elsewhere = online(tmp_path, company)
    assert (rented[0], elsewhere[0]) == ("ok", "note")
    assert "ivr twilio setup" in elsewhere[1]
    webhooks = Webhooks(f"{PUBLIC}/twilio/voice", f"{PUBLIC}/twilio/fallback", f"{PUBLIC}/twilio/status")
    Numbers(Account(company.account_sid, company.auth_token, company.url)).set_webhooks(OURS, webhooks)
    company.log.clear()
    assert [mark for mark, _ in online(tmp_path, company)] == ["ok", "ok"]
    assert {asked.method for asked in company.log} == {"GET"}


@pytest.mark.parametrize("given", [{"TWILIO_NUMBER": "+33199000002"}, {"TWILIO_AUTH_TOKEN": "not-the-secret"}])
def test_a_number_that_is_not_ours_is_wrong(company: Carrier, tmp_path: Path, given: dict[str, str]) -> None:
    [(mark, text)] = online(tmp_path, company, **given)
    assert mark == "wrong"
    assert not set(given.values()) & set(text.split())


def test_a_company_that_is_away_leaves_it_open(company: Carrier, tmp_path: Path) -> None:
    company.fail_next("503")
    [(mark, text)] = online(tmp_path, company)
    assert (mark, "not known" in text) == ("note", True)


def test_without_an_account_nobody_is_asked(company: Carrier, tmp_path: Path) -> None:
    [(mark, _)] = online(tmp_path, company, TWILIO_ACCOUNT_SID="")
    assert mark == "missing"
    assert not company.log
