"""The `ka.*` fields, read from the JSON of an audit event as Falco's k8saudit plugin reads them, its mistakes included.

`ka.*.eff_run_as_*` look at the container instead of its securityContext, `ka.sourceips` looks below
`requestObject.rules` and so never has a value, and a missing container name or image takes all of them away.
"""

from collections.abc import Callable
from typing import Any

from engine.fields.catalog import FieldRef
from engine.values import Value
from sources import gourl
from sources.jsonvalue import MISSING, Node, array, get, render, string, text
from sources.view import FieldReader, PluginView


class _Absent(Exception):  # noqa: N818 - control flow within this file
    """The field has no value on this event."""


Rule = Callable[[Node, FieldRef], Value]
"""Reads one field from an event's document; raises _Absent."""


def _reader(rule: Rule) -> FieldReader:
    def read(view: PluginView, ref: FieldRef) -> Value | None:
        if view.payload[:1] not in (b"{", b"["):
            return None
        document = view.document
        if get(document, "auditID") is MISSING:
            return None
        try:
            return rule(document, ref)
        except _Absent:
            return None

    return read


# ------------------------------------------------------------------------------------------------ pieces of rules


def _shown(node: Node) -> str:
    """A value as text. Raises _Absent for one that is not there."""
    if node is MISSING:
        raise _Absent
    return render(node)


def _present(nodes: list[Any]) -> tuple[str, ...]:
    return tuple(render(node) for node in nodes if node is not MISSING)


def _collect(node: Node, index: int | None, keys: tuple[str, ...]) -> list[Any]:
    """The values at a path; an array on the way means all its elements (MISSING where absent) or one of them."""
    for place, key in enumerate(keys):
        if isinstance(node, list):
            if index is None:
                return [found for element in node for found in _collect_or_missing(element, keys[place:])]
            if index >= len(node):
                raise _Absent
            node = node[index]
        if key:
            node = get(node, key)
        if node is MISSING:
            raise _Absent
    return [node]


def _collect_or_missing(node: Node, keys: tuple[str, ...]) -> list[Any]:
    try:
        return _collect(node, None, keys)
    except _Absent:
        return [MISSING]


def _path(*keys: str) -> Rule:
    def rule(document: Node, ref: FieldRef) -> Value:
        value = get(document, *keys)
        if not ref.field.is_list:
            return _shown(value)
        if not isinstance(value, list):
            raise _Absent
        return tuple(render(element) for element in value)

    return rule


def _all_of(*keys: str) -> Rule:
    """Every value at a path that leads through arrays."""

    def rule(document: Node, ref: FieldRef) -> Value:
        return _present(_collect(document, ref.index, keys))

    return rule


# ------------------------------------------------------------------------------------------------- single fields


def _uri_parameter(document: Node, ref: FieldRef) -> Value:
    try:
        values = gourl.parameters(gourl.query(_shown(get(document, "requestURI"))))
    except gourl.UrlError:
        raise _Absent from None
    if ref.arg is None or ref.arg not in values:
        raise _Absent
    return values[ref.arg]


def _pod_name(document: Node, _ref: FieldRef) -> Value:
    if string(document, "objectRef", "resource") != "pods" or string(document, "objectRef", "subresource"):
        raise _Absent
    return _shown(get(document, "responseObject", "metadata", "name"))


def _subjects(kind: str, *, namespaced: bool = False) -> Rule:
    def rule(document: Node, _ref: FieldRef) -> Value:
        subjects = get(document, "requestObject", "subjects")
        if not isinstance(subjects, list):
            raise _Absent
        names = []
        for subject in subjects:
            its_kind, name, space = (get(subject, key) for key in ("kind", "name", "namespace"))
            if MISSING in (its_kind, name) or render(its_kind) != kind or (namespaced and space is MISSING):
                continue
            names.append(f"{render(space)}:{render(name)}" if namespaced else render(name))
        return tuple(names)

    return rule


def _rules(key: str) -> Rule:
    """A member of RBAC rules, which must be an array in each of them."""

    def rule(document: Node, ref: FieldRef) -> Value:
        found = _collect(document, ref.index, ("requestObject", "rules", key))
        return tuple(render(element) for value in found if isinstance(value, list) for element in value)

    return rule


def _volume_hostpath(document: Node, ref: FieldRef) -> Value:
    wanted = ref.arg or ""
    paths = _present(_collect(document, None, ("requestObject", "spec", "volumes", "hostPath", "path")))
    prefix = wanted[:-1] if wanted.endswith("*") else None
    held = any(path == wanted or (prefix is not None and path.startswith(prefix)) for path in paths)
    return "true" if held else "false"


