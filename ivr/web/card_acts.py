"""What is done on the card of a request: each deed is one form, answered by the card as it is then."""

from collections.abc import Callable

from starlette.responses import Response

from ivr.actions import callbacks, dialling, messages
from ivr.actions.outcomes import Wrap
from ivr.actions.refusals import Reason, Refused
from ivr.store import messages as stored
from ivr.store.database import Transaction
from ivr.store.requests import Request
from ivr.web import access, card
from ivr.web.ask import Ask
from ivr.web.door import Page

Act = Callable[[Ask, Transaction, Request], None]


def claim(ask: Ask) -> Response:
    """It is theirs from now on; who comes second sees whose it is."""
    member, _ = access.oneself(ask.visitor)

    def act(ask: Ask, tx: Transaction, request: Request) -> None:
        callbacks.claim(tx, request.id, member.id, ask.deed, other=card.others(ask))

    return _done(ask, act, seen=True)


def release(ask: Ask) -> Response:
    """It waits again."""
    return _done(ask, lambda ask, tx, request: callbacks.release(tx, request.id, ask.deed), "/desk?done=given-back")


def call(ask: Ask) -> Response:
    """Their own phone rings, then the caller's; outside the agreed time only when they say so."""
    if not ask.site.can_call:
        raise access.NotThere

    def act(ask: Ask, tx: Transaction, request: Request) -> None:
        anyway = ask.form.one("anyway") == "yes"
        dialling.call_back(tx, request.id, ask.deed, anyway=anyway, home=ask.site.zone)

    return _done(ask, act, hurry=True)


def hang_up(ask: Ask) -> Response:
    """Ends the call; `voicemail` says that a machine answered."""

    def act(ask: Ask, tx: Transaction, request: Request) -> None:
        if request.dial_id is None:
            raise access.NotThere
        dialling.hang_up(tx, request.dial_id, ask.deed, voicemail=ask.form.one("how") == "voicemail")

    return _done(ask, act, hurry=True)


def by_hand(ask: Ask) -> Response:
    """They call with another phone: the number is shown, and the outcome asked for."""
    try:
        with ask.writing() as tx:
            request = access.opened(tx, ask.visitor, ask.request.path_params["id"])
            callbacks.by_hand(tx, request.id, ask.deed)
            number = callbacks.read_number(tx, request.id, ask.deed)
    except Refused as problem:
        return card.page(ask, problem)
    return card.page(ask, number=number)


def show_number(ask: Ask) -> Response:
    """The whole number; that it was read is written down before it is shown."""
    with ask.writing() as tx:
        request = access.opened(tx, ask.visitor, ask.request.path_params["id"])
        if not request.number:
            raise access.NotThere
        number = callbacks.read_number(tx, request.id, ask.deed)
    return card.page(ask, number=number)


def judge(ask: Ask) -> Response:
    """They say whether the caller's phone rang."""
    rang = ask.form.one("rang")
    if rang not in ("yes", "no"):
        return card.page(ask, Refused(Reason.BAD_CHOICE))
    return _done(ask, lambda ask, tx, request: callbacks.judge(tx, request.id, rang == "yes", ask.deed))


def wrap_up(ask: Ask) -> Response:
    """The outcome, and onwards: to the next request where they want it."""
    wrap = _wrap(ask.form.one("outcome"), ask)
    try:
        with ask.writing() as tx:
            request = access.opened(tx, ask.visitor, ask.request.path_params["id"])
            callbacks.wrap_up(tx, request.id, wrap, card.rules(ask), ask.deed)
    except Refused as problem:
        return card.page(ask, problem, wrap=wrap)
    if ask.form.one("then") != "next":
        return ask.go("/desk?done=kept")
    member, _ = access.oneself(ask.visitor)
    with ask.writing() as tx:
        id = callbacks.claim_next(tx, member, ask.deed, ask.site.zone)
    return ask.go("/desk?done=wrapped-up" if id is None else f"/desk/{id}")


def add_note(ask: Ask) -> Response:
    """A note for whoever opens the request."""
    return _done(ask, lambda ask, tx, request: callbacks.add_note(tx, request.id, ask.form.one("text"), ask.deed))


def reassign(ask: Ask) -> Response:
    """It is somebody else's."""
    to = access.number(ask.form.one("to"))
    return _done(ask, lambda ask, tx, request: callbacks.reassign(tx, request.id, to, ask.deed))


def reopen(ask: Ask) -> Response:
    """It waits again."""
    return _done(ask, lambda ask, tx, request: callbacks.reopen(tx, request.id, ask.deed))


def hear(ask: Ask) -> Response:
    """A message as sound; that it is heard is written down before it is sent."""
    id = access.number(ask.request.path_params["message"])
    with ask.writing() as tx:
        request = access.opened(tx, ask.visitor, ask.request.path_params["id"])
        if id not in {message.id for message in stored.of_request(tx, request.id)}:
            raise access.NotThere
        file = messages.hear(tx, id, ask.deed)
    try:
        sound = b"" if file is None else ask.site.vault.open(file)
    except FileNotFoundError:
        sound = b""
    if not sound:
        raise access.NotThere
    return Response(sound, media_type="audio/wav", headers={"Accept-Ranges": "none"})


def _done(ask: Ask, act: Act, then: str = "", *, seen: bool = False, hurry: bool = False) -> Response:
    """Does it in one transaction; `seen` is enough of a right where nothing that was told is shown."""
    id = ask.request.path_params["id"]
    try:
        with ask.writing() as tx:
            request = card.wanted(ask, tx) if seen else access.opened(tx, ask.visitor, id)
            act(ask, tx, request)
    except Refused as problem:
        return card.page(ask, problem)
    if hurry:
        ask.site.hurry()
    return ask.go(then or f"/desk/{request.id}")


def _wrap(outcome: str, ask: Ask) -> Wrap:
    date, _, part = ask.form.one("window").partition(" ")
    return Wrap(
        outcome,
        ask.form.one("note"),
        (date, part) if date and part else None,
        ask.form.one("language") or None,
    )


PAGES = (
    Page("/desk/{id}", access.DESK, card.show),
    Page("/desk/{id}/claim", access.DESK, None, claim),
    Page("/desk/{id}/release", access.DESK, None, release),
    Page("/desk/{id}/call", access.DESK, None, call),
    Page("/desk/{id}/hang-up", access.DESK, None, hang_up),
    Page("/desk/{id}/by-hand", access.DESK, None, by_hand),
    Page("/desk/{id}/number", access.DESK, None, show_number),
    Page("/desk/{id}/message/{message}.wav", access.DESK, hear),
    Page("/desk/{id}/rang", access.DESK, None, judge),
    Page("/desk/{id}/outcome", access.DESK, None, wrap_up),
    Page("/desk/{id}/note", access.DESK, None, add_note),
    Page("/desk/{id}/reassign", access.COORDINATORS, None, reassign),
    Page("/desk/{id}/reopen", access.COORDINATORS, None, reopen),
)
