"""What a caller chose, in the words of the menus."""

import pytest

from ivr.engine.menu import Menu
from ivr.web import catalogues
from ivr.web.spoken import Answer, Teller, teller
from tests import helpline

PATH = ["welcome", "main", "online", "procedure", "procedure.account", "procedure.account-help", "person.noted-open"]


def told(page: str, *spoken: str) -> Teller:
    return teller(helpline.prepared().release.content, catalogues.languages()[page], spoken)


def test_the_way_through_the_menus_is_told_without_keys_and_without_answers() -> None:
    assert told("fr").path(PATH)[:2] == ["Internet", "Pas à pas"]
    assert told("fa_AF").path(PATH)[:2] == ["انترنت", "قدم به قدم"]
    assert not [word for word in told("fr").path(PATH) if "{" in word or "tapez" in word]


def test_how_they_asked_to_be_called_back_is_no_part_of_it() -> None:
    teller, tree = told("fr"), "person"
    menus = [node for node in teller.content.nodes.values() if node.tree == tree and isinstance(node, Menu)]
    answers = {node.remember: option.id for node in menus if node.remember for option in node.options}
    assert answers
    assert teller.answers(answers) == []
    assert teller.path(["main", *(node.id for node in menus)]) == []


def test_what_lies_behind_a_silent_node_was_chosen_too() -> None:
    way = ["main", "permit", "permit.menu", "permit.first-online", "permit.documents"]
    assert told("fr").path(way) == ["Titre de séjour", "Première carte", "Documents"]


def test_answers_are_told_with_their_question() -> None:
    answers = told("fr").answers({"knows_site": "yes", "has_account": "no"})
    assert answers == [
        Answer("Connaissez-vous le site de votre démarche ?", "Oui"),
        Answer("Avez-vous un compte qui marche avec FranceConnect ?", "Non, ou je ne sais pas"),
    ]


def test_a_value_of_a_fact_is_said_in_the_language() -> None:
    asked_in = ["main", "permit", "permit.card-refugee"]
    assert told("fr").answers({"status": "refugee"}, asked_in)[0].answer == "Carte de 10 ans"
    assert told("fa_AF").answers({"status": "refugee"}, asked_in)[0].answer == "کارتِ ۱۰ ساله"


def test_a_question_of_several_trees_is_told_as_it_was_asked() -> None:
    permit, nationality = (
        told("fr").answers({"status": "refugee"}, ["main", node]) for node in ("permit", "nationality.status")
    )
    assert permit[0].answer != nationality[0].answer


@pytest.mark.parametrize("given", [{"nothing": "yes"}, {"status": "nothing"}, {}])
def test_what_is_no_answer_to_a_question_of_today_is_left_out(given: dict[str, str]) -> None:
    assert told("fr").answers(given) == []
    assert told("fr").path(["no-such-node", *given]) == []


@pytest.mark.parametrize(
    ("page", "spoken", "tongue"),
    [("fr", (), "fr"), ("fa_AF", ("fr",), "fa"), ("en", ("fr",), "fr"), ("en", ("xx",), "fa"), ("en", (), "fa")],
)
def test_a_reader_gets_the_language_of_the_page_else_one_they_speak(
    page: str, spoken: tuple[str, ...], tongue: str
) -> None:
    assert told(page, *spoken).tongue.code == tongue


def test_a_topic_that_no_guide_names_is_called_what_its_own_option_is() -> None:
    assert told("fr").topic("nationality") == "Nationalité"
    assert told("fr").topic("weather") == "weather"
