"""What each key means where the call stands. Several keys at once mean the same as one after the other."""

from ivr.engine.menu import Entry, Language, Menu, Message, Only, Option, Placed, Say, Steps
from ivr.engine.moves import come_back, enter, listen, present
from ivr.engine.offering import say_offer
from ivr.engine.say import (
    ENTRY_AGAIN,
    ENTRY_HEARD,
    ENTRY_RIGHT,
    SILENCE,
    SPEECH,
    SPEECH_CONFIRM,
    TEXT_KEY,
    TEXT_OF,
    TOO_SHORT,
    WRONG_KEY,
)
from ivr.engine.turn import Ask, Ending, LanguageChosen, Result, Variant
from ivr.engine.walk import Walk

KEYS = frozenset("0123456789*#")
CONFIRM: Say = (
    *(ENTRY_HEARD, Placed("digits", "entry"), ENTRY_RIGHT, ENTRY_AGAIN),
    Only(SPEECH, (SPEECH_CONFIRM,)),
)
"""How digits are read back; they stand among the secrets as `entry`."""


def press(walk: Walk, keys: str) -> Ending:
    """Presses `keys` one by one; what comes behind an open Ask waits for its answer; unknown signs mean nothing."""
    ending: Ending = listen(walk)
    known = known_keys(keys)
    if not known:
        walk.inputs += 1
    for place, key in enumerate(known):
        walk.said.clear()
        walk.result = Result.REACHED
        if walk.inputs >= walk.book.limits.inputs:
            return walk.over_limit()
        walk.inputs += 1
        walk.heard = True
        ending = _press_one(walk, key)
        if isinstance(ending, Ask):
            walk.ahead = known[place + 1 :]
            return ending
        if walk.ended:
            return ending
    return ending


def known_keys(keys: str) -> str:
    """What is left of `keys` without signs that no phone has."""
    return "".join(key for key in keys if key in KEYS)


def _press_one(walk: Walk, key: str) -> Ending:
    starred, walk.starred = walk.starred, False
    filled, walk.filled = walk.filled, False
    if key != "9":  # what was said is not asked back any more: keys mean what they mean in the menu
        walk.offered = ""
    if starred and key == "0":
        return to_person(walk)
    if filled and key == "#":
        return again(walk)
    if isinstance(walk.node, Entry) and not walk.confirming:
        return _key_in_entry(walk, key)
    return command(walk, key)


def command(walk: Walk, key: str) -> Ending:
    """What a key means where no digits are keyed, and what its word means everywhere."""
    match key:
        case "0":
            return to_person(walk)
        case "9":
            return again(walk)
        case "*":
            return back(walk)
        case "#":
            return to_main(walk)
        case _ if key == TEXT_KEY and walk.offers_text():
            return to_text(walk)
        case _:
            return _choose(walk, key)


def to_person(walk: Walk) -> Ending:
    """Key 0: a person, from anywhere."""
    walk.leave()
    walk.result = Result.CHOSE
    return enter(walk, walk.book.roles.person)


def to_text(walk: Walk) -> Ending:
    """Key 7: what is told here by text message; behind that the call comes back here."""
    assert walk.book.roles.text is not None
    walk.learn(TEXT_OF, walk.node.text)
    walk.leave()
    come_back(walk, walk.node.id)
    walk.result = Result.CHOSE
    return enter(walk, walk.book.roles.text)


def to_main(walk: Walk) -> Ending:
    """Key #: the main menu, or the language choice while no language is chosen."""
    roles = walk.book.roles
    if walk.language is None and walk.node.id == roles.start:
        return again(walk)
    walk.result = Result.CHOSE
    return enter(walk, roles.start if walk.language is None else roles.main)


def again(walk: Walk) -> Ending:
    """Key 9: the same once more; counts nothing."""
    walk.result = Result.AGAIN
    return said_again(walk, Variant.FULL)


def said_again(walk: Walk, wanted: Variant) -> Ending:
    """What the call waits for, in this wording: a choice or digits that are asked back, or the node."""
    if walk.offered:
        return say_offer(walk)
    return _say_confirm(walk, wanted) if walk.confirming else present(walk, wanted)


def back(walk: Walk) -> Ending:
    """Key *: the page or node before; from the main menu, the language choice."""
    walk.result = Result.CHOSE
    if walk.confirming:
        return _retype(walk)
    before = next((page for page in range(walk.page - 1, -1, -1) if walk.tells(page)), None)
    if before is not None:
        return _turn_page(walk, before)
    if walk.trail and walk.node.id != walk.book.roles.main:
        id, page, returns = walk.trail[-1]
        walk.trail, walk.stack = walk.trail[:-1], walk.stack[:returns]
        walk.place(walk.book.node(id), page)
        return present(walk, Variant.FULL)
    if walk.node.id != walk.book.roles.main:
        return to_main(walk)
    walk.trail = ()
    walk.answers = {**walk.answers, "first_call": "no"}  # the help has been heard: not again after a new language
    return enter(walk, walk.book.roles.start)


def silent(walk: Walk) -> Ending:
    """Nothing came: the next page of an explanation, the end of an entry, else counted."""
    walk.starred = False
    if walk.offered and not walk.silences:
        return _count_silence(walk)
    walk.offered = ""
    node = walk.node
    if isinstance(node, Steps):
        return _next_page(walk, node)
    if isinstance(node, Entry) and not walk.confirming and walk.secrets.get("entry"):
        return end_entry(walk, node)
    if isinstance(node, Menu) and node.silence is not None:
        return _follow(walk, node.silence)
    if isinstance(node, Message):
        return _nothing_said(walk, node)
    return _count_silence(walk)


