"""Sentences are compared in one form of every letter and digit."""

import pytest

from ivr.engine.words import choose, plain

SAME = [
    ("Oui !", "oui"),
    ("ÇA  VA", "ca va"),
    ("d’accord", "d'accord"),
    ("Rendez-vous", "rendez vous"),
    ("cœur", "coeur"),
    ("récépissé", "RÉCÉPISSÉ"),
    ("e\u0301te\u0301", "été"),
    ("كارت", "کارت"),
    ("فارسي", "فارسی"),
    ("موسى", "موسی"),
    ("آب", "اب"),
    ("ا\u0653ب", "اب"),
    ("أین", "این"),
    ("مسؤول", "مسوول"),
    ("اداره\u200cها", "اداره ها"),
    ("مدرسة", "مدرسه"),
    ("خانۀ", "خانه"),
    ("کـــارت", "کارت"),
    ("کِتاب", "کتاب"),
    ("۱۲۳", "123"),
    ("١٢٣", "123"),
    ("１２", "12"),
    ("سؤال؟", "سوال"),
    ("بلی، درست است", "بلی درست است"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_forms_that_sound_the_same_are_the_same(one, other):
    assert plain(one) == plain(other) != ""


@pytest.mark.parametrize(("one", "other"), [("oui", "ouie"), ("دو", "ده"), ("12", "21"), ("un deux", "undeux")])
def test_words_that_differ_stay_different(one, other):
    assert plain(one) != plain(other)


def test_one_way_that_fits_is_chosen():
    assert choose(" Oui. ", {"yes": ["oui", "ouais"], "no": ["non"]}) == "yes"


def test_two_ways_of_the_same_option_are_one_choice():
    assert choose("oui", {"yes": ["oui", "Oui"]}) == "yes"


@pytest.mark.parametrize("said", ["oui", "", "…", "peut-être"])
def test_nothing_is_chosen_by_what_means_two_things_or_none(said):
    assert choose(said, {"yes": ["oui", "…"], "sure": ["oui"]}) is None
