"""GitHub's deliveries: signed with a secret that both sides know, JSON as such or in a form, their kind in a header."""

import hashlib
import hmac
import re
from pathlib import Path
from urllib.parse import parse_qs

import msgspec

from engine.errors import SourceError
from sources.inlets.checks import Checks, Head, refuse
from sources.inlets.desk import Answer

SECRET = "webhook.secret"  # noqa: S105 - the name of a file
"""File in the secrets directory with the secret that the webhook was registered with."""
LARGEST_DELIVERY = 25 << 20
"""Bytes; GitHub sends no larger ones."""
_SIGNATURES = ((b"x-hub-signature-256", b"sha256=", hashlib.sha256), (b"x-hub-signature", b"sha1=", hashlib.sha1))
_KIND = re.compile(rb"[a-z_]{1,64}")


class Deliveries(Checks):
    """Lets in what carries the right signature, and writes the kind of event into it, as Falco's plugin does."""

    def __init__(self, path: str, folder: Path) -> None:
        super().__init__(path, LARGEST_DELIVERY)
        self._secret = read_secret(folder)

    def of_head(self, head: Head) -> Answer | None:
        """Path and method; the rest needs the body."""
        if not self.here(head.path):
            return refuse(404, "404 page not found")
        return None if head.method == "POST" else refuse(405, f"{head.method} method not allowed")

    def of_body(self, head: Head, body: bytes) -> bytes | Answer:
        """The payload with `webhook_type` in it."""
        if not self.signed(head, body):
            return refuse(401, "signature check failed")
        if head.headers.get(b"content-type", b"").partition(b";")[0].strip() == b"application/x-www-form-urlencoded":
            fields = parse_qs(body.decode("utf-8", "surrogateescape"), max_num_fields=16, errors="surrogateescape")
            body = fields.get("payload", [""])[0].encode("utf-8", "surrogateescape")
        try:
            msgspec.json.decode(body, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, RecursionError) as error:
            return refuse(400, f"the payload is no JSON object: {error}")
        kind = head.headers.get(b"x-github-event", b"")
        if not _KIND.fullmatch(kind):
            return refuse(400, "X-GitHub-Event does not name a kind of event")
        rest = body.lstrip()[1:]
        comma = b"" if rest.lstrip().startswith(b"}") else b","
        # In front: of repeated keys the first one counts.
        return b'{"webhook_type":"' + kind + b'"' + comma + rest

    def signed(self, head: Head, body: bytes) -> bool:
        """Whether the best signature that there is fits."""
        for name, beginning, digest in _SIGNATURES:
            if (said := head.headers.get(name)) is not None:
                right = beginning + hmac.new(self._secret, body, digest).hexdigest().encode()
                return hmac.compare_digest(said, right)
        return False


def read_secret(folder: Path) -> bytes:
    """The secret in the secrets directory. Raises SourceError."""
    path = folder / SECRET
    try:
        secret = path.read_bytes().strip()
    except OSError as error:
        raise SourceError(f"the webhook's secret cannot be read from {path}: {error.strerror}") from error
    if not secret:
        raise SourceError(f"{path} holds no secret")
    return secret
