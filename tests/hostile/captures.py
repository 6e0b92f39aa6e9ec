"""Mutated captures by the thousand, through the kernel and everything Python can ask of its state: `make fuzz`.

    python tests/hostile/captures.py [ROUNDS] [SECONDS] [SEED]

Framing stays right more often than not, so that hostile contents get past it. With the kernel that instrument.py builds
(CADGE_FUZZ=its folder) memory errors end the run, and captures that reach new code are kept and mutated further; the
capture in hand lies beside it as last.scap. The same seed gives the same captures.
"""

import ctypes
import gzip
import os
import random
import resource
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/sources/syscall"))
BUILT = Path(os.environ["CADGE_FUZZ"]).resolve() if "CADGE_FUZZ" in os.environ else None
if BUILT is not None:
    import sources.syscall

    if (BUILT / "edges.so").exists():
        EDGES = ctypes.CDLL(str(BUILT / "edges.so"), mode=ctypes.RTLD_GLOBAL)
    sources.syscall.__path__.insert(0, str(BUILT / "lib/sources/syscall"))

from scap import WIDTHS, Capture, process  # noqa: E402 - the built kernel has to be found first

from engine.alert import member_of  # noqa: E402 - as above
from engine.event import Stream  # noqa: E402 - as above
from engine.events.tables import EVENTS  # noqa: E402 - as above
from engine.fields.resolve import FieldError, resolve  # noqa: E402 - as above
from engine.options import Options  # noqa: E402 - as above
from sources import catalogs, registry  # noqa: E402 - as above
from sources.syscall import _state  # noqa: E402 - as above
from sources.syscall._kernel import CaptureError, Kernel  # noqa: E402 - as above
from sources.syscall.readers import readers  # noqa: E402 - as above
from sources.syscall.views import Kit, SyscallView  # noqa: E402 - as above

Blocks = list[tuple[int, bytes]]
SECTION = 0x0A0D0D0A
EVENT_BLOCKS = frozenset({0x204, 0x208, 0x216, 0x217, 0x221, 0x222})
LISTS = (0x201, *range(0x202, 0x208), *range(0x209, 0x216), 0x218, 0x219, 0x220, 0x8000ABCD, 0x8002ABCD)
NUMBERS = (
    *(0, 1, 2, 3, 4, 5, 7, 10, 99, 100, 253, 254, 255, 256, 257, 1023, 1024, 1025, 4095, 4096, 65535, 65536),
    *(1 << 31, (1 << 31) - 1, 1 << 32, (1 << 32) - 1, 1 << 62, (1 << 63) - 1, -1, -2, -100, -115, -(1 << 63)),
)
MOST_EVENTS, MOST_POOL = 150, 2000
LARGE = 1 << 11
GENTLE = 0.97
"""Share of changes to events that leave their lengths right: a wrong one ends the reading."""
THREAD = [name for name in dir(_state.Thread) if not name.startswith("_")]
ARGUMENTS = {"fd": (3,), "ancestor": (3,), "swap_cpu": (1, 7)}
FD = [name for name in dir(_state.Fd) if not name.startswith("_")]


# ---- seeds


def every_event(draw: random.Random) -> Capture:
    """A capture with an event of every type, its parameters drawn."""
    capture = Capture().processes(process(1, ptid=0), process(7, ptid=1, cgroups=b"cpu=/docker/" + b"a" * 64 + b"\0"))
    capture.fds(1, (0, 1, struct.pack("<H", 2) + b"/x"), (3, 3, bytes(13)), (4, 8, bytes(16) + struct.pack("<H", 0)))
    for code in draw.sample(range(len(EVENTS)), len(EVENTS)):
        values = [_value(draw, param[1]) for param in EVENTS[code][3]]
        if code != 17:
            capture.raw_event(code, values, tid=draw.choice((1, 1, 7, 8, 9)))
    return capture


def network(draw: random.Random) -> Capture:
    """A capture of sockets: made, bound, connected, written to and read from, of every family and protocol."""
    capture = Capture().processes()
    for number in range(3, 40):
        family, kind, protocol = draw.choice((1, 2, 10)), draw.choice((1, 2, 3)), draw.choice((0, 1, 6, 17, 255))
        capture.event(19, number, family, kind, protocol, 0)
        first, second = _address(draw, family), _address(draw, family)
        pair = b"\x01" + bytes(16) + second[1:] if family == 1 else bytes([family]) + first[1:] + second[1:]
        capture.event(21, 0, draw.choice((first, second)), number)
        capture.event(22, number, second).event(23, draw.choice((0, -115, -111)), pair, number, second)
        capture.event(draw.choice((29, 31, 49)), 4, b"data", number, 4, pair)
        capture.event(35, 4, b"data", pair, number, 4).event(53, 4, 4, b"data", pair, b"", number)
        capture.event(draw.choice((247, 389)), number + 100, pair, 0, 0, 5, 4096).event(43, 0, number, number + 1, 1, 2)
    return capture


