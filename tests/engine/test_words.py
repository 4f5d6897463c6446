"""Sentences are compared in one form of every letter and digit."""

import pytest

from ivr.engine.words import plain

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
    ("l’été", "l'ete"),
    ("l\u02bcété", "L'ÉTÉ"),
    ("qu’est-ce que c’est ?", "qu est ce que c est"),
    ("j'ai", "j’ ai"),
    ("Où", "ou"),
    ("à l'aide", "A L’AIDE"),
    ("noël", "NOE\u0308L"),
    ("ﬁn", "fin"),
    ("co\u00adopérer", "cooperer"),
    ("ex\u00a0æquo", "ex aequo"),
    ("نمي\u200cدانم", "نمی دانم"),
    ("زبانِ دری", "زبان دری"),
    ("نُه", "نه"),
    ("تأیید", "تایید"),
    ("شیء", "شی"),
    ("جزئی", "جزیی"),
    ("ہاں", "هاں"),
    ("ھفت", "هفت"),
    ("ڪارت", "كارت"),
    ("ﻛﺎﺭﺕ", "کارت"),
    ("چارې", "چاری"),
    ("\u200fبلی\u200e", "بلی"),
    ("\ufeffبلی\u2060", "بلی"),
    ("۰۶ ۳۹", "06 39"),
    ("٠٦", "۰۶"),
    ("①", "1"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_forms_that_sound_the_same_are_the_same(one, other):
    assert plain(one) == plain(other) != ""


@pytest.mark.parametrize(("one", "other"), [("oui", "ouie"), ("دو", "ده"), ("12", "21"), ("un deux", "undeux")])
def test_words_that_differ_stay_different(one, other):
    assert plain(one) != plain(other)


def test_nothing_is_left_of_signs_alone():
    assert plain(" … — ! \u200c") == ""