def _volume_types(document: Node, ref: FieldRef) -> Value:
    volumes = _collect(document, ref.index, ("requestObject", "spec", "volumes", ""))
    return tuple(key for volume in volumes if isinstance(volume, dict) for key in _keys(volume) if key != "name")


def _keys(volume: dict[str, Any]) -> list[str]:
    pairs = getattr(volume, "pairs", None)
    return list(volume) if pairs is None else [str(text(raw)) for raw, _ in pairs]


def _any_privileged(document: Node, _ref: FieldRef) -> Value:
    found = _collect(document, None, ("requestObject", "spec", "containers", "securityContext", "privileged"))
    return "true" if any(value is True for value in found) else "false"


# ---------------------------------------------------------------------------------------- fields of containers


def _each(place: str, *keys: str) -> Rule:
    """One value per container; one container without it takes the field away."""

    def rule(document: Node, ref: FieldRef) -> Value:
        found = _collect(document, ref.index, ("requestObject", "spec", place, *keys))
        return tuple(_shown(value) for value in found)

    return rule


def _words(place: str, key: str) -> Rule:
    """An array of strings per container, joined by blanks."""

    def rule(document: Node, ref: FieldRef) -> Value:
        lines = []
        for value in _collect(document, ref.index, ("requestObject", "spec", place, key)):
            if value is MISSING:
                continue
            if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
                raise _Absent
            lines.append(" ".join(value))
        return tuple(lines)

    return rule


def _repository(image: str) -> str:
    return image.partition(":")[0].partition("@")[0]


def _repositories(place: str) -> Rule:
    images = _each(place, "image")

    def rule(document: Node, ref: FieldRef) -> Value:
        found = images(document, ref)
        assert isinstance(found, tuple)
        return tuple(_repository(str(image)) for image in found)

    return rule


def _first_image(document: Node, _ref: FieldRef) -> Value:
    return _shown(_collect(document, 0, ("requestObject", "spec", "containers", "image"))[0])


def _first_repository(document: Node, ref: FieldRef) -> Value:
    return _repository(str(_first_image(document, ref)))


def _ports(place: str) -> Rule:
    def rule(document: Node, ref: FieldRef) -> Value:
        numbers = []
        for ports in _collect(document, ref.index, ("requestObject", "spec", place, "ports")):
            if ports is MISSING:
                continue
            if array(ports) is None:
                raise _Absent
            for port in ports:
                number = get(port, "hostPort")
                number = get(port, "containerPort") if number is MISSING else number
                if number is not MISSING:
                    numbers.append(render(number))
        return tuple(numbers)

    return rule


def _effective(place: str, key: str) -> Rule:
    def rule(document: Node, ref: FieldRef) -> Value:
        of_pod = get(document, "requestObject", "spec", key)
        default = "0" if of_pod is MISSING else render(of_pod)
        found = _collect(document, ref.index, ("requestObject", "spec", place, key))
        return tuple(default if value is MISSING else render(value) for value in found)

    return rule


def _container_rules(place: str) -> dict[str, Rule]:
    spec = ("requestObject", "spec", place)
    secure = (*spec, "securityContext")
    return {
        "args": _words(place, "args"),
        "command": _words(place, "command"),
        "name": _each(place, "name"),
        "image": _each(place, "image"),
        "image.repository": _repositories(place),
        "host_port": _ports(place),
        "privileged": _all_of(*secure, "privileged"),
        "allow_privilege_escalation": _all_of(*secure, "allowPrivilegeEscalation"),
        "read_only_fs": _all_of(*secure, "readOnlyRootFilesystem"),
        "run_as_user": _all_of(*secure, "runAsUser"),
        "run_as_group": _all_of(*secure, "runAsGroup"),
        "eff_run_as_user": _effective(place, "runAsUser"),
        "eff_run_as_group": _effective(place, "runAsGroup"),
        "proc_mount": _all_of(*secure, "procMount"),
        "add_capabilities": _all_of(*secure, "capabilities", "add"),
    }


# ------------------------------------------------------------------------------------------------------- the table

_SPEC = ("requestObject", "spec")