def _address(draw: random.Random, family: int) -> bytes:
    """A sockaddr parameter."""
    if family == 1:
        return b"\1/run/sock\0"
    hosts = (bytes(4), b"\x0a\0\0\1", b"\x08" * 4)
    if family == 10:
        hosts = (bytes(16), bytes(10) + b"\xff\xff" + hosts[1], draw.randbytes(16))
    return bytes([family]) + draw.choice(hosts) + struct.pack("<H", draw.choice((0, 53, 443)))


def cgroups(draw: random.Random) -> Capture:
    """A capture of processes in containers of every kind."""
    capture, id_ = Capture().processes(), "0123456789abcdef" * 4
    for tid in range(2, 40):
        path = draw.choice(("/docker/ID", "/libpod-ID.scope", "/lxc/ID", "/a.libvirt-lxc", "/lxc.payload.x/init.scope"))
        path = draw.choice((path, "/ns/name", "/bpm-x.scope", r"/machine-lxc\x2d1\x2dx.scope", ":cri-containerd:ID"))
        said = f"cpu_cgroup=/\0{draw.choice(('io', 'mem', 'perf', 'x_cgroup'))}={path.replace('ID', id_)}\0".encode()
        capture.clone(1, tid, draw.choice((0, 1 << 13, 1 << 29)), cgroups=said).clone(tid, 0, pid=tid, cgroups=said)
        capture.execve(tid, "prog", cgroups=said).event(402, 0, "container", b'{"container": {"id": "0123456789ab"}}')
        code = draw.choice((193, 195, 199, 201, 427, 429, 353, 275, 285, 241, 143, 145, 401, 151))
        numbers = (draw.choice((1, 7, 36, 1 << 20)) if param[1] in WIDTHS else None for param in EVENTS[code][3][1:])
        capture.event(code, 0, *numbers, tid=tid)
        capture.exit(tid, draw.choice((0, -1, 1, tid - 1)))
    return capture


def _value(draw: random.Random, type_: str) -> bytes:
    if type_ in ("SOCKTUPLE", "SOCKADDR"):
        family = draw.choice((1, 2, 10))
        return bytes([family]) + draw.randbytes({1: 16, 2: 12, 10: 36}[family]) + (b"/sock\0" if family == 1 else b"")
    if type_ in ("CHARBUF", "FSPATH", "FSRELPATH"):
        return draw.choice((b"/etc/passwd\0", b"a/../b\0", b"<NA>\0", b"\0", b"", b"x" * 300 + b"\0"))
    if type_ in ("BYTEBUF", "CHARBUFARRAY", "CHARBUF_PAIR_ARRAY"):
        return draw.choice((b"a\0b\0", b"cpu=/docker/" + b"f" * 64, b"", draw.randbytes(40)))
    width = 8 if type_ in ("FD", "PID", "ERRNO", "INT64", "UINT64", "ABSTIME", "RELTIME") else 4
    width = 1 if "8" in type_ and "UINT8" in type_ else 2 if "16" in type_ else width
    return (draw.choice((0, 1, 3, 4, 7, 8, -1, -100, 4096)) & ((1 << 8 * width) - 1)).to_bytes(width, "little")


def blocks(data: bytes) -> Blocks:
    """The blocks of a capture."""
    found, at = [], 0
    while at + 12 <= len(data):
        kind, total = struct.unpack_from("<II", data, at)
        if total < 12 or at + total > len(data):
            break
        found.append((kind, data[at + 8 : at + total - 4]))
        at += total
    return found


