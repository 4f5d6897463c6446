"""How texts are filled: with the word of a key, with the value of a fact, and as the placeholder voice reads them."""

from dataclasses import replace

import pytest

from ivr.engine.content import Fact, Tongue, book, filled, node_prompts, prompt_keys, say_value, spellings
from ivr.engine.turn import Variant
from tests.engine.books import MENU, content

FEE = {"says": "It costs this.", "source": "doc", "value": 50}


def tongue(**changes):
    """A language whose figures are letters."""
    keys = {str(n): f"key{n}" for n in range(10)}
    fields = {
        "code": "aa",
        "name": "A",
        "direction": "ltr",
        "order": 1,
        "digits": "abcdefghij",
        "group": 2,
        "keys": keys,
    }
    return Tongue(**(fields | {"pronounce": {}, "texts": {}, "words": {}} | changes))


def words(texts, **more):
    """The filled full wordings of some texts."""
    made = content(texts=texts, facts={"fee": FEE}, **more)
    return {id: text for (id, variant), text in filled(made, made.tongues[-1]).items() if variant is Variant.FULL}


def test_the_word_of_an_options_key_is_filled_in():
    assert words({"first.top": "press {key}"})["first.top"] == "press aa-key1"


def test_the_other_language_and_the_read_back_name_their_keys():
    texts = {"start.other": "{key}", "entry.right": "{key}", "entry.again": "{key}"}
    filled_in = words(texts)
    assert [filled_in[id] for id in texts] == ["aa-key6", "aa-key1", "aa-key2"]


def test_the_language_choice_names_the_key_of_its_own_language():
    assert words({"language.choose": "{key}"}, languages=("aa", "bb"))["language.choose"] == "bb-key2"


def test_a_key_that_no_menu_gives_is_filled_with_nothing():
    assert words({"first": "press {key}!"})["first"] == "press !"


def test_the_value_of_a_fact_is_filled_in_and_other_braces_stay():
    assert words({"first": {"full": "{fee} {size} {}", "facts": ["fee"]}})["first"] == "50 {size} {}"


@pytest.mark.parametrize(
    ("value", "speak", "group", "said"),
    [
        ("50", "number", 2, "fa"),
        ("2 h", "words", 2, "c h"),
        ("112", "digits", 2, "key1 key1 key2"),
        ("36 46", "digits", 4, "key3 key6 key4 key6"),
        (None, "number", 2, ""),
    ],
)
def test_a_value_is_written_in_the_figures_of_its_language_or_read_one_by_one(value, speak, group, said):
    assert say_value(Fact("f", "s", "d", value=value, speak=speak), tongue(group=group)) == said


def test_breaths_are_parted_by_the_comma_of_the_language():
    assert say_value(Fact("f", "s", "d", value="1122", speak="digits"), tongue(comma="،")) == "key1 key1، key2 key2"


def test_the_placeholder_voice_reads_its_own_spelling_where_there_is_one():
    made = content(
        texts={"first": {"full": "x {fee}", "tts": {"full": "ecks {fee}"}, "facts": ["fee"]}}, facts={"fee": FEE}
    )
    assert spellings(made, made.tongues[0])["first", Variant.FULL] == "ecks 50"
    assert filled(made, made.tongues[0])["first", Variant.FULL] == "x 50"


def test_names_are_pronounced_as_whole_words_the_longest_first():
    made = content(texts={"first": "the CAB, CABS and CAB CAR"})
    aa = tongue(pronounce={"CAB": "C A B", "CAB CAR": "cab and car"}, texts=made.tongues[0].texts)
    made = replace(made, tongues=(aa,))
    assert spellings(made, aa)["first", Variant.FULL] == "the C A B, CABS and cab and car"


def test_prompts_of_options_know_all_keys_that_offer_them():
    options = [{"key": k, "id": i, "to": "main", "prompt": "go"} for k, i in ((1, "a"), (2, "b"))]
    assert prompt_keys(content({"first": {"kind": "menu", "options": options}}))["go"] == {"1", "2"}


def test_every_prompt_that_a_node_can_say_is_known():
    made = content(
        {"first": {"kind": "steps", "say": ["s", {"digits": "x"}], "pages": ["p1", ["p2", "p3"]], "then": "main"}}
    )
    assert list(node_prompts(made.nodes["first"])) == ["s", "p1", "p2", "p3"]
    assert list(node_prompts(made.nodes["start"])) == ["start", "language.choose", "start.other"]


def test_a_language_is_found_by_its_code():
    made = content(languages=("aa", "bb"))
    assert made.tongue("bb") is made.tongues[1]
    with pytest.raises(KeyError):
        made.tongue("zz")


def test_a_book_knows_the_wordings_and_words_of_each_language():
    made = book(content({"first": MENU}, languages=("aa", "bb"), words={"top": ["up"]}, removed={"old": "first"}))
    assert made.languages == ("aa", "bb")
    assert made.variants["bb", "first"] == {Variant.FULL, Variant.SHORT}
    assert made.words["aa"]["top"] == ("up",)
    assert made.words["aa"]["global.person"] == ("aa person",)
    assert made.removed == {"old": "first"}
