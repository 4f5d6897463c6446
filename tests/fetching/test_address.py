"""What is shown of an address holds no secret."""

import pytest

from ivr.fetching.address import public


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://a.example/x.csv", "https://a.example/x.csv"),
        ("https://me:hush@a.example:8443/x.csv", "https://a.example:8443/x.csv"),
        ("https://a.example/x.csv?token=hush&day=1", "https://a.example/x.csv?…"),
        ("https://a.example/x.csv#hush", "https://a.example/x.csv"),
        ("https://hush@a.example?hush", "https://a.example?…"),
        ("https://me:hu/sh@a.example/x.csv", "an address"),
        ("https://me:hu?sh@a.example/x.csv", "an address"),
        ("http://[::1", "an address"),
    ],
)
def test_who_asks_and_what_is_asked_are_left_out(address: str, said: str) -> None:
    assert public(address) == said
