"""How long callers listen, as lines for whoever writes the texts."""

from collections.abc import Iterator
from statistics import median

from ivr.engine.pace import Pace


def listed(pace: Pace, language: str) -> Iterator[str]:
    """Each leaf with its seconds and menu choices, the first fact of each tree, and the longest and the middle one."""
    leaves = pace.leaves()
    for leaf in leaves:
        yield f"{language} {leaf.seconds:4.0f} s  {leaf.choices} choices  {leaf.node}"
    for tree, seconds in pace.first_facts().items():
        yield f"{language} {seconds:4.0f} s  first fact of {tree}"
    yield summed_up(pace, language)


def summed_up(pace: Pace, language: str) -> str:
    """The whole list in one line."""
    leaves = pace.leaves()
    if not leaves:
        return f"{language}: no leaves"
    last = max(leaves, key=lambda leaf: leaf.seconds)
    middle = median(leaf.seconds for leaf in leaves)
    longest = f"the longest way is to {last.node}, {last.seconds:.0f} s"
    return f"{language}: {len(leaves)} leaves, the middle one after {middle:.0f} s; {longest}"
