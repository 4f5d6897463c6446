"""Every rule of the TwiML reader refuses a document; each quotes the line of the contract it protects."""

import pytest

from tests.doubles.twiml import TwimlError, read


def document(inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{inner}</Response>'.encode()


def refusal(body: bytes, content_type: str = "text/xml") -> TwimlError:
    with pytest.raises(TwimlError) as caught:
        read(content_type, body)
    return caught.value


GATHER = '<Gather action="/a" numDigits="1" finishOnKey="" timeout="6"><Play>/s.wav</Play><Say>x</Say></Gather>'
STREAM = '<Stream url="wss://h.example/s"><Parameter name="a" value="b"/></Stream>'
DIAL = '<Dial timeLimit="600" callerId="+33199000001"><Number url="/whisper">+33199000002</Number></Dial>'

GOOD = [
    "",
    GATHER + "<Redirect>/silence</Redirect>",
    '<Play loop="2">https://cdn.example/s.wav?v=1</Play><Hangup/>',
    "<Play>?x=1</Play>",
    '<Say language="fr-FR" voice="Polly.Lea-Neural">سلام</Say>',
    DIAL + "<Hangup/>",
    DIAL.replace("<Dial", '<Dial action="/over"'),
    '<Record action="/r" maxLength="60" timeout="0" finishOnKey="1*#" playBeep="true" trim="trim-silence"/>',
    '<Reject reason="busy"/>',
    f"<Connect>{STREAM}</Connect><Redirect>/now</Redirect>",
    "<!-- a comment --><Hangup/>",
]


@pytest.mark.parametrize("inner", GOOD)
def test_the_common_subset_is_read(inner: str) -> None:
    # B8: "emit only the common subset (Gather, Play, Say, Dial/Number, Record, Redirect, Hangup, Reject,
    # Connect/Stream)"
    read("text/xml; charset=utf-8", document(inner))


def test_verbs_keep_their_order_attributes_and_children() -> None:
    gather, redirect = read("application/xml", document(GATHER + "<Redirect> /silence </Redirect>"))
    assert gather.attributes["finishOnKey"] == ""
    assert [(inner.name, inner.text) for inner in gather.children] == [("Play", "/s.wav"), ("Say", "x")]
    assert (redirect.name, redirect.text) == ("Redirect", "/silence")


@pytest.mark.parametrize(
    "inner", ["<Pause/>", "<Enqueue>q</Enqueue>", "<Start/>", "<gather/>", "<Sms>x</Sms>", '<x:Play xmlns:x="y"/>']
)
def test_a_verb_that_somebody_lacks_is_refused(inner: str) -> None:
    # B8: "**Pause, Enqueue, Start raise "Invalid element"** and stop the document."
    assert "unknown verb" in refusal(document(inner)).rule


@pytest.mark.parametrize(
    ("verb", "attribute"),
    [
        (GATHER, 'bargeIn="true"'),
        (GATHER, 'numdigits="1"'),
        ("<Hangup/>", 'reason="x"'),
        (DIAL, 'record="record-from-answer"'),  # B9: "Never `record` on Dial."
        ("<Say>x</Say>", 'rate="1"'),
        ("<Redirect>/x</Redirect>", 'action="/x"'),
        ("<Play>/s.wav</Play>", 'digits="1"'),
    ],
)
def test_an_unknown_attribute_is_refused(verb: str, attribute: str) -> None:
    name = verb[1:].split(">", maxsplit=1)[0].split(" ", maxsplit=1)[0].rstrip("/")
    error = refusal(document(verb.replace(f"<{name}", f"<{name} {attribute}", 1)))
    assert error.rule == f"unknown attribute {attribute.split('=', maxsplit=1)[0]} on <{name}>"


@pytest.mark.parametrize(
    "attributes",
    [
        *(f'numDigits="{value}"' for value in ("0", "-1", "1.5", "", "x", "٣", " 1")),
        *(f'finishOnKey="{value}"' for value in ("a", "##", "1#", " ")),
        # B8: "Gather timeout 1–120"
        *(f'timeout="{value}"' for value in ("0", "121", "2.0", "auto", "-5")),
        'method="PUT"',
        'input="dtmf speech"',
        'actionOnEmptyResult="yes"',
    ],
)
def test_a_bad_value_on_gather_is_refused(attributes: str) -> None:
    assert "bad value" in refusal(document(f'<Gather action="/a" {attributes}/>')).rule


@pytest.mark.parametrize(
    "inner",
    [
        '<Gather action="ftp://x/y"/>',
        '<Gather action="https:///y"/>',
        '<Gather action="//cdn.example/y"/>',
        '<Gather action="/a b"/>',
        '<Gather action="/à"/>',
        '<Gather action=""/>',
        '<Record action="/r" maxLength="0"/>',
        '<Record action="/r" playBeep="1"/>',
        '<Record action="/r" finishOnKey="a"/>',
        '<Reject reason="no"/>',
        DIAL.replace("<Dial", '<Dial timeout="4"'),  # B8: "Dial timeout 5–120"
        DIAL.replace("+33199000001", "0199000001"),
        '<Play loop="0">/s.wav</Play>',  # B3: "loop (0=forever)": nothing after it would ever be reached
        '<Say language="French">x</Say>',
        "<Connect>" + STREAM.replace("wss:", "https:") + "</Connect>",  # B3: "Stream: url (wss only)"
        "<Connect>" + STREAM.replace("/s", "/s?t=1") + "</Connect>",  # B2: "query strings are not supported"
    ],
)
def test_a_bad_value_elsewhere_is_refused(inner: str) -> None:
    assert "bad value" in refusal(document(inner)).rule


def test_an_action_left_out_is_refused_because_it_would_loop() -> None:
    # B3: "action (def current URL → loops!)"
    assert refusal(document("<Gather/>")).rule == "<Gather> without action"
    assert refusal(document("<Record/>")).rule == "<Record> without action"


@pytest.mark.parametrize(
    "inner",
    [
        '<Gather action="/a"><Redirect>/x</Redirect></Gather>',
        '<Gather action="/a"><Gather action="/b"/></Gather>',
        "<Play>/s.wav<Say>x</Say></Play>",
        "<Number>+33199000002</Number>",
        "<Stream url='wss://h.example/s'/>",
        "<Response/>",
        "<Dial><Say>x</Say></Dial>",
    ],
)
def test_wrong_nesting_is_refused(inner: str) -> None:
    # B8: "Gather(only Say/Play inside)"
    assert "wrong nesting" in refusal(document(inner)).rule


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<Hangup/>", "<Say>x</Say>"),
        ("<Redirect>/x</Redirect>", "<Hangup/>"),
        ("<Reject/>", "<Hangup/>"),
        (DIAL.replace("<Dial", '<Dial action="/over"'), "<Hangup/>"),
        (f'<Connect action="/x">{STREAM}</Connect>', "<Redirect>/now</Redirect>"),
        ('<Gather action="/a" actionOnEmptyResult="true"/>', "<Redirect>/silence</Redirect>"),
    ],
)
def test_a_verb_that_can_never_be_reached_is_refused(before: str, after: str) -> None:
    # B3: "With action: caller continues there after the callee hangs up; without: next verb."
    assert "can never be reached" in refusal(document(before + after)).rule
    read("text/xml", document(before))


