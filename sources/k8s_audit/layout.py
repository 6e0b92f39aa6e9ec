"""Audit events as rows: which lines are events as they stand, and where the fields are in them."""

from sources import fieldtable
from sources.k8s_audit.fields import PATHS, READERS
from sources.rows import Admission, Leaf, Path, Place, Reads, RowLayout

_SPEC = ("requestObject", "spec")
_PLACES = ("containers", "initContainers", "ephemeralContainers")
_ADMISSION = Admission(
    time=("stageTimestamp",),
    needed=((("kind",), "Event"), (("auditID",), None)),
    assumed={"auditID": ""},
)
_READS: dict[str, tuple[Path, ...]] = {
    "ka.uri.param": (("requestURI",),),
    "ka.target.pod.name": (
        ("objectRef", "resource"),
        ("objectRef", "subresource"),
        ("responseObject", "metadata", "name"),
    ),
    **dict.fromkeys(
        (
            "ka.req.binding.subjects.user_names",
            "ka.req.binding.subjects.serviceaccount_names",
            "ka.req.binding.subjects.serviceaccount_ns_names",
            "ka.req.binding.subjects.group_names",
        ),
        (("requestObject", "subjects"),),
    ),
    "ka.req.binding.subject.has_name": (),
    **dict.fromkeys(
        ("ka.req.container.image", "ka.req.container.image.repository", "ka.req.container.privileged"),
        ((*_SPEC, "containers"),),
    ),
    **dict.fromkeys(
        (
            "ka.req.pod.volumes.hostpath",
            "ka.req.pod.volumes.flexvolume_driver",
            "ka.req.pod.volumes.volume_type",
            "ka.req.volume.hostpath",
        ),
        ((*_SPEC, "volumes"),),
    ),
    **dict.fromkeys(
        (
            "ka.req.role.rules.apiGroups",
            "ka.req.role.rules.nonResourceURLs",
            "ka.req.role.rules.verbs",
            "ka.req.role.rules.resources",
        ),
        (("requestObject", "rules"),),
    ),
    "ka.req.service.ports": ((*_SPEC, "ports"),),
}


def _of_container(name: str, place: str) -> Reads:
    """A field of containers: those, and for two of them also the pod's own setting."""
    paths: tuple[Path, ...] = ((*_SPEC, place),)
    for ending, key in (("eff_run_as_user", "runAsUser"), ("eff_run_as_group", "runAsGroup")):
        if name.endswith(ending):
            paths += ((*_SPEC, key),)
    return Reads(paths, READERS[name])


def layout() -> RowLayout:
    """The layout of `k8s_audit`."""
    fields: dict[str, Place] = {name: Reads(paths, READERS[name]) for name, paths in _READS.items()}
    for group in fieldtable.load(__package__, "k8saudit"):
        for one in group.fields:
            path = PATHS.get(one.name)
            if path is not None:
                fields[one.name] = Reads((path,), READERS[one.name]) if one.is_list else Leaf(path)
            for place in _PLACES:
                if one.name.startswith(f"ka.req.pod.{place}."):
                    fields[one.name] = _of_container(one.name, place)
    return RowLayout(_ADMISSION, fields)
