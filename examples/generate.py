"""Many events, the same ones for the same seed: mostly ordinary work, and now and then one of examples/events.

    python examples/generate.py FOLDER [--events 12000] [--seed 7]

writes FOLDER/k8s_audit.jsonl and FOLDER/aws_cloudtrail.json. Nothing is installed for it.
"""

import argparse
import copy
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Event = dict[str, Any]

EVENTS = Path(__file__).resolve().parent / "events"
START = datetime(2026, 3, 2, 10, tzinfo=UTC)
NOTABLE = 0.008
"""One event in 125 is one of the examples."""

NAMESPACES = ("production", "staging", "kube-system", "monitoring")
PEOPLE = ("alice@example.com", "bob@example.com", "carol@example.com", "dave@example.com")
CONTROLLERS = ("deployment-controller", "replicaset-controller", "endpoint-controller", "node-controller", "scheduler")
WATCHED = ("pods", "services", "endpoints", "nodes", "configmaps", "leases", "events")
CALLS = (
    ("ec2", "DescribeInstances"),
    ("ec2", "DescribeSecurityGroups"),
    ("s3", "ListBuckets"),
    ("iam", "ListRoles"),
    ("sts", "GetCallerIdentity"),
    ("kms", "Decrypt"),
    ("logs", "DescribeLogGroups"),
    ("cloudtrail", "DescribeTrails"),
    ("lambda", "ListFunctions20150331"),
)
ACCOUNT = "123456789012"


def k8s_audit(count: int, random_: random.Random) -> Iterator[Event]:
    """Requests to an API server: controllers watching and updating, people looking."""
    notable = [json.loads(line) for line in (EVENTS / "k8s_audit.jsonl").read_text("utf-8").splitlines()]
    now = START
    for number in range(count):
        now += timedelta(microseconds=random_.randint(200, 40_000))
        if random_.random() < NOTABLE:
            event = copy.deepcopy(random_.choice(notable))
        elif random_.random() < 0.9:  # most requests come from the cluster itself
            event = _by_a_controller(random_)
        else:
            event = _by_a_person(random_)
        stamp = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        event.update(auditID=f"k8s-{number:06d}", requestReceivedTimestamp=stamp, stageTimestamp=stamp)
        yield event


def _by_a_controller(random_: random.Random) -> Event:
    name = random_.choice(CONTROLLERS)
    verb = random_.choices(("watch", "get", "list", "update", "patch"), (50, 20, 10, 15, 5))[0]
    user = f"system:serviceaccount:kube-system:{name}"
    groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"]
    return _request(
        user, groups, verb, random_.choice(WATCHED), "10.20.0.2", "kube-controller-manager/v1.31.2", random_
    )


def _by_a_person(random_: random.Random) -> Event:
    user, verb = random_.choice(PEOPLE), random_.choice(("get", "list", "watch"))
    address = f"10.40.0.{random_.randint(2, 60)}"
    return _request(
        user, ["developers", "system:authenticated"], verb, random_.choice(WATCHED), address, "kubectl/v1.31.2", random_
    )


def _request(
    user: str, groups: list[str], verb: str, resource: str, address: str, agent: str, random_: random.Random
) -> Event:
    namespace = random_.choice(NAMESPACES)
    name = f"{resource[:-1]}-{random_.randint(1, 400)}"
    uri = f"/api/v1/namespaces/{namespace}/{resource}"
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": "",
        "stage": "ResponseComplete",
        "requestURI": uri if verb in {"list", "watch"} else f"{uri}/{name}",
        "verb": verb,
        "user": {"username": user, "groups": groups},
        "sourceIPs": [address],
        "userAgent": agent,
        "objectRef": {"resource": resource, "namespace": namespace, "name": name, "apiVersion": "v1"},
        "responseStatus": {"metadata": {}, "code": 200},
        "annotations": {"authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": ""},
    }


def aws_cloudtrail(count: int, random_: random.Random) -> Iterator[Event]:
    """Calls of an AWS account: pipelines that look around."""
    notable = json.loads((EVENTS / "aws_cloudtrail.json").read_text("utf-8"))["Records"]
    now = START
    for number in range(count):
        now += timedelta(milliseconds=random_.randint(1, 400))
        event = copy.deepcopy(random_.choice(notable)) if random_.random() < NOTABLE else _call(random_)
        event.update(eventID=f"aws-{number:06d}", eventTime=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
        yield event


def _call(random_: random.Random) -> Event:
    service, name = random_.choice(CALLS)
    role = random_.choice(("deploy", "metrics", "backup"))
    return {
        "eventVersion": "1.09",
        "userIdentity": {
            "type": "AssumedRole",
            "principalId": f"AROAEXAMPLE{role.upper()}:ci",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/ci",
            "accountId": ACCOUNT,
        },
        "eventTime": "",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": random_.choice(("eu-central-1", "eu-west-1", "us-east-1")),
        "sourceIPAddress": f"10.30.0.{random_.randint(2, 250)}",
        "userAgent": "Boto3/1.35.0",
        "requestParameters": {"maxResults": random_.randint(1, 1000)},
        "responseElements": None,
        "requestID": f"{random_.getrandbits(64):016x}",
        "eventID": "",
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }


def write(folder: Path, events: int, seed: int) -> tuple[Path, Path]:
    """Two thirds of `events` go to k8s_audit.jsonl, one third to aws_cloudtrail.json. Returns both paths."""
    folder.mkdir(parents=True, exist_ok=True)
    audit, trail = folder / "k8s_audit.jsonl", folder / "aws_cloudtrail.json"
    third = events // 3
    random_ = random.Random(seed)  # noqa: S311 - repeatable is the point
    audit.write_text("".join(f"{_compact(one)}\n" for one in k8s_audit(events - third, random_)), "utf-8")
    records = ",\n".join(_compact(one) for one in aws_cloudtrail(third, random_))
    trail.write_text(f'{{"Records":[\n{records}\n]}}\n', "utf-8")
    return audit, trail


def _compact(event: Event) -> str:
    return json.dumps(event, separators=(",", ":"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=12_000)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    for path in write(options.folder, options.events, options.seed):
        print(path)
