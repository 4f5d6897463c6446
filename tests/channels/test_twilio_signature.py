"""Our check of a signature says what the vendor's says; and the well-known vector."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from ivr.channels.twilio.signature import Signature
from tests.doubles.signer import signature

TOKEN = "12345"
FORMS = st.dictionaries(st.text(max_size=8), st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=5)


class Form(dict[str, list[str]]):
    """What the vendor's validator wants: names, and every value of each by getlist."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def test_the_well_known_vector_fits() -> None:
    # B2: "token `12345`, `https://mycompany.com/myapp.php?foo=1&bar=2` → `RSOYDt4T1cUTdK1PDd93/VVr8B8=`"
    fields = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+14158675309"],
        "Digits": ["1234"],
        "From": ["+14158675309"],
        "To": ["+18005551212"],
    }
    check = Signature(TOKEN, "https://mycompany.com")
    assert check.fits("/myapp.php?foo=1&bar=2", fields, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert not check.fits("/myapp.php?foo=1&bar=2", {**fields, "Digits": ["1235"]}, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")


@pytest.mark.parametrize("base", ["https://help.example", "https://help.example:443", "https://help.example:8443"])
@pytest.mark.parametrize("signed", ["https://help.example", "https://help.example:443", "https://help.example:8443"])
def test_an_address_fits_with_and_without_its_port(base: str, signed: str) -> None:
    # B2: "Validator accepts URL with or without :443/:80."
    given_ = signature(TOKEN, f"{signed}/x?y=1")
    ours = Signature(TOKEN, base).fits("/x?y=1", {}, given_)
    assert ours == RequestValidator(TOKEN).validate(f"{base}/x?y=1", {}, given_)


@given(FORMS, st.sampled_from(["/x", "/x?y=1&z=%C3%A9"]), st.booleans())
def test_any_form_is_judged_as_the_vendor_judges_it(form: dict[str, list[str]], target: str, spoilt: bool) -> None:
    pairs = [(name, value) for name, values in form.items() for value in values]
    made = signature(TOKEN, f"https://help.example{target}", [*pairs, *([("more", "1")] if spoilt else [])])
    ours = Signature(TOKEN, "https://help.example").fits(target, form, made)
    assert ours == RequestValidator(TOKEN).validate(f"https://help.example{target}", Form(form), made)
    assert ours is not (spoilt and "1" not in form.get("more", []))


@pytest.mark.parametrize("made", ["", "é", "\xff", "=" * 5000, "RSOYDt4T1cUTdK1PDd93/VVr8B8"])
def test_what_is_no_signature_does_not_fit(made: str) -> None:
    assert not Signature(TOKEN, "https://help.example").fits("/x", {}, made)
