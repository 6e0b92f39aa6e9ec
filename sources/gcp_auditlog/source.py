"""Google Cloud audit logs: what Falco's plugin `gcpaudit` makes of the messages of a Pub/Sub subscription."""

from collections.abc import Callable

from engine.fields.catalog import FieldRef
from engine.values import Value
from sources import fieldtable
from sources.base import Source
from sources.initconfig import Setting, checker, schema
from sources.inlets.live import choose
from sources.jsonvalue import MISSING, Node, get, shown, string
from sources.kit import make_kit
from sources.payloads import PayloadSource
from sources.spec import Capability, PluginSpec, SourceConfig
from sources.view import FieldReader, PluginView

SETTINGS = (
    Setting("project_id", "", "Project ID", "The Google Cloud project"),
    Setting("credentials_file", "", "Credentials file", "Overrides the default credentials"),
    Setting("num_goroutines", 10, "Num Goroutines", "How many receivers there are"),
    Setting("max_outstanding_messages", 1000, "Max outstanding messages", "Messages that may wait to be processed"),
    Setting("useAsync", True, "Use async extraction", "Has no meaning here; accepted for compatibility"),
)


class GcpAuditSource(PayloadSource):
    """Reads message bodies from files."""

    service = "Pub/Sub"


Rule = Callable[[Node], Value | None]


def _reader(rule: Rule) -> FieldReader:
    def read(view: PluginView, _ref: FieldRef) -> Value | None:
        document = view.document
        return None if document is MISSING else rule(document)

    return read


def _text(*keys: str) -> Rule:
    """The text at a path; anything else that stands there reads as an empty one."""

    def rule(document: Node) -> Value | None:
        value = get(document, *keys)
        if value is MISSING:
            return None
        return value if isinstance(value, str) else ""

    return rule


def _labels(document: Node) -> Value | None:
    labels = get(document, "resource", "labels")
    return None if labels is MISSING else shown(labels)


def _location(document: Node) -> Value | None:
    for key in ("location", "region"):
        found = _text("resource", "labels", key)(document)
        if found is not None:
            return found
    zone = (string(document, "resource", "labels", "zone") or "").encode("utf-8", "surrogateescape")
    # A zone is its region and two more characters: us-central1-a.
    return (zone[:-2] if len(zone) > 2 else zone).decode("utf-8", "surrogateescape") or None


def _policy_delta(document: Node) -> Value | None:
    if string(document, "resource", "type") == "gcs_bucket":
        return _text("protoPayload", "serviceData", "policyDelta", "bindingDeltas")(document)
    return _text("protoPayload", "metadata", "datasetChange", "bindingDeltas")(document)


def _sink(document: Node) -> Value | None:
    wanted = string(document, "resource", "type") == "logging_sink"
    return _text("resource", "labels", "name")(document) if wanted else None


_TEXTS = {
    "gcp.user": "protoPayload.authenticationInfo.principalEmail",
    "gcp.callerIP": "protoPayload.requestMetadata.callerIp",
    "gcp.userAgent": "protoPayload.requestMetadata.callerSuppliedUserAgent",
    "gcp.authorizationInfo": "protoPayload.authorizationInfo",
    "gcp.serviceName": "protoPayload.serviceName",
    "gcp.request": "protoPayload.request",
    "gcp.methodName": "protoPayload.methodName",
    "gcp.cloudfunctions.function": "resource.labels.function_name",
    "gcp.cloudsql.databaseId": "resource.labels.database_id",
    "gcp.compute.instanceId": "resource.labels.instance_id",
    "gcp.compute.networkId": "resource.labels.network_id",
    "gcp.compute.subnetwork": "resource.labels.subnetwork_name",
    "gcp.compute.subnetworkId": "resource.labels.subnetwork_id",
    "gcp.dns.zone": "resource.labels.zone_name",
    "gcp.iam.serviceAccount": "resource.labels.email_id",
    "gcp.iam.serviceAccountId": "resource.labels.unique_id",
    "gcp.projectId": "resource.labels.project_id",
    "gcp.resourceName": "protoPayload.resourceName",
    "gcp.resourceType": "resource.type",
    "gcp.storage.bucket": "resource.labels.bucket_name",
    "gcp.time": "timestamp",
}
_RULES: dict[str, Rule] = {
    **{name: _text(*path.split(".")) for name, path in _TEXTS.items()},
    "gcp.location": _location,
    "gcp.logging.sink": _sink,
    "gcp.policyDelta": _policy_delta,
    "gcp.resourceLabels": _labels,
}
READERS: dict[str, FieldReader] = {name: _reader(rule) for name, rule in _RULES.items()}
"""Field name -> how to read it."""


def describe(view: PluginView) -> str:
    """evt.plugininfo: the message itself."""
    return view.payload.decode("utf-8", "surrogateescape")


def make(config: SourceConfig) -> Source:
    """Build the unopened source."""
    return choose(GcpAuditSource(config, make_kit(config, READERS, describe)))


def spec() -> PluginSpec:
    """What the plugin is."""
    return PluginSpec(
        name="gcpaudit",
        version="0.8.1",
        description="Read GCP Audit Logs",
        contact="github.com/falcosecurity/plugins",
        capabilities=(Capability.SOURCING, Capability.EXTRACTION),
        id=12,
        source="gcp_auditlog",
        fields=fieldtable.load(__package__, "gcpaudit", ("gcp_auditlog",)),
        extract_sources=("gcp_auditlog",),
        init_schema=schema(SETTINGS),
        aliases=("libgcpaudit.so",),
        check_config=checker("gcpaudit", SETTINGS),
        make=make,
        inlets=True,
    )