def test_a_verb_after_record_is_reached_by_an_empty_recording() -> None:
    # B3 says "verbs after Record unreachable"; Twilio's own page adds one exception: it makes no request to the
    # action for an empty recording and goes on with the next verb. Without one, silence would end the call.
    assert len(read("text/xml", document('<Record action="/r"/><Redirect>/silence</Redirect>'))) == 2


def test_reject_comes_first_or_not_at_all() -> None:
    # B3: "**Reject** reason rejected|busy; only as first verb avoids answer/billing"
    assert "first verb" in refusal(document("<Say>x</Say><Reject/>")).rule


@pytest.mark.parametrize(
    ("inner", "words"),
    [
        ("hello<Hangup/>", "holds no text"),
        ("<Hangup/>hello", "no text between"),
        ('<Gather action="/a">press one</Gather>', "holds no text"),
        ("<Hangup>now</Hangup>", "holds no text"),
        ("<Play></Play>", "cannot hold"),
        ("<Say> </Say>", "cannot hold"),
        ("<Redirect></Redirect>", "cannot hold"),  # else it would be the current URL: a loop
        ("<Dial>+33199000002</Dial>", "holds no text"),
        ("<Dial/>", "holds 1 to 10"),
        (f"<Connect>{STREAM}{STREAM}</Connect>", "holds 1 to 1"),
        ("<Dial><Number>0199000002</Number></Dial>", "cannot hold"),
    ],
)
def test_text_and_nouns_stand_only_where_they_belong(inner: str, words: str) -> None:
    assert words in refusal(document(inner)).rule


def test_a_stream_parameter_is_short() -> None:
    # B3: "`<Parameter name value>` (<500 chars name+value)"
    long = "<Connect>" + STREAM.replace('value="b"', f'value="{"b" * 499}"') + "</Connect>"
    assert "under 500" in refusal(document(long)).rule


@pytest.mark.parametrize("content_type", ["", "text/plain", "text/html", "audio/wav", "text/xml; charset=latin-1"])
def test_a_content_type_that_is_not_xml_in_utf8_is_refused(content_type: str) -> None:
    # B1: "Response text/xml | application/xml | text/html = TwiML; … text/plain non-TwiML is spoken then hangup"
    assert refusal(document(""), content_type).code == 12300


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Response><Play></Response>",
        b"<Response/><Response/>",
        b"<Respons/>",
        b'<Response xmlns="http://x"/>',
        "<Response><Say>é</Say></Response>".encode("latin-1"),
        '<?xml version="1.0" encoding="ISO-8859-1"?><Response><Say>x</Say></Response>'.encode("latin-1"),
        b'<!DOCTYPE Response [<!ENTITY a "b">]><Response><Say>&a;</Say></Response>',
        b"<Response><Say>" + b"x" * (64 * 1024) + b"</Say></Response>",
    ],
)
def test_a_body_that_cannot_be_parsed_is_refused(body: bytes) -> None:
    assert refusal(body).code == 12100


def test_the_root_has_no_attributes() -> None:
    assert "<Response> has no attributes" in refusal(b'<Response version="2"/>').rule
