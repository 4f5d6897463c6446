"""What takes a caller too long, one small function a mistake."""

from collections.abc import Callable, Iterator

from ivr.engine.checked import Checked
from ivr.engine.pace import Pace
from ivr.engine.reading import Mistake

FIRST_FACT_SECONDS = 60.0
LEAF_CHOICES = 7


def _late_facts(c: Checked) -> Iterator[Mistake]:
    if c.seconds is None:
        return
    entries = {source.tree: next(iter(source.nodes), "") for source in c.content.sources}
    for tongue in c.content.tongues:
        for tree, seconds in Pace(c.content, tongue.code, c.seconds).first_facts().items():
            if seconds > FIRST_FACT_SECONDS:
                what = (
                    f"the first fact of {tree} has been told after {seconds:.0f} s, more than {FIRST_FACT_SECONDS:.0f}"
                )
                yield c.at(c.content.nodes[entries[tree]], what, tongue.code, warning=True)


def _deep_leaves(c: Checked) -> Iterator[Mistake]:
    for tongue in c.content.tongues if c.seconds is not None else ():
        for leaf in Pace(c.content, tongue.code, c.seconds or {}).leaves():
            if leaf.choices > LEAF_CHOICES:
                what = f"{leaf.choices} menu choices from the main menu, more than {LEAF_CHOICES}"
                yield c.at(c.content.nodes[leaf.node], what, tongue.code, warning=True)


CHECKS: tuple[Callable[[Checked], Iterator[Mistake]], ...] = (_late_facts, _deep_leaves)
