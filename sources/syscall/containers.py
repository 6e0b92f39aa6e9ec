"""Containers as a capture describes them: the JSON of Falco's container plugin, old and new.

A thread's container id comes from its cgroups and needs none of this; everything else about a container does. What
does not parse is ignored, as the plugin does.
"""

from typing import Final

import msgspec

HOST: Final = 0xFFFE
UNKNOWN: Final = 0xFFFF
TYPES: Final = {
    0: "docker",
    1: "lxc",
    2: "libvirt-lxc",
    3: "mesos",
    4: "rkt",
    6: "cri",
    7: "containerd",
    8: "cri-o",
    9: "bpm",
    11: "podman",
    HOST: "host",
}
"""The plugin's CT_* numbers with their names; others have none."""
MOST: Final = 65536
"""Containers that are kept; the oldest go first. The plugin has no limit."""


class Mount(msgspec.Struct, frozen=True):
    """One mount of a container."""

    source: str = msgspec.field(default="", name="Source")
    destination: str = msgspec.field(default="", name="Destination")
    mode: str = msgspec.field(default="", name="Mode")
    rw: bool = msgspec.field(default=False, name="RW")
    propagation: str = msgspec.field(default="", name="Propagation")


class Container(msgspec.Struct, frozen=True):
    """What is known of one container."""

    id: str = ""
    type: int = UNKNOWN
    full_id: str = ""
    name: str = ""
    image: str = ""
    imageid: str = ""
    imagerepo: str = ""
    imagetag: str = ""
    imagedigest: str = ""
    ip: str = ""
    cni_json: str = ""
    privileged: bool = False
    host_pid: bool = False
    host_network: bool = False
    host_ipc: bool = False
    is_pod_sandbox: bool = False
    pod_sandbox_id: str = ""
    created_time: int = 0
    """Seconds since 1970."""
    user: str = msgspec.field(default="", name="User")
    env: list[str] | None = None
    labels: dict[str, str] | None = None
    pod_sandbox_labels: dict[str, str] | None = None
    mounts: list[Mount] | None = msgspec.field(default=None, name="Mounts")

    @property
    def type_name(self) -> str:
        """The word for its type; empty if there is none."""
        return TYPES.get(self.type, "")


class _Payload(msgspec.Struct, frozen=True):
    container: Container


_decode = msgspec.json.Decoder(_Payload).decode
HOST_CONTAINER: Final = Container(id="host", full_id="host", name="host", type=HOST)


class Containers:
    """The containers of one capture, by id. The host is one too: it has the empty id."""

    def __init__(self) -> None:
        self._known: dict[str, Container] = {"": HOST_CONTAINER}
        self._last: tuple[int, Container] | None = None

    def get(self, container_id: str) -> Container | None:
        """What is known of a container; None if nothing is."""
        return self._known.get(container_id)

    def ips(self) -> list[str]:
        """The addresses of all containers that have one."""
        return [one.ip for one in self._known.values() if one.ip]

    def of_event(self, num: int) -> Container | None:
        """The container that the event of this number tells about; None if it tells about none."""
        return self._last[1] if self._last is not None and self._last[0] == num else None

    def matched(self, container_id: str, type_: int) -> None:
        """A container whose cgroup path says all that will ever be known of it."""
        self._keep(Container(id=container_id, type=type_))

    def added(self, payload: bytes, num: int) -> None:
        """The JSON that event `num` carries about a container; wrong JSON raises msgspec.MsgspecError."""
        container = _decode(payload).container
        self._keep(container)
        self._last = (num, container)

    def removed(self, payload: bytes, num: int) -> None:
        """The JSON that event `num` carries about a container that is gone."""
        container = _decode(payload).container
        self._last = (num, container)
        if container.id:
            self._known.pop(container.id, None)

    def async_event(self, name: bytes, payload: bytes, num: int) -> None:
        """An async event: those of other plugins are not about containers."""
        if name == b"container":
            self.added(payload, num)
        elif name == b"container_removed":
            self.removed(payload, num)

    def _keep(self, container: Container) -> None:
        self._known.pop(container.id, None)
        self._known[container.id] = container
        if len(self._known) > MOST:
            self._known.pop(next(name for name in self._known if name))