def seeds(draw: random.Random) -> list[Blocks]:
    """Captures made for this, and the recorded ones where they lie beside the repository."""
    found = [blocks(bytes(make(draw).data)) for make in (every_event, network, cgroups) for _ in range(6)]
    for path in sorted((ROOT.parent / "shared/corpus/syscall").glob("*/capture.scap")):
        data = path.read_bytes()
        whole = blocks(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
        if len(whole) < 20_000:
            found.append(whole)
    return found


# ---- mutations


def mutate(draw: random.Random, body: bytes) -> bytes:
    """A few changes to the contents of a block."""
    data = bytearray(body)
    for _ in range(draw.randint(1, 4)):
        if not data:
            return bytes(draw.randbytes(draw.randint(0, 40)))
        at = draw.randrange(len(data))
        kind = draw.randrange(8)
        if kind == 0:
            data[at] = draw.randrange(256)
        elif kind == 1:
            data[at : at + 8] = struct.pack("<q", draw.choice(NUMBERS))
        elif kind == 2:
            data[at : at + 2] = struct.pack("<H", draw.choice(NUMBERS) & 0xFFFF)
        elif kind == 3:
            data[at : at + 4] = struct.pack("<I", draw.choice(NUMBERS) & 0xFFFFFFFF)
        elif kind == 4:
            del data[at : at + draw.randint(1, 12)]
        elif kind == 5:
            data[at:at] = draw.randbytes(draw.randint(1, 12))
        elif kind == 6 and len(data) > 24:
            data[10:18] = struct.pack("<q", draw.choice((1, 7, 8, 9, 2, 0, -1, 1 << 40)))
        elif kind == 7 and len(data) > 24:
            data[22:24] = struct.pack("<H", draw.randrange(len(EVENTS)))
    return bytes(data)


def reshape(draw: random.Random, kind: int, body: bytes) -> bytes:
    """Other parameters, thread or type in an event whose lengths are still right."""
    at = 6 if kind in (0x217, 0x222) else 2
    if kind in (0x204, 0x208) or len(body) < at + 26:
        return mutate(draw, body)
    ts, tid, _, code, count = struct.unpack_from("<QqIHI", body, at)
    if code >= len(EVENTS) or count > len(EVENTS[code][3]):
        return mutate(draw, body)
    width = "I" if EVENTS[code][2] & LARGE else "H"
    start = at + 26
    if len(body) < start + struct.calcsize(f"<{count}{width}"):
        return mutate(draw, body)
    lengths = struct.unpack_from(f"<{count}{width}", body, start)
    start += struct.calcsize(f"<{count}{width}")
    values = []
    for length in lengths:
        values.append(body[start : start + length])
        start += length
    for _ in range(draw.randint(1, 3) if values else 0):
        position = draw.randrange(len(values))
        values[position] = _other(draw, values[position], values)[:60_000]
    if draw.random() < 0.2:
        tid = draw.choice((1, 7, 8, 9, 2, 0, -1, 1 << 40))
    tail = b"".join(struct.pack(f"<{width}", len(value)) for value in values) + b"".join(values)
    return body[:at] + struct.pack("<QqIHI", ts, tid, 26 + len(tail), code, count) + tail


def _other(draw: random.Random, value: bytes, values: list[bytes]) -> bytes:
    """Another value for a parameter."""
    kind = draw.randrange(6)
    if kind == 0 and len(value) in (1, 2, 4, 8):
        return (draw.choice(NUMBERS) & ((1 << 8 * len(value)) - 1)).to_bytes(len(value), "little")
    if kind == 1:
        return value[: draw.randint(0, len(value))]
    if kind == 2:
        return value + draw.randbytes(draw.randint(0, 40))
    if kind == 3:
        return draw.choice(values)
    if kind == 4:
        return draw.choice(
            (b"", b"\0", b"/" * 2000 + b"\0", b"../" * 400 + b"\0", b"(NULL)\0", b"=\0=\0", b"/x (deleted)\0")
        )
    return mutate(draw, value)


def mutated(draw: random.Random, source: Blocks, other: Blocks) -> Blocks:
    """A capture that is nearly one of the seeds."""
    lists = [block for block in source if block[0] not in EVENT_BLOCKS]
    events = [block for block in source if block[0] in EVENT_BLOCKS]
    start = draw.randrange(max(1, len(events) - MOST_EVENTS))
    events = events[start : start + MOST_EVENTS]
    if draw.random() < 0.2:
        events += [block for block in other if block[0] in EVENT_BLOCKS][: draw.randint(1, 40)]
    for part, most in ((lists, 3 if draw.random() < 0.3 else 0), (events, 40)):
        for _ in range(draw.randint(0, most) if part else 0):
            at = draw.randrange(len(part))
            kind, body = part[at]
            if kind != SECTION or draw.random() < 0.05:
                kind = draw.choice(LISTS) if kind not in EVENT_BLOCKS and draw.random() < 0.3 else kind
                kind = draw.choice(sorted(EVENT_BLOCKS)) if kind in EVENT_BLOCKS and draw.random() < 0.003 else kind
                gently = kind in EVENT_BLOCKS and draw.random() < GENTLE
                part[at] = (kind, reshape(draw, kind, body) if gently else mutate(draw, body))
    if draw.random() < 0.3:
        draw.shuffle(events)
    if draw.random() < 0.1:
        return lists + events + lists + events
    return lists + events


def as_bytes(draw: random.Random, parts: Blocks) -> bytes:
    """The capture; now and then its framing is broken, too."""
    out = bytearray()
    for kind, body in parts:
        total = len(body) + 12
        out += struct.pack("<II", kind, total) + body + struct.pack("<I", total)
    if draw.random() < 0.1 and out:
        at = draw.randrange(len(out))
        out[at : at + 4] = struct.pack("<I", draw.choice(NUMBERS) & 0xFFFFFFFF)
    return bytes(out[: draw.randrange(len(out))] if draw.random() < 0.1 and out else out)


# ---- one capture


@cache
def writers() -> list[Callable[[SyscallView], object]]:
    """How every field is written into JSON: without argument, with a number, with a text, for every parameter."""
    catalog = catalogs.catalog("syscall", [registry.load("container")], Options())
    names = {param[0] for event in EVENTS for param in event[3]}
    asked = [(f"evt.{kind}.{name}", None) for kind in ("arg", "rawarg") for name in sorted(names)]
    asked += [(name, arg) for name in sorted(readers()) for arg in (None, "0", "2", "PATH")]
    found = []
    for name, arg in asked:
        try:
            found.append(member_of(resolve(catalog, name, arg), Options(json=True)))
        except FieldError:  # takes no argument, or needs one
            continue
    return found


def look_through_fields(kernel: Kernel) -> None:
    """Ask for every field at an event."""
    stream = Stream("syscall", UTC)
    stream.first_ts_ns = kernel.first_ts or None
    view = SyscallView(Kit(kernel, stream, readers(), lambda _: ()), kernel.code)
    for write in writers():
        write(view)


def look(kernel: Kernel) -> None:
    """Ask everything that fields can ask at an event."""
    state = kernel.state
    state.containers.of_event(kernel.num)
    for at in range(min(kernel.nparams + 1, 40)):
        kernel.param(at)
        kernel.param_int(at, signed=True)
    fd, thread = state.event_fd(), state.thread()
    for one, names in ((fd, FD), (thread, THREAD)):
        for name in names if one is not None else ():
            value = getattr(one, name)
            if callable(value):
                value(*ARGUMENTS.get(name, ()))
    if thread is not None:
        state.user(thread.uid)
        state.group(thread.gid)
        state.set_event_fd(thread.lastevent_fd)


def run(draw: random.Random, data: bytes) -> str:
    """Read one capture to its end; gives what ended it."""
    state = _state.State(
        purging=draw.random() < 0.3,
        container_plugin=draw.random() < 0.9,
        max_threads=draw.choice((2, 16, 262144)),
        max_fds=draw.choice((2, 4096)),
        max_bytes=draw.choice((1000, 1 << 30)),
    )
    kernel = Kernel(strict=draw.random() < 0.3, state=state)
    piece = draw.choice((len(data) or 1, 4096, 333))
    try:
        for at in range(0, len(data) or 1, piece):
            kernel.feed(data[at : at + piece], at + piece >= len(data))
            while kernel.advance() >= 0:
                if draw.random() < 0.2:
                    look(kernel)
                if draw.random() < 0.02:
                    look_through_fields(kernel)
    except CaptureError as error:
        return " ".join(word for word in str(error).split() if not word.rstrip(".,():").isdigit())[:60]
    finally:
        state.threads()
        state.interfaces4()
        state.interfaces6()
    assert state.counters["bytes"] < 1 << 31
    return "read to its end"


def main() -> None:
    """Report what became of the captures."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 1e9
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    draw = random.Random(seed)
    pool = seeds(draw)
    first, guided = len(pool), BUILT is not None and (BUILT / "edges.so").exists()
    ends: Counter[str] = Counter()
    began = time.monotonic()
    done = 0
    while done < rounds and time.monotonic() - began < seconds:
        source = draw.choice(pool[first:] if len(pool) > first and draw.random() < 0.6 else pool)
        parts = mutated(draw, source, draw.choice(pool))
        data = as_bytes(draw, parts)
        if BUILT is not None:
            (BUILT / "last.scap").write_bytes(data)
        ends[run(draw, data)] += 1
        done += 1
        if guided and EDGES.edges_new() and len(pool) < MOST_POOL:
            pool.append(parts)
    took = time.monotonic() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{done} captures in {took:.0f} s, seed {seed}: no crash, no exception; at most {memory} MB")
    if guided:
        print(f"{EDGES.edges_all()} edges; {len(pool) - first} captures that reached new ones were mutated further")
    for end, count in ends.most_common(15):
        print(f"{count:8} {end}")


if __name__ == "__main__":
    main()
