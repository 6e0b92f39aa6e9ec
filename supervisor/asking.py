"""What an operator can ask of a running cadge, and what is answered: the messages of the control socket.

One JSON object a line, each way; `do` says what is wanted:

    {"do": "status"}                          {"ok": true, "overview": {...}}
    {"do": "restart", "source": "k8s_audit"}  {"ok": true, "text": "k8s_audit is started again"}
"""

import msgspec


class Status(msgspec.Struct, frozen=True, tag="status", tag_field="do", forbid_unknown_fields=True):
    """Ask how everything is."""


class Stop(msgspec.Struct, frozen=True, tag="stop", tag_field="do", forbid_unknown_fields=True):
    """Stop one source, gently; the others go on."""

    source: str


class Start(msgspec.Struct, frozen=True, tag="start", tag_field="do", forbid_unknown_fields=True):
    """Start a source that was stopped or given up; what it died of before is forgiven."""

    source: str


class Restart(msgspec.Struct, frozen=True, tag="restart", tag_field="do", forbid_unknown_fields=True):
    """Give a source a new process."""

    source: str


class Reload(msgspec.Struct, frozen=True, tag="reload", tag_field="do", forbid_unknown_fields=True):
    """Read the rules again, as SIGHUP does; answered once they are in force, or refused."""


Request = Status | Stop | Start | Restart | Reload


class SourceStatus(msgspec.Struct, frozen=True):
    """One source, now."""

    source: str
    state: str
    """supervisor.lifecycle.State, in small letters."""
    pid: int
    """0 while it has no process."""
    age_s: float
    """How long its process has lived."""
    restarts: int
    deaths: int
    last_death: str
    """The sentence that explained it; empty if it never died."""
    events: int
    alerts: int
    counters: dict[str, int]
    """What was lost or odd, in the source's own words."""
    position: tuple[int, int] | None
    """Bytes read, and size of the input (0: unknown); None for inputs without a place."""
    lag_ns: int
    """How far a live source is behind the clock."""
    waiting: int
    """Alerts that the outputs have not taken yet."""
    rss_bytes: int
    cpu_s: float
    rules_hash: str
    """Of the rules in force in its process."""


class Overview(msgspec.Struct, frozen=True):
    """The whole run, now."""

    version: str
    pid: int
    ready: bool
    """Every enabled source has been opened with its rules."""
    age_s: float
    queue_drops: int
    """Alerts that did not fit into the outputs' queue."""
    sources: list[SourceStatus]


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """To any request. Not `ok`: nothing was changed, and `text` says why."""

    ok: bool
    text: str = ""
    overview: Overview | None = None


def decode(line: bytes) -> Request:
    """Raises ValueError with a sentence for what is no request."""
    try:
        return _REQUEST.decode(line)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a request: {error}") from None


_REQUEST: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)
