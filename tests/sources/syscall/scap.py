"""Writes captures for tests: sections, lists and events of both layouts."""

import struct
from dataclasses import dataclass, field

from engine.events.tables import EVENTS

WIDTHS = {
    **dict.fromkeys(("FD", "PID", "ERRNO", "INT64", "UINT64", "ABSTIME", "RELTIME"), 8),
    **dict.fromkeys(("FLAGS32", "UINT32", "UID", "GID", "MODE", "ENUMFLAGS32", "INT32"), 4),
    **dict.fromkeys(("FLAGS16", "UINT16", "PORT", "ENUMFLAGS16", "SYSCALLID"), 2),
    **dict.fromkeys(("FLAGS8", "UINT8", "ENUMFLAGS8", "INT8", "SIGTYPE"), 1),
}
LARGE = 1 << 11
SECTION = struct.pack("<IHHQ", 0x1A2B3C4D, 1, 2, (1 << 64) - 1)


def text(value: str | bytes) -> bytes:
    """A string with its length before it, as lists have it."""
    data = value.encode() if isinstance(value, str) else value
    return struct.pack("<H", len(data)) + data


def process(tid: int, pid: int | None = None, ptid: int = 1, comm: str = "init", **more: object) -> bytes:
    """One entry of a process list, version 9."""
    get = more.get
    body = struct.pack("<qqqqq", tid, tid if pid is None else pid, ptid, get("sid", 1), get("vpgid", 1))
    body += text(comm) + text(f"/bin/{comm}") + text(str(get("exepath", f"/usr/bin/{comm}")))
    body += text(bytes(get("args", b""))) + text(str(get("cwd", "/")))
    body += struct.pack("<QIII", 1024, get("flags", 0), get("uid", 0), get("gid", 0)) + struct.pack("<IIIQQ", *[0] * 5)
    body += text(bytes(get("env", b"")))
    body += struct.pack("<qq", get("vtid", tid), get("vpid", tid if pid is None else pid))
    body += text(bytes(get("cgroups", b""))) + text("/")
    body += struct.pack("<QIIBQQQBQQQBBq", 0, 0, 0xFFFFFFFF, 0, 0, 0, 0, 0, 7, 8, 9, 0, 0, 1)
    return struct.pack("<I", len(body) + 4) + body


@dataclass
class Capture:
    """A capture being written. Every method adds to it and gives it back."""

    data: bytearray = field(default_factory=bytearray)
    ts: int = 1_000_000_000_000_000_000
    section_on_start: bool = True

    def __post_init__(self) -> None:
        if self.section_on_start:
            self.section()

    def block(self, kind: int, body: bytes) -> "Capture":
        """Any block."""
        body += bytes(-len(body) % 4)
        size = struct.pack("<I", len(body) + 12)
        self.data += struct.pack("<I", kind) + size + body + size
        return self

    def section(self) -> "Capture":
        """The beginning of a section."""
        return self.block(0x0A0D0D0A, SECTION)

    def processes(self, *entries: bytes) -> "Capture":
        """A process list; without arguments, of init alone."""
        return self.block(0x215, b"".join(entries or (process(1, ptid=0),)))

    def fds(self, tid: int, *entries: tuple[int, int, bytes]) -> "Capture":
        """A descriptor list: number, type and the rest of each."""
        body = struct.pack("<q", tid)
        for number, kind, rest in entries:
            body += struct.pack("<IqQB", 4 + 17 + len(rest), number, 0, kind) + rest
        return self.block(0x218, body)

    def event(
        self, code: int, *params: int | str | bytes | None, tid: int = 1, after: int = 1000, state_only: bool = False
    ) -> "Capture":
        """An event; None is an empty parameter, strings get their NUL, numbers the width of their type."""
        values = self.values(code, params)
        values += [b""] * (len(EVENTS[code][3]) - len(values))
        return self.raw_event(code, values, tid=tid, after=after, state_only=state_only)

    def values(self, code: int, params: tuple[int | str | bytes | None, ...]) -> list[bytes]:
        """Parameters as bytes."""
        found = []
        for (_, type_, *_), value in zip(EVENTS[code][3], params, strict=False):
            if isinstance(value, int):
                width = WIDTHS[type_]
                found.append((value & ((1 << 8 * width) - 1)).to_bytes(width, "little"))
            else:
                found.append(b"" if value is None else value.encode() + b"\0" if isinstance(value, str) else value)
        return found

    def raw_event(
        self, code: int, values: list[bytes], *, tid: int = 1, after: int = 1000, state_only: bool = False
    ) -> "Capture":
        """An event with just these parameters."""
        self.ts += after
        large = bool(EVENTS[code][2] & LARGE)
        tail = b"".join(struct.pack("<I" if large else "<H", len(value)) for value in values) + b"".join(values)
        header = struct.pack("<QqIHI", self.ts, tid, 26 + len(tail), code, len(values))
        head = struct.pack("<HI", 3, 1) if state_only else struct.pack("<H", 3)
        return self.block((0x222 if state_only else 0x221) if large else 0x216 + state_only, head + header + tail)

    def old_event(self, code: int, *params: int | str | bytes | None, tid: int = 1) -> "Capture":
        """An event in the first layout, which does not say how many parameters there are."""
        self.ts += 1000
        values = self.values(code, params)
        tail = b"".join(struct.pack("<H", len(value)) for value in values) + b"".join(values)
        header = struct.pack("<QqIH", self.ts, tid, 22 + len(tail), code)
        return self.block(0x204, struct.pack("<H", 0) + header + tail)

    def clone(self, tid: int, child: int, flags: int = 0, **more: object) -> "Capture":
        """Write clone, on one side: `child` is what it returned."""
        get = more.get
        return self.event(
            int(get("code", 223)), child, str(get("exe", "/bin/sh")), bytes(get("args", b"-c\0true\0")), tid,
            get("pid", tid), get("ptid", 1), "", 1024, 0, 0, 0, 0, 0, str(get("comm", "sh")),
            get("cgroups"), flags, get("uid", 0), 0, get("vtid", tid), get("vpid", get("pid", tid)), 0,
            tid=tid, after=int(get("after", 1000)),
        )  # fmt: skip

    def execve(self, tid: int, comm: str, **more: object) -> "Capture":
        """A successful execve of /usr/bin/COMM."""
        get = more.get
        return self.event(
            293, 0, f"/bin/{comm}", bytes(get("args", b"")), tid, get("pid", tid), get("ptid", 1), "", 1024, 0, 0, 0,
            0, 0, comm, get("cgroups"), bytes(get("env", b"A=b\0")), 0, 1, -1, get("flags", 0), 1, 2, 3, 11, 12, 13,
            get("uid", 0), f"/usr/bin/{comm}", tid, 0, f"/usr/bin/{comm}", tid=tid,
        )  # fmt: skip

    def exit(self, tid: int, reaper: int | None = 0) -> "Capture":
        """Write procexit."""
        return self.event(186, 0, 0, 0, 0, reaper, tid=tid)

    def openat(self, tid: int, fd: int, path: str, dirfd: int = -100, flags: int = 1) -> "Capture":
        """An openat that gave `fd`."""
        return self.event(307, fd, dirfd, path, flags, 0, 5, 6, tid=tid)

    def close(self, tid: int, fd: int) -> "Capture":
        """A successful close."""
        return self.event(5, 0, fd, tid=tid)

    def idle(self, tid: int = 1) -> "Capture":
        """An event that changes nothing, so that what the one before put off happens."""
        return self.event(1, 0, 0, tid=tid)
