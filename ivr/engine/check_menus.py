"""What can be wrong in the menus: where keys and answers lead, one small function a mistake."""

from collections.abc import Callable, Iterator, Mapping

from ivr.engine.checked import Checked
from ivr.engine.content import Content
from ivr.engine.graph import reachable, roots, silent_cycle, targets
from ivr.engine.menu import RETURN, Base, End, Entry, Goto, Language, Menu, Only, Request, Route, Steps
from ivr.engine.reading import Mistake
from ivr.engine.say import TEXT_OF

BUILT_IN_ANSWERS: Mapping[str, frozenset[str]] = {
    "first_call": frozenset({"yes", "no"}),
    "requested": frozenset({"begun", "yes"}),
}
ROLE_KINDS: Mapping[str, type[Base]] = {"start": Language, "main": Menu, "goodbye": End}
"""What the engine relies on: `*` at the main menu leads to the start, and the goodbye ends."""

OPTION_KEYS = frozenset("123456")


def _unknown_targets(c: Checked) -> Iterator[Mistake]:
    parked = {id: node for id, node in c.content.written.items() if id not in c.content.nodes}
    for id, node in (*c.content.nodes.items(), *parked.items()):
        there = c.content.written if id in parked else c.content.nodes
        for by, target in targets(node):
            if target != RETURN and target not in there:
                why = "is parked, and nothing comes instead" if target in parked else "does not exist"
                yield c.at(node, f"`{by}` leads to `{target}`, which {why}")


def _roles(c: Checked) -> Iterator[Mistake]:
    for role in ("start", "welcome_back", "main", "person", "goodbye", "trouble", "text"):
        id = getattr(c.content.roles, role)
        if id is not None and id not in c.content.nodes:
            yield Mistake("menus/helpline.yaml", 1, role, f"`{id}` does not exist")
        kind = ROLE_KINDS.get(role)
        node = c.content.nodes.get(id)
        if kind is not None and node is not None and not isinstance(node, kind):
            yield c.at(node, f"the {role} must be a node of kind {kind.__name__.lower()}")


def _unreachable(c: Checked) -> Iterator[Mistake]:
    found = reachable(c.content.nodes, roots(c.content.roles), c.content.roles.main)
    for node in c.content.nodes.values():
        if node.id not in found:
            yield c.at(node, "no caller can come here")


def _keys(c: Checked) -> Iterator[Mistake]:
    for node in c.content.written.values():
        if not isinstance(node, Menu):
            continue
        keys = [option.key for option in node.options]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield c.at(node, f"two options on key {key}")
        for key in keys:
            if key not in OPTION_KEYS:
                yield c.at(node, f"key {key}: options use 1 to 6, the other keys belong to the helpline")
        ids = [option.id for option in node.options]
        if len(set(ids)) < len(ids):
            yield c.at(node, "two options with the same id")


def _lasting_options(c: Checked) -> Iterator[Mistake]:
    for node in c.content.nodes.values():
        if isinstance(node, Menu) and all(option.needs is not None for option in node.options):
            yield c.at(node, "every option needs a value: one must always be there")


def _language_keys(c: Checked) -> Iterator[Mistake]:
    taken = {str(n + 1) for n in range(len(c.content.tongues))}
    for node in c.content.nodes.values():
        if not isinstance(node, Language):
            continue
        if node.other.key in taken:
            yield c.at(node, f"key {node.other.key} of `{node.other.id}` is the key of a language")
        elif node.other.key not in OPTION_KEYS:
            yield c.at(node, f"key {node.other.key}: options use 1 to 6, the other keys belong to the helpline")


def _way_to_a_person(c: Checked) -> Iterator[Mistake]:
    person = c.content.nodes.get(c.content.roles.person)
    if person is None:
        return
    found = reachable(c.content.nodes, (person.id,), c.content.roles.main)
    requests = [node for id in found if isinstance(node := c.content.nodes[id], Request)]
    if all(request.unfinished for request in requests):
        yield c.at(person, "no way to a person: no finished request can be reached from here")


