"""What is said to an aidant's own phone: every language has all of it, and a name for every topic of the menus."""

from ivr.engine import desk
from ivr.engine.check import check
from ivr.engine.content import prompt_keys, spoken_prompts
from ivr.release.parse import parse
from tests.engine.books import content, raw

TALE = {"first": {"kind": "steps", "pages": ["tale.1"], "then": "main", "topic": "tale"}}
CHOICE = {"first": {"kind": "menu", "options": [{"key": 1, "id": "top", "to": "main", "topic": "choice"}]}}


def test_a_topic_of_a_node_an_option_or_the_other_language_has_a_name_that_can_be_said() -> None:
    for tree, topic in ((TALE, "tale"), (CHOICE, "choice")):
        made = content(tree)
        assert set(desk.topics(made.nodes.values())) == {topic, "tongue"}
        assert {f"desk.topic.{name}" for name in (topic, "tongue", "general")} <= set(spoken_prompts(made))


def test_a_topic_is_named_once() -> None:
    prompts = desk.prompts(content(TALE).nodes.values())
    assert sorted(prompts) == sorted(set(prompts))
    assert set(desk.DESK) <= set(prompts)


def test_a_language_that_cannot_say_a_topic_is_refused() -> None:
    data = raw(TALE)
    del data["languages"]["aa"]["texts"]["desk.topic.tale"]
    (mistake,) = [one for one in check(parse(data), "2026-11-23") if not one.warning]
    assert (mistake.language, mistake.what) == ("aa", "no text `desk.topic.tale`")


def test_a_whisper_says_what_it_is_about_and_whose_phone_it_is_before_the_key() -> None:
    assert desk.whisper("tale", safe=True) == ("desk.next", "desk.topic.tale", "desk.own", "desk.accept")
    assert desk.whisper("tale", safe=False)[2] == "desk.flagged"


def test_who_waits_on_the_line_is_announced_in_one_breath() -> None:
    assert desk.waits("tale") == ("desk.waits", "desk.topic.tale", "desk.take")


def test_the_prompts_that_ask_for_a_key_name_it() -> None:
    keys = prompt_keys(content(TALE))
    assert (keys["desk.accept"], keys["desk.test"], keys["desk.take"]) == ({"1"}, {"1"}, {"1"})