PATHS: dict[str, tuple[str, ...]] = {
    "ka.auditid": ("auditID",),
    "ka.stage": ("stage",),
    "ka.auth.decision": ("annotations", "authorization.k8s.io/decision"),
    "ka.auth.reason": ("annotations", "authorization.k8s.io/reason"),
    "ka.auth.openshift.decision": ("annotations", "authentication.openshift.io/decision"),
    "ka.auth.openshift.username": ("annotations", "authentication.openshift.io/username"),
    "ka.validations.admission.policy.failure": ("annotations", "validation.policy.admission.k8s.io/validation_failure"),
    "ka.security.pod.violations": ("annotations", "pod-security.kubernetes.io/audit-violations"),
    "ka.user.name": ("user", "username"),
    "ka.user.groups": ("user", "groups"),
    "ka.impuser.name": ("impersonatedUser", "username"),
    "ka.verb": ("verb",),
    "ka.uri": ("requestURI",),
    "ka.target.name": ("objectRef", "name"),
    "ka.target.namespace": ("objectRef", "namespace"),
    "ka.target.resource": ("objectRef", "resource"),
    "ka.target.subresource": ("objectRef", "subresource"),
    "ka.req.binding.subjects": ("requestObject", "subjects"),
    "ka.req.binding.role": ("requestObject", "roleRef", "name"),
    "ka.req.configmap.name": ("objectRef", "name"),
    "ka.req.configmap.obj": ("requestObject", "data"),
    "ka.req.container.host_network": (*_SPEC, "hostNetwork"),
    "ka.req.pod.host_ipc": (*_SPEC, "hostIPC"),
    "ka.req.pod.host_network": (*_SPEC, "hostNetwork"),
    "ka.req.pod.host_pid": (*_SPEC, "hostPID"),
    "ka.req.pod.run_as_user": (*_SPEC, "securityContext", "runAsUser"),
    "ka.req.pod.run_as_group": (*_SPEC, "securityContext", "runAsGroup"),
    "ka.req.pod.fs_group": (*_SPEC, "securityContext", "fsGroup"),
    "ka.req.pod.supplemental_groups": (*_SPEC, "securityContext", "supplementalGroups"),
    "ka.req.role.rules": ("requestObject", "rules"),
    "ka.req.service.type": (*_SPEC, "type"),
    "ka.resp.name": ("responseObject", "metadata", "name"),
    "ka.response.code": ("responseStatus", "code"),
    "ka.response.reason": ("responseStatus", "reason"),
    "ka.useragent": ("userAgent",),
    "ka.cluster.name": ("annotations", "cluster_name"),
}
"""Fields that show what stands at a path."""

_RULES: dict[str, Rule] = {
    **{name: _path(*keys) for name, keys in PATHS.items()},
    "ka.uri.param": _uri_parameter,
    "ka.target.pod.name": _pod_name,
    "ka.req.binding.subjects.user_names": _subjects("User"),
    "ka.req.binding.subjects.serviceaccount_names": _subjects("ServiceAccount"),
    "ka.req.binding.subjects.serviceaccount_ns_names": _subjects("ServiceAccount", namespaced=True),
    "ka.req.binding.subjects.group_names": _subjects("Group"),
    "ka.req.binding.subject.has_name": lambda _document, _ref: "true",
    "ka.req.container.image": _first_image,
    "ka.req.container.image.repository": _first_repository,
    "ka.req.container.privileged": _any_privileged,
    "ka.req.pod.volumes.hostpath": _all_of(*_SPEC, "volumes", "hostPath", "path"),
    "ka.req.pod.volumes.flexvolume_driver": _all_of(*_SPEC, "volumes", "flexVolume", "driver"),
    "ka.req.pod.volumes.volume_type": _volume_types,
    "ka.req.volume.hostpath": _volume_hostpath,
    "ka.req.role.rules.apiGroups": _rules("apiGroups"),
    "ka.req.role.rules.nonResourceURLs": _rules("nonResourceURLs"),
    "ka.req.role.rules.verbs": _rules("verbs"),
    "ka.req.role.rules.resources": _rules("resources"),
    "ka.req.service.ports": _all_of(*_SPEC, "ports"),
    "ka.sourceips": _rules("sourceIPs"),
}
for _place in ("containers", "initContainers", "ephemeralContainers"):
    _RULES.update({f"ka.req.pod.{_place}.{_name}": _rule for _name, _rule in _container_rules(_place).items()})
del _RULES["ka.req.pod.ephemeralContainers.host_port"]  # such containers have no ports

READERS: dict[str, FieldReader] = {name: _reader(rule) for name, rule in _RULES.items()}
"""Field name -> how to read it."""
