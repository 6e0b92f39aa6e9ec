"""What is asked of a request before its body counts: method, path, kind of content, size. Answers are Falco's."""

from collections.abc import Mapping
from dataclasses import dataclass

from sources.inlets.desk import Answer

PLAIN = ((b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff"))


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of a request."""

    method: str
    path: str
    headers: Mapping[bytes, bytes]
    """By name in small letters; of repeated ones the first."""


class Checks:
    """What the plugin `k8saudit` asks of requests. Subclasses ask something else."""

    def __init__(self, path: str, longest: int) -> None:
        self.path = path or "/"
        self.longest = longest
        """Bytes of the largest body."""

    def of_head(self, head: Head) -> Answer | None:
        """An answer, if the request is refused before its body is read."""
        if not self.here(head.path):
            return refuse(404, "404 page not found")
        if head.method != "POST":
            return refuse(405, f"{head.method} method not allowed")
        if b"application/json" not in head.headers.get(b"content-type", b""):
            return refuse(400, "wrong Content Type")
        return None

    def of_body(self, head: Head, body: bytes) -> bytes | Answer:  # noqa: ARG002 - others look at the headers again
        """The payload, or an answer if the request is refused."""
        return body

    def here(self, path: str) -> bool:
        """Whether a path is the one that is served; one that ends in a slash serves what is below it, too."""
        return path.startswith(self.path) if self.path.endswith("/") else path == self.path

    def too_long(self) -> str:
        """What the log says of a body that is too large."""
        return "bad request: http: request body too large"


def refuse(status: int, text: str) -> Answer:
    """An answer as Go's http.Error gives it."""
    return Answer(status, f"{text}\n", PLAIN)
