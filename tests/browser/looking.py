"""Looking at pages: in every language, wide and narrow, light and dark; pictures of them, and what axe finds."""

from playwright.sync_api import Page, expect

from tests.helpline import ROOT

expect.set_options(timeout=45_000)  # a machine may be busy; nothing waits this long when all is well

PICTURES = ROOT / "build" / "screenshots"
WIDE, NARROW = 1280, 390
FEWER = [
    ("fr", WIDE, "light"),
    ("fr", NARROW, "dark"),
    ("fa_AF", WIDE, "dark"),
    ("fa_AF", NARROW, "light"),
]
TWO = [("fr", WIDE, "light"), ("fa_AF", NARROW, "dark")]
LOOKS = [*FEWER, ("en", WIDE, "dark"), ("en", NARROW, "light")]
"""Every two of language, width and scheme together; all twelve of three would take minutes."""


SMALL = """
    [...document.querySelectorAll("a.btn, button, input, summary, .topnav a")]
        .filter((e) => !["hidden", "checkbox", "radio"].includes(e.type))
        .filter((e) => e.checkVisibility() && !e.closest(".visually-hidden, details:not([open]) > :not(summary)"))
        .filter((e) => e.getBoundingClientRect().height < 43.5)
        .map((e) => e.outerHTML.slice(0, 80))
"""

BELOW = """
    [...document.querySelectorAll("main *")].filter((e) => e.checkVisibility())
        .filter((e) => e.getBoundingClientRect().bottom > document.querySelector("footer").getBoundingClientRect().top)
        .map((e) => e.outerHTML.slice(0, 80))
"""
"""What hangs into the foot of the page, or stands below it."""


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(PICTURES / f"{name}.png"), full_page=True)


def violations(page: Page, axe: str) -> list[str]:
    """What axe finds wrong: the rule, and where."""
    page.evaluate(axe)  # by the debugger: a script in the page would be stopped by its policy
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
