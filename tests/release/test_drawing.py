import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.cli import main
from ivr.engine.content import Content, Tongue
from ivr.engine.graph import chosen, targets, unchosen
from ivr.engine.menu import Limits, Node, Roles
from ivr.engine.reading import Source, read
from ivr.errors import BadContent
from ivr.release import drawing, pictures

ROOT = Path(__file__).parents[2]
NODES = {
    "hello": {"kind": "language", "then": "main", "other": {"key": 3, "id": "other", "to": "person"}},
    "main": {
        "kind": "menu",
        "options": [
            {"key": 1, "id": "one", "to": "tell"},
            {"key": 2, "id": "two", "to": "person"},
            {"key": 3, "id": "again", "to": "person"},
        ],
        "silence": "bye",
    },
    "tell": {"kind": "steps", "pages": ["a", "b"], "then": "way"},
    "way": {"kind": "route", "by": "status", "cases": {"x": "main", "y": "main"}, "otherwise": "return"},
    "bye": {"kind": "end"},
}
PERSON = {"person": {"kind": "request", "then": "main", "unavailable": "main"}}


def tongue(code: str, order: int) -> Tongue:
    return Tongue(code, code, "ltr", order, "0123456789", 2, {}, {}, {}, {})


@pytest.fixture
def content() -> Content:
    sources = (Source("menus/a.yaml", "a", NODES, {}), Source("menus/b.yaml", "b", PERSON, {}))
    nodes, mistakes = read(sources)
    assert mistakes == []
    roles = Roles("hello", "main", "main", "person", "bye", "main")
    return Content(sources, nodes, nodes, roles, Limits(), {}, (tongue("xx", 1), tongue("yy", 2)))


@pytest.fixture(scope="module")
def real() -> Content:
    return drawing.read(ROOT / "menus", ROOT / "prompts")


@pytest.mark.parametrize(
    "line",
    [
        'n_hello(["hello"])',
        'n_main["main"]',
        'n_tell("tell")',
        'n_way{"way"}',
        'n_bye((("bye")))',
        'n_person[["person"]]:::elsewhere',
        'n_return[["return"]]:::elsewhere',
    ],
)
def test_the_shape_of_a_node_tells_its_kind(content: Content, line: str) -> None:
    assert f"    {line}\n" in drawing.charts(content)["a"]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('n_hello -->|"1 xx, 2 yy"| n_main', "every language has its key, in the order of the languages"),
        ('n_hello -->|"3 other"| n_person', "the way out for other languages"),
        ('n_main -->|"1 one"| n_tell', "a choice is solid, with key and option"),
        ('n_main -->|"2 two, 3 again"| n_person', "two options with one target are one arrow"),
        ('n_main -.->|"silence"| n_bye', "what needs no choice is dotted"),
        ('n_tell -.->|"end"| n_way', "the end of an explanation needs no choice"),
        ('n_way -.->|"x, y"| n_main', "cases with one target are one arrow"),
        ('n_way -.->|"otherwise"| n_return', "the way back to where the tree was entered"),
    ],
)
def test_an_arrow_tells_what_leads_there(content: Content, line: str, why: str) -> None:
    assert f"    {line}\n" in drawing.charts(content)["a"], why


def test_the_overview_is_the_main_menu_up_to_the_other_trees(content: Content) -> None:
    overview = drawing.charts(content)["overview"]
    assert 'n_main["main"]' in overview
    assert 'n_person[["person"]]:::elsewhere' in overview
    assert "n_hello" not in overview


def test_a_word_of_mermaids_own_can_be_a_node() -> None:
    nodes, _ = read([Source("menus/a.yaml", "a", {"end": {"kind": "end"}}, {})])
    roles = Roles(*["end"] * 6)
    chart = drawing.charts(Content((), nodes, nodes, roles, Limits(), {}, ()))["a"]
    assert 'n_end((("end")))' in chart


def test_a_tree_without_ways_out_has_no_stubs() -> None:
    nodes, _ = read([Source("menus/a.yaml", "a", {"end": {"kind": "end"}}, {})])
    chart = drawing.charts(Content((), nodes, nodes, Roles(*["end"] * 6), Limits(), {}, ()))["a"]
    assert "elsewhere" not in chart


