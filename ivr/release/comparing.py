"""What each language says of the same facts, side by side, for whoever reviews the texts; one page, whole in itself."""

from collections.abc import Iterator
from html import escape

from ivr.engine.content import Content, Fact, Tongue, filled, node_prompts
from ivr.engine.say import SYSTEM
from ivr.engine.turn import Variant

STYLE = """
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
table { border-collapse: collapse; inline-size: 100%; }
th, td { border-block-end: 1px solid #8886; padding: .6rem; text-align: start; vertical-align: top; }
td[dir=rtl] { font-size: 1.2rem; line-height: 2; }
code, small { opacity: .75; }
mark { padding: 0 .3em; }
"""
NAMES = {Variant.FULL: "", Variant.SHORT: "short", Variant.DOUBT: "when in doubt"}
BY_TEXT = "text message "


def facts_told(content: Content) -> dict[str, tuple[str, ...]]:
    """For each fact, the prompts and text messages that tell it in any language, those that are parked too."""
    spoken = set(reading_order(content))
    told: dict[str, dict[str, None]] = {id: {} for id in content.facts}
    for tongue in content.tongues:
        for text in tongue.texts.values():
            for fact in text.facts if text.id in spoken else ():
                told.setdefault(fact, {})[text.id] = None
        for message in tongue.sms.values():
            for fact in message.facts:
                told.setdefault(fact, {})[f"{BY_TEXT}{message.id}"] = None
    return {fact: tuple(prompts) for fact, prompts in told.items()}


def listed(content: Content) -> Iterator[str]:
    """Each fact with the prompts that speak it, a line each; a fact that nobody says is named as such."""
    for fact, prompts in facts_told(content).items():
        yield f"{fact}: {', '.join(prompts) or 'NEVER SAID'}"


def reading_order(content: Content) -> tuple[str, ...]:
    """Every prompt, as a caller meets them: a tree after the other, what is parked too, then what the engine says."""
    every = (prompt for node in content.written.values() for prompt in node_prompts(node))
    return tuple(dict.fromkeys((*every, *SYSTEM)))


def compared(content: Content) -> str:
    """The page, as HTML: a row a prompt, a column a language, and the English facts with their sources."""
    tongues = content.tongues
    words = {tongue.code: filled(content, tongue) for tongue in tongues}
    heads = "".join(f'<th scope="col" lang="{escape(t.code)}">{escape(t.name)}</th>' for t in tongues)
    rows = []
    for prompt in reading_order(content):
        cells = "".join(_cell(tongue, words[tongue.code], prompt) for tongue in tongues)
        rows.append(
            f"<tr><th scope=row><code>{escape(prompt)}</code></th>{cells}<td>{_facts(content, prompt)}</td></tr>"
        )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Hamrah: texts</title><style>{STYLE}</style>"
        "<h1>What callers hear, side by side</h1><table><thead><tr><th scope=col>Prompt</th>"
        f"{heads}<th scope=col>Facts</th></tr></thead><tbody>{''.join(rows)}</tbody></table></html>"
    )


def _cell(tongue: Tongue, words: dict[tuple[str, Variant], str], prompt: str) -> str:
    text = tongue.texts.get(prompt)
    if text is None:
        return "<td><mark>missing</mark></td>"
    said = "".join(_wording(variant, words[prompt, variant]) for variant in text.wordings)
    read = f"reviewed {text.reviewed}" if text.reviewed else "<mark>not reviewed</mark>"
    return f'<td dir="{escape(tongue.direction)}" lang="{escape(tongue.code)}">{said}<small dir=ltr>{read}</small></td>'


def _wording(variant: Variant, words: str) -> str:
    name = NAMES[variant]
    return f"<p>{f'<small dir=ltr>{name}: </small>' if name else ''}{escape(words)}</p>"


def _facts(content: Content, prompt: str) -> str:
    ids = dict.fromkeys(id for t in content.tongues if prompt in t.texts for id in t.texts[prompt].facts)
    return "".join(_fact(content.facts[id]) for id in ids if id in content.facts)


def _fact(fact: Fact) -> str:
    value = f" <b>{escape(fact.value)}</b>" if fact.value is not None else ""
    doubt = " <mark>doubtful</mark>" if fact.doubt else ""
    return f"<p>{escape(fact.says)}{value}{doubt} <small>({escape(fact.id)}, source {escape(fact.source)})</small></p>"
