"""Seeded event mixes for measuring: the same lines for the same seed, written as an API server and CloudTrail write.

`k8s_quiet`: 97 % controllers at work, few alerts. `k8s_dense`: nine lines in ten alert with the official rules.
"""

import json
import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

Event = dict[str, Any]

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
NAMESPACES = ("production", "staging", "kube-system", "monitoring", "payments", "search")
PEOPLE = ("alice@example.com", "bob@example.com", "carol@example.com", "kubernetes-admin", "admin")
CONTROLLERS = ("deployment-controller", "replicaset-controller", "endpoint-controller", "node-controller", "scheduler")
READ = ("pods", "services", "endpoints", "nodes", "configmaps", "events", "replicasets", "namespaces")
QUIET_SHARE = {"k8s_quiet": 0.973, "k8s_dense": 0.10, "cloudtrail_quiet": 0.97, "cloudtrail_dense": 0.05}
"""Share of lines that should not alert."""


def lines(mix: str, count: int, seed: int = 7) -> Iterator[bytes]:
    """`count` lines of a mix, without line ends."""
    random_ = random.Random(f"{mix} {seed}")
    quiet, loud = _KINDS[mix.partition("_")[0]]
    now = START
    for number in range(count):
        now += timedelta(microseconds=random_.randint(200, 40_000))
        make = random_.choice(quiet if random_.random() < QUIET_SHARE[mix] else loud)
        yield json.dumps(make(random_, number, now), separators=(",", ":")).encode()


def _name(random_: random.Random) -> str:
    return f"{random_.choice(('web', 'api', 'worker', 'cache', 'billing'))}-{random_.randrange(16**8):08x}"


def _metadata(random_: random.Random, name: str, namespace: str, now: datetime) -> Event:
    return {
        "name": name,
        "namespace": namespace,
        "uid": f"{random_.randrange(16**8):08x}-{random_.randrange(16**4):04x}-4c1d-8e2f-{random_.randrange(16**12):012x}",
        "resourceVersion": str(random_.randrange(10**8)),
        "creationTimestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "labels": {"app.kubernetes.io/name": name.partition("-")[0], "pod-template-hash": name.rpartition("-")[2]},
        "managedFields": [
            {
                "manager": "kube-controller-manager",
                "operation": "Update",
                "apiVersion": "v1",
                "time": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "fieldsType": "FieldsV1",
                "fieldsV1": {"f:metadata": {"f:labels": {".": {}, "f:app.kubernetes.io/name": {}}}},
            }
        ],
    }


def _audit(
    random_: random.Random, number: int, now: datetime, user: str, verb: str, resource: str, **more: Any
) -> Event:
    """One audit event; `more` are its own members, `sub` and `name` belong to its object."""
    namespace = more.pop("namespace", None) or random_.choice(NAMESPACES)
    name = more.pop("name", None) or _name(random_)
    sub = more.pop("sub", "")
    stamp = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    path = f"/api/v1/namespaces/{namespace}/{resource}/{name}" + (f"/{sub}" if sub else "") + more.pop("query", "")
    event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse" if "requestObject" in more or "responseObject" in more else "Metadata",
        "auditID": f"{random_.randrange(16**8):08x}-7d3a-4c1d-8e2f-{number:012x}",
        "stage": more.pop("stage", "ResponseComplete"),
        "requestURI": path,
        "verb": verb,
        "user": {
            "username": user,
            "uid": f"{random_.randrange(16**8):08x}-91aa-4d6f-b1c2-0242ac120002",
            "groups": ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"],
            "extra": {"authentication.kubernetes.io/credential-id": [f"JTI={random_.randrange(16**12):012x}"]},
        },
        "sourceIPs": [f"10.20.{random_.randrange(256)}.{random_.randrange(256)}"],
        "userAgent": "kube-controller-manager/v1.31.2 (linux/amd64) kubernetes/5864a46/" + user.rpartition(":")[2],
        "objectRef": {"resource": resource, "namespace": namespace, "name": name, "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": more.pop("code", 200)},
        **more,
        "requestReceivedTimestamp": stamp,
        "stageTimestamp": stamp,
        "annotations": {
            "authorization.k8s.io/decision": "allow",
            "authorization.k8s.io/reason": f'RBAC: allowed by ClusterRoleBinding "system:controller:{resource}" of ClusterRole',
        },
    }
    if sub:
        event["objectRef"]["subresource"] = sub
    return event