def _silent_cycles(c: Checked) -> Iterator[Mistake]:
    cycle = silent_cycle(c.content.nodes, c.content.roles.main)
    if cycle:
        yield c.at(c.content.nodes[cycle[0]], f"a silent caller would never leave: {' → '.join([*cycle, cycle[0]])}")


def _routes(c: Checked) -> Iterator[Mistake]:
    given = answers(c.content)
    for node in c.content.written.values():
        if not isinstance(node, Route):
            continue
        if node.by not in given:
            yield c.at(node, f"no question remembers `{node.by}`")
            continue
        values = given[node.by]
        for case in node.cases:
            if values is not None and case not in values:
                yield c.at(node, f"`{case}` is no answer of `{node.by}`")


def _needed_answers(c: Checked) -> Iterator[Mistake]:
    given = answers(c.content)
    for node in c.content.written.values():
        pages = node.pages if isinstance(node, Steps) else ()
        for item in (*node.say, *(item for page in pages for item in page)):
            if isinstance(item, Only) and item.value is not None and item.value not in (given.get(item.needs) or ()):
                yield c.at(node, f"`{item.value}` is no answer of `{item.needs}`")


def answers(content: Content) -> dict[str, frozenset[str] | None]:
    """Every answer, and every value that a tree is entered with, by name; None where digits are keyed."""
    given = dict(BUILT_IN_ANSWERS)
    for node in content.written.values():
        if isinstance(node, Menu) and node.remember is not None:
            given[node.remember] = given.get(node.remember, frozenset()) | {option.id for option in node.options}
        for name, value in node.values if isinstance(node, Goto) else ():
            given[name] = given.get(name, frozenset()) | {value}
    keyed = {node.remember for node in content.written.values() if isinstance(node, Entry) and not node.private}
    return {**given, **dict.fromkeys(keyed)}


def _entries(c: Checked) -> Iterator[Mistake]:
    for node in c.content.written.values():
        if isinstance(node, Entry) and node.least > node.most:
            yield c.at(node, f"at least {node.least} digits but at most {node.most}")
        if isinstance(node, Entry) and node.remember == "entry":
            yield c.at(node, "`entry` is the name of the digits being keyed: remember them under another")


def _text_messages(c: Checked) -> Iterator[Mistake]:
    if c.content.roles.text is None:
        return
    for node in c.content.written.values():
        if node.text is not None and not isinstance(node, Menu | Steps):
            yield c.at(node, "only a menu, a question or steps can have a `text`")
        named = dict(node.values).get(TEXT_OF) if isinstance(node, Goto) else None
        lacking = [tongue.code for tongue in c.content.tongues if named is not None and named not in tongue.sms]
        for code in lacking:
            yield c.at(node, f"no text message `{named}`", code)


def _places(c: Checked) -> Iterator[Mistake]:
    if c.content.places is not None and c.content.places not in [tongue.code for tongue in c.content.tongues]:
        yield Mistake("menus/helpline.yaml", 1, "places", f"`{c.content.places}` is no language of the helpline")


def _removed(c: Checked) -> Iterator[Mistake]:
    for old, new in c.content.removed.items():
        if old in c.content.nodes:
            yield c.at(c.content.nodes[old], "named as removed, but it is here")
        elif c.content.last_successor(old) is None:
            yield Mistake("menus", 1, old, f"its successor `{new}` does not exist")


CHECKS: tuple[Callable[[Checked], Iterator[Mistake]], ...] = (
    _unknown_targets,
    _roles,
    _unreachable,
    _keys,
    _lasting_options,
    _language_keys,
    _way_to_a_person,
    _silent_cycles,
    _routes,
    _needed_answers,
    _entries,
    _text_messages,
    _places,
    _removed,
)
