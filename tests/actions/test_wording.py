"""Admins' texts: versions over texts.yaml that keep its rules; of two authors the second is told."""

from typing import Any

import pytest

from ivr.actions import studio as shared
from ivr.actions import wording
from ivr.actions.refusals import Reason, Refused
from ivr.actions.wording import BadText
from ivr.store import audit, wordings
from tests.actions import folders
from tests.actions.studios import House

OPTION = "main.one"
"""The prompt of a menu's option."""
GOOD = {"full": "Welcome. Press {key}.", "short": "Press {key}."}


def versions(house: House, prompt: str = "main") -> list[Any]:
    with house.parts.database.reading() as tx:
        return [version.entry for version in wordings.of_prompt(tx, "aa", prompt)]


def test_an_edit_is_a_version_that_nobody_hears_yet_and_recordings_are_made_for_it(house: House) -> None:
    before = house.words()
    house.write({"full": " Welcome. ", "short": "", "tts": {"full": "Well come", "short": " "}})
    assert versions(house) == [{"full": "Welcome.", "tts": {"full": "Well come"}}]
    assert house.words() == before
    assert house.take(house.receive()).text == "Welcome."
    with house.parts.database.reading() as tx:
        (row,) = audit.page(tx, audit.Filter(what="wording-written"), 10)
        found = wordings.of_prompt(tx, "aa", "main")[0]
    assert row.details == {"language": "aa", "prompt": "main"}
    assert found.under == shared.files(house.studio)["languages"]["aa"]["texts"]["main"]


def test_of_two_authors_the_second_is_told_and_nothing_is_overwritten(house: House) -> None:
    first = house.write({"full": "One."})
    with pytest.raises(Refused) as refused:
        house.write({"full": "Two."})
    assert refused.value.reason is Reason.EDITED_MEANWHILE
    assert versions(house) == [{"full": "One."}]
    house.write({"full": "Two."}, first)
    assert versions(house) == [{"full": "Two."}, {"full": "One."}]


def test_who_is_overtaken_between_the_check_and_the_keeping_is_told(house: House) -> None:
    late = wording.checked(house.studio, ("aa", "main"), wording.Edit({"full": "Two."}, 0))
    house.write({"full": "One."})
    with pytest.raises(Refused) as refused, house.parts.database.transaction() as tx:
        wording.write(tx, late, house.by())
    assert (refused.value.reason, versions(house)) == (Reason.EDITED_MEANWHILE, [{"full": "One."}])


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ({"full": "No key is named."}, "does not name the key"),
        ({"full": "Press {key}.", "short": "Press."}, "does not name the key"),
        ({"full": "Press {key} for {price}."}, "{price} is neither a key here nor a value"),
        ({"full": "Press {key}.", "facts": ["no-such-fact"]}, "`no-such-fact`, which does not exist"),
        ({"full": " ", "short": "Press {key}."}, "must be words, or a mapping with `full`"),
        ({"full": "Press {key}.", "loud": "PRESS"}, "unknown field `loud`"),
    ],
)
def test_a_text_that_breaks_a_rule_is_refused_and_changes_nothing(
    house: House, entry: dict[str, Any], what: str
) -> None:
    with pytest.raises(BadText) as refused:
        house.write(entry, prompt=OPTION)
    assert refused.value.reason is Reason.BAD_TEXT
    assert any(what in sentence for sentence in refused.value.sentences), refused.value.sentences
    assert versions(house, OPTION) == []


def test_mistakes_of_others_do_not_stop_an_edit(house: House) -> None:
    content = folders.small()
    content["languages"]["aa"]["texts"]["start"] = {"full": "{nothing}"}
    folders.write(house.studio.folders.menus.parent, content)
    house.write(GOOD, prompt=OPTION)


@pytest.mark.parametrize("spot", [("aa", "unheard-of"), ("zz", "main")])
def test_only_texts_of_the_files_are_edited(house: House, spot: tuple[str, str]) -> None:
    with pytest.raises(Refused) as refused:
        wording.checked(house.studio, spot, wording.Edit({"full": "x"}, 0))
    assert refused.value.reason is Reason.NO_SUCH_PROMPT