def _controller(random_: random.Random) -> str:
    return f"system:serviceaccount:kube-system:{random_.choice(CONTROLLERS)}"


# ----------------------------------------------------------------------------------------------- quiet lines


def _lease(random_: random.Random, number: int, now: datetime) -> Event:
    name = f"node-{random_.randrange(200)}"
    body = {
        "kind": "Lease",
        "apiVersion": "coordination.k8s.io/v1",
        "metadata": _metadata(random_, name, "kube-node-lease", now),
        "spec": {"holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": now.isoformat()},
    }
    return _audit(
        random_, number, now, f"system:node:{name}", "update", "leases", name=name, namespace="kube-node-lease",
        requestObject=body, responseObject=body,
    )  # fmt: skip


def _watch(random_: random.Random, number: int, now: datetime) -> Event:
    verb = random_.choice(("watch", "get", "list", "get"))
    return _audit(random_, number, now, _controller(random_), verb, random_.choice(READ))


def _patch(random_: random.Random, number: int, now: datetime) -> Event:
    name, namespace = _name(random_), random_.choice(NAMESPACES)
    status = {
        "phase": "Running",
        "hostIP": f"10.20.0.{random_.randrange(256)}",
        "conditions": [
            {"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": now.isoformat()}
            for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
        ],
    }
    return _audit(
        random_, number, now, f"system:node:node-{random_.randrange(200)}", "patch", "pods", sub="status", name=name,
        namespace=namespace, requestObject={"metadata": {"uid": name}, "status": status},
        responseObject={"kind": "Pod", "metadata": _metadata(random_, name, namespace, now), "status": status},
    )  # fmt: skip


