"""Forms as browsers send them, read up to a size."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.requests import Request

from ivr.errors import BadInput, TooLarge

MOST_BYTES = 64 * 1024
MOST_FIELDS = 200
KIND = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in, each field as often as it came."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)

    def one(self, name: str) -> str:
        """The first value of a field; empty when it did not come."""
        return self.fields.get(name, [""])[0]

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, such as boxes that were ticked."""
        return tuple(self.fields.get(name, ()))

    def has(self, name: str) -> bool:
        """Whether the field came at all."""
        return name in self.fields


async def read(request: Request) -> Form:
    """The form in the body; TooLarge or BadInput when it is none that our pages send."""
    sent = await body(request, MOST_BYTES)
    if not sent:
        return Form()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise BadInput("this is no form")
    return parse(sent.decode("utf-8", "replace"))


async def body(request: Request, most: int) -> bytes:
    """All that was sent; TooLarge as soon as it is more than `most` bytes."""
    held = bytearray()
    async for piece in request.stream():
        held += piece
        if len(held) > most:
            raise TooLarge("more was sent than is taken here")
    return bytes(held)


def parse(text: str) -> Form:
    """The fields of a form or of a query; no field holds a NUL, which PostgreSQL cannot store."""
    try:
        fields = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise TooLarge("the form has too many fields") from error
    return Form({name: [value.replace("\0", "") for value in values] for name, values in fields.items()})
