"""What is said to somebody who records by telephone: every language has all of it."""

from ivr.engine import booth
from ivr.engine.check import check
from ivr.engine.content import prompt_keys, spoken_prompts
from ivr.release.parse import parse
from tests.engine.books import content, raw


def test_a_language_that_cannot_say_one_of_the_words_is_refused() -> None:
    assert set(booth.ALL) <= set(spoken_prompts(content()))
    data = raw()
    del data["languages"]["aa"]["texts"][booth.PIN]
    (mistake,) = [one for one in check(parse(data), "2026-11-23") if not one.warning]
    assert (mistake.language, mistake.what) == ("aa", f"no text `{booth.PIN}`")


def test_the_words_that_ask_for_a_key_name_it() -> None:
    keys = prompt_keys(content())
    assert {prompt: keys[prompt] for prompt in booth.KEYS} == {prompt: {key} for prompt, key in booth.KEYS.items()}
    assert [booth.KEYS[prompt] for prompt in booth.CHOICE] == ["1", "2", "3", "9"]
