import hashlib
import hmac
from urllib.parse import urlencode

import pytest

from engine.errors import SourceError
from sources.github.webhook import Deliveries
from sources.inlets.checks import Head

BODY = b'{"action":"created","repository":{"full_name":"o/r"}}'


@pytest.fixture
def deliveries(tmp_path):
    (tmp_path / "webhook.secret").write_text("known to both\n")
    return Deliveries("/hook", tmp_path)


def head(body, *, name=b"x-hub-signature-256", digest=hashlib.sha256, kind=b"star", content=b"application/json"):
    said = name.rpartition(b"-")[2].replace(b"256", b"sha256").replace(b"signature", b"sha1")
    signature = said + b"=" + hmac.new(b"known to both", body, digest).hexdigest().encode()
    return Head("POST", "/hook", {name: signature, b"x-github-event": kind, b"content-type": content})


def test_a_signed_delivery_carries_its_kind(deliveries):
    payload = deliveries.of_body(head(BODY), BODY)
    assert payload == b'{"webhook_type":"star","action":"created","repository":{"full_name":"o/r"}}'
    assert deliveries.of_body(head(b" { }"), b" { }") == b'{"webhook_type":"star" }'


def test_the_old_signature_counts_where_there_is_no_other(deliveries):
    assert deliveries.signed(head(BODY, name=b"x-hub-signature", digest=hashlib.sha1), BODY)
    both = head(BODY, name=b"x-hub-signature", digest=hashlib.sha1)
    wrong = Head(both.method, both.path, {**both.headers, b"x-hub-signature-256": b"sha256=00"})
    assert not deliveries.signed(wrong, BODY)


def test_a_form_is_as_good(deliveries):
    form = urlencode({"payload": BODY.decode()}).encode()
    payload = deliveries.of_body(head(form, content=b"application/x-www-form-urlencoded"), form)
    assert payload.startswith(b'{"webhook_type":"star","action"')


@pytest.mark.parametrize(
    ("given", "status"),
    [
        (head(b"another body"), 401),
        (Head("POST", "/hook", {b"x-github-event": b"star"}), 401),
        (head(BODY, kind=b'"},{'), 400),
        (head(BODY, kind=b""), 400),
    ],
)
def test_what_is_not_signed_or_names_no_kind_is_refused(deliveries, given, status):
    assert deliveries.of_body(given, BODY).status == status


def test_what_is_no_object_is_refused(deliveries):
    assert deliveries.of_body(head(b"[]"), b"[]").status == 400
    assert deliveries.of_head(Head("GET", "/hook", {})).status == 405
    assert deliveries.of_head(Head("POST", "/", {})).status == 404
    assert deliveries.of_head(Head("POST", "/hook", {})) is None


def test_without_a_secret_nothing_is_opened(tmp_path):
    with pytest.raises(SourceError, match="secret cannot be read"):
        Deliveries("/", tmp_path)
    (tmp_path / "webhook.secret").write_text("\n")
    with pytest.raises(SourceError, match="holds no secret"):
        Deliveries("/", tmp_path)
