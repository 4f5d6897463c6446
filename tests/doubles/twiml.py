"""Reads a TwiML document as the strictest of the compatible providers would: anything doubtful is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

from tests.doubles.twiml_rules import SHAPES, Shape

MOST_BYTES = 64 * 1024
PARAMETER_CHARACTERS = 500
BAD_CONTENT_TYPE, CANNOT_PARSE, BAD_SCHEMA = 12300, 12100, 12200


class TwimlError(ValueError):
    """A document that breaks `rule`; `code` is Twilio's error number for its kind."""

    def __init__(self, rule: str, code: int = BAD_SCHEMA) -> None:
        super().__init__(f"{code}: {rule}")
        self.rule, self.code = rule, code


@dataclass(frozen=True, slots=True)
class Verb:
    """One element: a verb, or a noun within it."""

    name: str
    attributes: Mapping[str, str]
    text: str
    children: tuple["Verb", ...] = ()

    @property
    def never_returns(self) -> bool:
        """Whether nothing after it can be reached; not so for Record: an empty recording falls through."""
        if self.name in ("Dial", "Connect"):
            return "action" in self.attributes
        if self.name == "Gather":
            return self.attributes.get("actionOnEmptyResult") == "true"
        return self.name in ("Hangup", "Redirect", "Reject")


def read(content_type: str, body: bytes) -> tuple[Verb, ...]:
    """The verbs of a document in order; TwimlError names the first rule it breaks."""
    _check_envelope(content_type, body)
    try:
        root = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise TwimlError(f"well-formed XML: {error}", CANNOT_PARSE) from error
    if root.tag != "Response":
        raise TwimlError(f"the root is <Response>, not <{root.tag}>", CANNOT_PARSE)
    if root.attrib:
        raise TwimlError(f"<Response> has no attributes: {sorted(root.attrib)}")
    verbs = _element(root).children
    _check_order(verbs)
    return verbs


def _check_envelope(content_type: str, body: bytes) -> None:
    kind, *parameters = [part.strip().lower() for part in content_type.split(";")]
    if kind not in ("text/xml", "application/xml"):
        raise TwimlError(f"the content type is text/xml or application/xml, not {content_type!r}", BAD_CONTENT_TYPE)
    if any(p.startswith("charset=") and p.removeprefix("charset=").strip('"') != "utf-8" for p in parameters):
        raise TwimlError(f"the charset is utf-8: {content_type!r}", BAD_CONTENT_TYPE)
    if len(body) > MOST_BYTES:
        raise TwimlError(f"at most 64 KB: {len(body)} bytes", CANNOT_PARSE)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TwimlError(f"UTF-8: {error}", CANNOT_PARSE) from error
    declared = re.match(r"<\?xml[^>]*encoding=[\"']([^\"']+)", text)
    if declared and declared[1].lower() != "utf-8":
        raise TwimlError(f"UTF-8, not {declared[1]}", CANNOT_PARSE)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise TwimlError("no DOCTYPE and no entities of its own", CANNOT_PARSE)


def _element(element: ElementTree.Element) -> Verb:
    shape = SHAPES[element.tag]
    text = _text(element, shape)
    _check_attributes(element, shape)
    for child in element:
        if child.tag not in shape.children:
            known = "wrong nesting" if child.tag in SHAPES else "unknown verb"
            raise TwimlError(f"{known}: <{child.tag}> in <{element.tag}>")
        if (child.tail or "").strip():
            raise TwimlError(f"no text between the verbs of <{element.tag}>: {child.tail!r}")
    if not shape.least_children <= len(element) <= shape.most_children:
        raise TwimlError(f"<{element.tag}> holds {shape.least_children} to {shape.most_children} of {shape.children}")
    return Verb(element.tag, dict(element.attrib), text, tuple(_element(child) for child in element))


def _text(element: ElementTree.Element, shape: Shape) -> str:
    text = (element.text or "").strip()
    if shape.text is None and text:
        raise TwimlError(f"<{element.tag}> holds no text: {text!r}")
    if shape.text is not None and not shape.text(text):
        raise TwimlError(f"<{element.tag}> cannot hold {text!r}")
    return text


def _check_attributes(element: ElementTree.Element, shape: Shape) -> None:
    for name, value in element.attrib.items():
        if name not in shape.attributes:
            raise TwimlError(f"unknown attribute {name} on <{element.tag}>")
        if not shape.attributes[name](value):
            raise TwimlError(f"bad value for {name} on <{element.tag}>: {value!r}")
    missing = [name for name in shape.required if name not in element.attrib]
    if missing:
        raise TwimlError(f"<{element.tag}> without {missing[0]}")
    if element.tag == "Parameter" and len("".join(element.attrib.values())) >= PARAMETER_CHARACTERS:
        raise TwimlError(f"<Parameter> name and value have under {PARAMETER_CHARACTERS} characters together")


def _check_order(verbs: tuple[Verb, ...]) -> None:
    for before, after in pairwise(verbs):
        if before.never_returns:
            raise TwimlError(f"<{after.name}> after <{before.name}> can never be reached")
    if any(verb.name == "Reject" for verb in verbs[1:]):
        raise TwimlError("<Reject> is the first verb: later it would answer the call first")
