"""Fields of containers and of their pods (Falco's container plugin).

The id comes from a thread's cgroups; everything else from what events said about the container. The fields that the
plugin deprecates never have a value.
"""

from collections.abc import Callable, Mapping

import re2

from engine.event import ASYNC_EVENT
from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.syscall.containers import Container, Mount
from sources.syscall.views import Reader, SyscallView

CONTAINER_JSON_2 = 324
SHORT = 12
"""Characters of an id that are shown."""
_HIDDEN = ("annotation.", "io.kubernetes.")
_POD = "io.kubernetes.pod."
_U64 = (1 << 64) - 1


def container_of(view: SyscallView) -> Container | None:
    """What is known of the container that an event is about; None: nothing, or the event has no thread."""
    if view.code in (ASYNC_EVENT, CONTAINER_JSON_2):
        told = view.state.containers.of_event(view.num)
        if told is not None:
            return told
    thread = view.thread
    return None if thread is None else view.state.containers.get(thread.container_id)


def _of(get: Callable[[Container], Value | None]) -> Reader:
    def read(view: SyscallView, _: FieldRef) -> Value | None:
        container = container_of(view)
        return None if container is None else get(container)

    return read


def _id(view: SyscallView, _: FieldRef) -> Value | None:
    container = container_of(view)
    if container is not None:
        return container.id
    return None if view.thread is None else view.thread.container_id


def _start(view: SyscallView, _: FieldRef) -> Value | None:
    return None if view.thread is None else view.thread.pidns_init_start_ts or None


def _duration(view: SyscallView, _: FieldRef) -> Value | None:
    start = 0 if view.thread is None else view.thread.pidns_init_start_ts
    return view.ts_ns - start & _U64 if start else None


# ---- mounts


def _show(mount: Mount) -> str:
    fields = (mount.source, mount.destination, mount.mode, "true" if mount.rw else "false", mount.propagation)
    return ":".join(fields)


def _mounts(container: Container) -> str:
    return ",".join(_show(mount) for mount in container.mounts or ())


def _mount(get: Callable[[Mount], str], *, by_destination: bool = False) -> Reader:
    """One mount, by position or by a pattern that its source (or destination) matches somewhere."""

    def read(view: SyscallView, ref: FieldRef) -> Value | None:
        container = container_of(view)
        mounts = [] if container is None else container.mounts or []
        if ref.index is not None:
            return get(mounts[ref.index]) if ref.index < len(mounts) else None
        try:
            pattern = re2.compile(f"(?m){ref.arg or ''}")
        except re2.error:
            return None
        for mount in mounts:
            if pattern.search(mount.destination if by_destination else mount.source):
                return get(mount)
        return None

    return read


# ---- labels and pods


def _labels(labels: Mapping[str, str] | None) -> str:
    shown = sorted((name, value) for name, value in (labels or {}).items() if not name.startswith(_HIDDEN))
    return ", ".join(f"{name}:{value}" if value else name for name, value in shown)


def _label(view: SyscallView, ref: FieldRef) -> Value | None:
    container = container_of(view)
    return None if container is None else (container.labels or {}).get(ref.arg or "")


def _pod_label_of(name: str) -> Reader:
    return _of(lambda container: (container.labels or {}).get(_POD + name))


def _sandbox(view: SyscallView, container: Container) -> Container | None:
    """The container that stands for a pod, where a container does not know about its network itself."""
    return None if container.cni_json else view.state.containers.get(container.pod_sandbox_id[:SHORT])


def _pod_labels(view: SyscallView, _: FieldRef) -> Value | None:
    container = container_of(view)
    if container is None:
        return None
    return _labels((_sandbox(view, container) or container).pod_sandbox_labels)


def _pod_label(view: SyscallView, ref: FieldRef) -> Value | None:
    container = container_of(view)
    if container is None:
        return None
    sandbox = _sandbox(view, container)
    for labels in (None if sandbox is None else sandbox.pod_sandbox_labels, container.pod_sandbox_labels):
        if labels and ref.arg in labels:
            return labels[ref.arg]
    return None


def _of_network(get: Callable[[Container], str]) -> Reader:
    """What the container knows of its network, else what the one that stands for its pod does."""

    def read(view: SyscallView, _: FieldRef) -> Value | None:
        container = container_of(view)
        if container is None:
            return None
        owner = container if container.cni_json else _sandbox(view, container)
        return None if owner is None else get(owner)

    return read


def _nothing(_view: SyscallView, _ref: FieldRef) -> Value | None:
    return None


_DEPRECATED = (
    *("container.healthcheck", "container.liveness_probe", "container.readiness_probe"),
    *(f"proc.is_container_{probe}" for probe in ("healthcheck", "liveness_probe", "readiness_probe")),
    *(f"k8s.{kind}.{part}" for kind in ("rc", "svc", "rs", "deployment") for part in ("name", "id", "label", "labels")),
    *("k8s.ns.id", "k8s.ns.label", "k8s.ns.labels"),
)
FIELDS: dict[str, Reader] = {
    "container.id": _id,
    "container.full_id": _of(lambda c: c.full_id),
    "container.name": _of(lambda c: c.name),
    "container.image": _of(lambda c: c.image),
    "container.image.id": _of(lambda c: c.imageid),
    "container.image.repository": _of(lambda c: c.imagerepo),
    "container.image.tag": _of(lambda c: c.imagetag),
    "container.image.digest": _of(lambda c: c.imagedigest),
    "container.type": _of(lambda c: c.type_name),
    "container.privileged": _of(lambda c: c.privileged),
    "container.mounts": _of(_mounts),
    "container.mount": _mount(_show),
    "container.mount.source": _mount(lambda m: m.source, by_destination=True),
    "container.mount.dest": _mount(lambda m: m.destination),
    "container.mount.mode": _mount(lambda m: m.mode),
    "container.mount.rdwr": _mount(lambda m: "true" if m.rw else "false"),
    "container.mount.propagation": _mount(lambda m: m.propagation),
    "container.start_ts": _start,
    "container.duration": _duration,
    "container.ip": _of(lambda c: c.ip),
    "container.cni.json": _of(lambda c: c.cni_json),
    "container.host_pid": _of(lambda c: c.host_pid),
    "container.host_network": _of(lambda c: c.host_network),
    "container.host_ipc": _of(lambda c: c.host_ipc),
    "container.label": _label,
    "container.labels": _of(lambda c: _labels(c.labels)),
    "k8s.pod.name": _pod_label_of("name"),
    "k8s.ns.name": _pod_label_of("namespace"),
    "k8s.pod.id": _pod_label_of("uid"),
    "k8s.pod.uid": _pod_label_of("uid"),
    "k8s.pod.sandbox_id": _of(lambda c: c.pod_sandbox_id[:SHORT]),
    "k8s.pod.full_sandbox_id": _of(lambda c: c.pod_sandbox_id),
    "k8s.pod.label": _pod_label,
    "k8s.pod.labels": _pod_labels,
    "k8s.pod.ip": _of_network(lambda c: c.ip),
    "k8s.pod.cni.json": _of_network(lambda c: c.cni_json),
    **dict.fromkeys(_DEPRECATED, _nothing),
}
"""Every field of the plugin, by name."""