def _count_silence(walk: Walk) -> Ending:
    walk.silences += 1
    walk.result = Result.NO_INPUT
    return _tell_again(walk, SILENCE, walk.silences)


def _nothing_said(walk: Walk, node: Message) -> Ending:
    """An empty message: the call goes on, whoever is silent here may only be at a loss for words."""
    walk.result = Result.NO_INPUT
    walk.say((SILENCE,))
    walk.leave()
    return enter(walk, node.then)


def missed(walk: Walk, phrase: str) -> Ending:
    """A key or word that is not offered here."""
    walk.misses += 1
    walk.result = Result.NO_MATCH
    return _tell_again(walk, phrase, walk.misses)


def _tell_again(walk: Walk, phrase: str, count: int) -> Ending:
    if count >= walk.book.limits.tries:
        return give_up(walk)
    walk.say((phrase,))
    return said_again(walk, Variant.FULL if count == 1 else Variant.SHORT)


def give_up(walk: Walk) -> Ending:
    """Too many misses or silences here: a person, or a goodbye where nobody can be asked."""
    if isinstance(walk.node, Menu) and walk.node.give_up is not None:
        walk.leave()
        return enter(walk, walk.node.give_up)
    person = walk.book.node(walk.book.roles.person)
    if not walk.heard or walk.node.tree == person.tree:
        return enter(walk, walk.book.roles.goodbye)
    walk.heard = False  # whoever stays silent there too is not led to a person again and again
    walk.leave()
    return enter(walk, person.id)


def _choose(walk: Walk, key: str) -> Ending:
    node = walk.node
    match node:
        case Menu():
            chosen = next((option for option in walk.options(node) if option.key == key), None)
            return missed(walk, WRONG_KEY) if chosen is None else _take(walk, node, chosen)
        case Language():
            return _choose_language(walk, node, key)
        case Steps():
            return _next_page(walk, node) if key == "1" else missed(walk, WRONG_KEY)
        case Entry():
            return _confirmed(walk, node, key)
        case _:
            return listen(walk)


def _take(walk: Walk, node: Menu, option: Option) -> Ending:
    if node.remember is not None:
        walk.answer(node.remember, option.id, node.private)
    if option.topic is not None:
        walk.topic = option.topic
    return _follow(walk, option.to)


def _follow(walk: Walk, target: str) -> Ending:
    walk.result = Result.CHOSE
    walk.leave()
    return enter(walk, target)


def _choose_language(walk: Walk, node: Language, key: str) -> Ending:
    languages = walk.book.languages
    if key == node.other.key:
        walk.topic = node.other.topic or walk.topic
        return _follow(walk, node.other.to)
    if int(key) > len(languages):
        return missed(walk, WRONG_KEY)
    walk.language = languages[int(key) - 1]
    walk.facts.append(LanguageChosen(walk.language))
    walk.result = Result.CHOSE
    walk.trail = ()
    return enter(walk, node.then)


def _next_page(walk: Walk, node: Steps) -> Ending:
    walk.result = Result.CHOSE
    ahead = next((page for page in range(walk.page + 1, len(node.pages)) if walk.tells(page)), None)
    return _follow(walk, node.then) if ahead is None else _turn_page(walk, ahead)


def _turn_page(walk: Walk, page: int) -> Ending:
    walk.place(walk.node, page)
    return present(walk, Variant.FULL)


def _key_in_entry(walk: Walk, key: str) -> Ending:
    node = walk.node
    assert isinstance(node, Entry)
    typed = walk.secrets.get("entry", "")
    walk.result = Result.PARTIAL
    if key == "*":
        return _erase(walk, typed)
    if key == "#":
        return end_entry(walk, node) if typed else to_main(walk)
    walk.keep_secret("entry", typed + key)
    walk.filled = len(typed) + 1 >= node.most
    return end_entry(walk, node) if walk.filled else listen(walk)


def _erase(walk: Walk, typed: str) -> Ending:
    if typed:
        walk.keep_secret("entry", typed[:-1])
        return listen(walk)
    ending = back(walk)
    walk.starred = True
    return ending


def end_entry(walk: Walk, node: Entry) -> Ending:
    """Enough digits are read back; those that were heard always, keyed ones where the node says so."""
    if len(walk.secrets["entry"]) < node.least:
        walk.keep_secret("entry", None)
        walk.spoken = False
        return missed(walk, TOO_SHORT)
    if not node.confirm and not walk.spoken:
        return _accept(walk, node, walk.secrets["entry"])
    walk.confirming = True
    walk.result = Result.CHOSE
    return _say_confirm(walk)


def _say_confirm(walk: Walk, wanted: Variant = Variant.FULL) -> Ending:
    if not walk.secrets.get("entry"):  # the digits were lost while the store was away: they are keyed again
        return _retype(walk)
    walk.say(CONFIRM, wanted)
    return listen(walk)


def _confirmed(walk: Walk, node: Entry, key: str) -> Ending:
    typed = walk.secrets.get("entry", "")
    if key == "2" or not typed:
        return _retype(walk)
    if key != "1":
        return missed(walk, WRONG_KEY)
    return _accept(walk, node, typed)


def _accept(walk: Walk, node: Entry, typed: str) -> Ending:
    if node.private:
        walk.keep_secret(node.remember, typed)
    else:
        walk.answer(node.remember, typed, private=False)
    return _follow(walk, node.then)


def _retype(walk: Walk) -> Ending:
    walk.result = Result.CHOSE
    walk.place(walk.node)
    return present(walk, Variant.FULL)
