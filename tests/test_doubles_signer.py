"""The signer against the known vector and against the vendor's validator."""

import pytest
from twilio.request_validator import RequestValidator

from tests.doubles.signer import signature, websocket_signature

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"


class Multi(dict[str, list[str]]):
    """What the vendor's validator expects of a form with repeated names."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def test_the_well_known_vector_is_reproduced() -> None:
    # twilio.md B2: token `12345`, `https://mycompany.com/myapp.php?foo=1&bar=2` → `RSOYDt4T1cUTdK1PDd93/VVr8B8=`
    fields = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+14158675309"),
        ("Digits", "1234"),
        ("From", "+14158675309"),
        ("To", "+18005551212"),
    ]
    assert signature("12345", URL, fields) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    assert signature("12345", URL, reversed(fields)) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_repeated_names_are_signed_once_per_distinct_value_as_the_vendor_does() -> None:
    # B2: "for each sorted distinct POST name, for each sorted distinct value: name+value"
    fields = [("B", "z"), ("A", "سلام"), ("B", "a"), ("B", "z"), ("a", ""), ("Ab", "1")]
    form = Multi({"B": ["z", "a", "z"], "A": ["سلام"], "a": [""], "Ab": ["1"]})
    assert signature("t", URL, fields) == RequestValidator("t").compute_signature(URL, form)
    assert RequestValidator("t").validate(URL, form, signature("t", URL, fields))
    assert not RequestValidator("t").validate(URL, form, signature("other", URL, fields))


def test_the_fragment_is_not_signed() -> None:
    # B1: "Fragment is excluded from the signature."
    assert signature("t", f"{URL}#rc=2&rp=all") == signature("t", URL)


def test_a_stream_is_signed_over_wss_and_differs_from_https() -> None:
    # B2: "the URL must be `wss://…` — signing `https://` does not match"
    stream = websocket_signature("t", "wss://help.example/stream")
    assert stream == RequestValidator("t").compute_signature("wss://help.example/stream", {})
    assert stream != signature("t", "https://help.example/stream")


@pytest.mark.parametrize("url", ["https://h.example/s", "wss://h.example:443/s", "wss://h.example/s?token=1"])
def test_a_stream_url_that_twilio_would_not_sign_is_refused(url: str) -> None:
    # B2: "only the port-less form can match", "Stream URL query strings are not supported/stripped"
    with pytest.raises(ValueError, match="wss://"):
        websocket_signature("t", url)