def test_every_node_and_every_way_on_is_drawn_once(real: Content) -> None:
    charts = drawing.charts(real)
    for node in real.nodes.values():
        assert len(re.findall(rf'^ +\w+[(\[{{>/\\]+"{re.escape(node.id)}"', charts[node.tree], re.MULTILINE)) == 1
        drawn = re.findall(rf"^ +{drawn_as(node.id)} -\.?->?.*\| (\w+)$", charts[node.tree], re.MULTILINE)
        assert set(drawn) == {drawn_as(target) for _, target in targets(node)}, node.id


def test_a_picture_shows_every_node_and_every_way_on_once(real: Content) -> None:
    drawn = pictures.pictures(real)
    for node in real.nodes.values():
        _, _, behind = drawn[node.tree].partition(f'<g class="{pictures.KINDS[type(node)][1]}" id="{node.id}"')
        box = behind.split("</g>")[0]
        named, arrows = re.findall(r"→ ([^<]+)<", box), re.findall(r"<path class=", behind.split("<g ")[0])
        assert len(named) + len(arrows) == len(ways(node)), node.id
        assert set(named) <= {target for _, target in targets(node)}


def ways(node: Node) -> set[tuple[str, bool]]:
    """Two ways to one node are drawn as one, unless only one of them is chosen."""
    return {*((to, True) for _, to in chosen(node)), *((to, False) for _, to in unchosen(node))}


def test_the_overview_shows_each_tree_behind_the_menus(content: Content) -> None:
    overview = pictures.pictures(content)["overview"]
    assert '<g class="ask" id="main"' in overview
    assert '<g class="elsewhere" id="person"' in overview


def test_a_box_says_which_answer_a_question_leaves_and_by_which_a_route_goes(real: Content) -> None:
    drawn = pictures.pictures(real)
    assert ">question has_account</text>" in drawn["procedure"]
    assert ">route status</text>" in drawn["permit"]


def test_two_nodes_never_share_a_name(real: Content) -> None:
    assert len({drawn_as(node.id) for node in real.nodes.values()}) == len(real.nodes)


def test_every_kind_of_node_has_a_shape_of_its_own() -> None:
    shapes = [shape[:2] for shape in drawing.SHAPES.values()] + [drawing.ELSEWHERE]
    assert len(set(shapes)) == len(shapes)
    assert set(drawing.SHAPES) == set(pictures.KINDS) == set(Node.__args__)


def test_the_pictures_in_the_docs_are_those_that_the_command_draws_now(real: Content) -> None:
    folder = ROOT / "docs" / "menus"
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}
    assert kept == drawing.pages(real), "run `make map`; a page of a tree that is gone is deleted by hand"


def test_the_command_writes_every_page(real: Content, tmp_path: Path, ring: Callable[..., str]) -> None:
    ring("map", "--out", str(tmp_path / "menus"))
    assert {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "menus").iterdir()} == drawing.pages(real)


def test_the_command_writes_one_page_with_its_picture(real: Content, tmp_path: Path, ring: Callable[..., str]) -> None:
    ring("map", "procedure", "--out", str(tmp_path))
    assert {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()} == {
        name: drawing.pages(real)[name] for name in ("procedure.md", "procedure.svg")
    }


def test_the_command_prints_one_chart_or_all(real: Content, ring: Callable[..., str]) -> None:
    charts = drawing.charts(real)
    assert ring("map", "procedure") == charts["procedure"]
    assert ring("map") == "\n".join(f"%% {name}\n{chart}" for name, chart in charts.items())


@pytest.mark.parametrize("options", [["map", "nosuch"], ["map", "nosuch", "--out", "."]])
def test_a_tree_that_is_not_there_is_named(options: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    at_home(monkeypatch, tmp_path)
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 1
    assert "there is no tree `nosuch`" in done.output


def test_files_that_cannot_be_read_are_not_drawn(tmp_path: Path) -> None:
    with pytest.raises(BadContent, match=r"menus/helpline\.yaml"):
        drawing.read(tmp_path, tmp_path)


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., str]:
    """Runs `ivr …` on the project's own content and returns what it prints."""
    at_home(monkeypatch, tmp_path)

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, done.output
        return done.output

    return run


def at_home(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    monkeypatch.setenv("IVR_MENUS_DIR", str(ROOT / "menus"))
    monkeypatch.setenv("IVR_PROMPTS_DIR", str(ROOT / "prompts"))
    monkeypatch.setenv("IVR_DATA_DIR", str(data / "var"))


def drawn_as(node: str) -> str:
    return "n_" + node.replace("-", "__").replace(".", "_")