def _endpoints(random_: random.Random, number: int, now: datetime) -> Event:
    name, namespace = _name(random_), random_.choice(NAMESPACES)
    body = {
        "kind": "EndpointSlice",
        "metadata": _metadata(random_, name, namespace, now),
        "addressType": "IPv4",
        "endpoints": [
            {"addresses": [f"10.30.0.{one}"], "conditions": {"ready": True}, "nodeName": f"node-{one}"}
            for one in range(random_.randint(1, 6))
        ],
    }
    return _audit(
        random_, number, now, _controller(random_), "update", "endpointslices", name=name, namespace=namespace,
        requestObject=body,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------------ loud lines


def _pod(random_: random.Random, number: int, now: datetime) -> Event:
    name = _name(random_)
    namespace = random_.choice(("production", "kube-system"))
    spec: Event = {
        "containers": [
            {
                "name": "main",
                "image": f"registry.example.com/{name.partition('-')[0]}:1.{random_.randrange(99)}",
                "resources": {"limits": {"cpu": "500m", "memory": "256Mi"}},
                "securityContext": {"privileged": random_.random() < 0.5, "runAsUser": 0},
                "volumeMounts": [{"name": "data", "mountPath": "/data"}],
            }
        ],
        "volumes": [{"name": "data", "hostPath": {"path": random_.choice(("/proc", "/etc", "/srv"))}}],
        "hostNetwork": True,
        "restartPolicy": "Always",
    }
    return _audit(
        random_, number, now, random_.choice(PEOPLE), "create", "pods", namespace=namespace, name=name, code=201,
        requestObject={"kind": "Pod", "apiVersion": "v1", "metadata": {"name": name}, "spec": spec},
        responseObject={"kind": "Pod", "metadata": _metadata(random_, name, namespace, now)},
    )  # fmt: skip


def _exec(random_: random.Random, number: int, now: datetime) -> Event:
    return _audit(
        random_, number, now, "kubernetes-admin", "create", "pods", sub="exec", stage="ResponseStarted", code=101,
        query="?command=sh&command=-c&container=main&stdin=true&stdout=true&tty=true",
    )  # fmt: skip


def _object(resource: str, verbs: tuple[str, ...], **body: Any) -> Callable[[random.Random, int, datetime], Event]:
    """Somebody creates, changes or deletes an object of a kind."""

    def make(random_: random.Random, number: int, now: datetime) -> Event:
        name, namespace = _name(random_), random_.choice(NAMESPACES)
        request = {"kind": resource, "apiVersion": "v1", "metadata": {"name": name, "namespace": namespace}, **body}
        answer = {"kind": resource, "metadata": _metadata(random_, name, namespace, now)}
        return _audit(
            random_, number, now, random_.choice(PEOPLE), random_.choice(verbs), resource, name=name,
            namespace=namespace, code=201, requestObject=request, responseObject=answer,
        )  # fmt: skip

    return make


_ROLE = [{"apiGroups": [""], "resources": ["pods", "secrets"], "verbs": ["get", "list", "create"]}]
_ROLE_REF = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
_CHANGE = ("create", "create", "delete")

K8S_QUIET = (_lease, _watch, _watch, _watch, _watch, _patch, _endpoints)
K8S_LOUD = (
    _pod,
    _exec,
    _object("deployments", _CHANGE, spec={"replicas": 3, "selector": {"matchLabels": {"app": "web"}}}),
    _object("services", _CHANGE, spec={"type": "NodePort", "ports": [{"port": 80, "nodePort": 30080}]}),
    _object("configmaps", ("create", "update"), data={"config.ini": 'password = "hunter2"\nuser = app\n'}),
    _object("namespaces", ("create",)),
    _object("serviceaccounts", _CHANGE),
    _object("clusterroles", _CHANGE, rules=_ROLE),
    _object("clusterrolebindings", _CHANGE, roleRef=_ROLE_REF, subjects=[{"kind": "User", "name": "mallory"}]),
)


# ------------------------------------------------------------------------------------------------- CloudTrail


def _record(names: tuple[tuple[str, str], ...], **request: Any) -> Callable[[random.Random, int, datetime], Event]:
    def make(random_: random.Random, number: int, now: datetime) -> Event:
        service, name = random_.choice(names)
        account = "123456789012"
        return {
            "eventVersion": "1.09",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": f"AROAEXAMPLE{random_.randrange(10**6):06d}:session",
                "arn": f"arn:aws:sts::{account}:assumed-role/operations/session-{random_.randrange(99)}",
                "accountId": account,
                "accessKeyId": f"ASIAEXAMPLE{random_.randrange(10**8):08d}",
                "sessionContext": {
                    "sessionIssuer": {
                        "type": "Role",
                        "principalId": "AROAEXAMPLE",
                        "arn": f"arn:aws:iam::{account}:role/operations",
                        "accountId": account,
                        "userName": "operations",
                    },
                    "attributes": {"creationDate": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "mfaAuthenticated": "false"},
                },
            },
            "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": random_.choice(("eu-west-1", "us-east-1")),
            "sourceIPAddress": f"203.0.113.{random_.randrange(256)}",
            "userAgent": "aws-cli/2.17.9 md/awscrt#0.20.11 ua/2.0 os/linux#6.8 md/arch#x86_64 lang/python#3.11.8",
            "requestParameters": {**request, "maxResults": random_.randrange(100)} if request else None,
            "responseElements": None,
            "requestID": f"{random_.randrange(16**8):08x}-51f2-4c1d-8e2f-{random_.randrange(16**12):012x}",
            "eventID": f"{random_.randrange(16**8):08x}-7d3a-4c1d-8e2f-{number:012x}",
            "readOnly": name.startswith(("Describe", "List", "Get")),
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": account,
            "eventCategory": "Management",
            "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
        }

    return make


_READS = tuple(
    (service, f"{verb}{what}")
    for service, what in (("ec2", "Instances"), ("iam", "Roles"), ("kms", "Keys"), ("logs", "LogGroups"))
    for verb in ("Describe", "Get")
)
_CHANGES = (
    ("iam", "CreateUser"),
    ("iam", "CreateGroup"),
    ("iam", "DeleteGroup"),
    ("ecs", "RunTask"),
    ("ec2", "RunInstances"),
    ("lambda", "CreateFunction20150331"),
    ("s3", "PutBucketAcl"),
    ("s3", "DeleteBucketEncryption"),
    ("cloudtrail", "StopLogging"),
)
_KINDS: dict[str, tuple[tuple[Any, ...], tuple[Any, ...]]] = {
    "k8s": (K8S_QUIET, K8S_LOUD),
    "cloudtrail": (
        (_record(_READS), _record(_READS, filterSet={"items": [{"name": "state", "values": ["running"]}]})),
        (_record(_CHANGES, userName="mallory", groupName="admins", bucketName="ledger", functionName="exporter"),),
    ),
}
