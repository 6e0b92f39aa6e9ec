"""The `ct.*`, `s3.*`, `ec2.*`, `ecr.*` and `iam.*` fields, as Falco's cloudtrail plugin reads them.

A member that is there but no string reads as an empty text. `ct.request.documentname` never has a value: the plugin
looks for it under another name.
"""

import math
from collections.abc import Callable
from typing import Any

from engine.fields.catalog import FieldRef
from engine.values import Value
from sources.jsonvalue import MISSING, Node, Number, array, get, shown, string, true
from sources.view import FieldReader, PluginView

Rule = Callable[[Node], Value | None]
"""Reads one field from an event's document."""

TextRule = Callable[[Node], str | None]

_SUFFIX = ".amazonaws.com"


def _reader(rule: Rule) -> FieldReader:
    def read(view: PluginView, _ref: FieldRef) -> Value | None:
        document = view.document
        return None if document is MISSING else rule(document)

    return read


def _text(*keys: str) -> TextRule:
    def rule(document: Node) -> str | None:
        value = get(document, *keys)
        if value is MISSING:
            return None
        return value if isinstance(value, str) else ""

    return rule


def _json(*keys: str) -> Rule:
    def rule(document: Node) -> Value | None:
        value = get(document, *keys)
        return None if value is MISSING else shown(value)

    return rule


def _flag(*keys: str) -> Rule:
    def rule(document: Node) -> Value | None:
        value = get(document, *keys)
        if value is MISSING:
            return None
        return "true" if value is True else "false"

    return rule


# -------------------------------------------------------------------------------------------------------- ct.*


def short_source(document: Node) -> str | None:
    """ct.shortsrc: the service without its domain."""
    value = _text("eventSource")(document)
    if value is None:
        return None
    return value.removesuffix(_SUFFIX) if len(value) > len(_SUFFIX) else value


_FIXED_USERS = ("AWSAccount", "FederatedUser")


def user(document: Node) -> str | None:
    """ct.user: who did it."""
    return user_of(
        string(document, "userIdentity", "type"),
        _text("userIdentity", "userName")(document),
        _text("userIdentity", "invokedBy")(document),
        _text("userIdentity", "sessionContext", "sessionIssuer", "userName")(document),
    )


def user_of(kind: str | None, name: str | None, invoker: str | None, issuer: str | None) -> str | None:
    """Who did it, depending on the kind of identity."""
    if kind in _FIXED_USERS:
        return kind
    if kind == "AssumedRole":
        return "AssumedRole" if issuer is None else issuer
    if kind in {"Root", "IAMUser"}:
        return name
    return invoker if kind == "AWSService" else None


def _original_user(document: Node) -> Value | None:
    if string(document, "userIdentity", "type") != "AssumedRole":
        return _text("userIdentity", "userName")(document)
    parts = (_text("userIdentity", "arn")(document) or "").split("/")
    if len(parts) == 3:
        return parts[2]
    parts = (_text("userIdentity", "principalId")(document) or "").split(":")
    return parts[1] if len(parts) == 2 else None


def _account(document: Node) -> Value | None:
    own = _text("userIdentity", "accountId")(document)
    return _text("recipientAccountId")(document) if own is None else own


def _resources(document: Node) -> Value | None:
    return ",".join(shown(one) for one in array(document, "resources") or ()).removesuffix(",") or None


def info(document: Node) -> str:
    """ct.info: who, where, what, in one line."""
    who, where, what = user(document), _text("sourceIPAddress")(document), _text("eventName")(document)
    for value, name in ((who, "userIdentity"), (where, "eventSource"), (what, "eventName")):
        if value is None:
            return f"<invalid cloudtrail event: {name} field missing>"
    error = "" if get(document, "errorCode") is MISSING else "!"
    arrow = "→" if _flag("readOnly")(document) == "false" else "←"
    line = f"{error}{arrow} {what}"
    line = f"{who} {line}" if who == where else f"{who} via {where} {line}"
    if what == "PutBucketPublicAccessBlock":
        return line + _public_access(document)
    size = _bytes(document)
    if size is not None:
        line += f" Size={size}"
    for label, rule in (("URI", _uri), ("Bucket", _BUCKET), ("Key", _KEY), ("Host", _HOST)):
        value = rule(document)
        if value is not None:
            return f"{line} {label}={value}"
    return line


def _public_access(document: Node) -> str:
    # Falco looks for the four flags at the top of the event, where they never are.
    if not isinstance(get(document, "requestParameters", "PublicAccessBlockConfiguration"), dict):
        return ""
    names = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    return " " + "".join(f"{name}={'true' if true(document, name) else 'false'} " for name in names)


# ------------------------------------------------------------------------------------------------- s3.*, ec2.*

_BUCKET = _text("requestParameters", "bucketName")
_KEY = _text("requestParameters", "key")
_HOST = _text("requestParameters", "Host")
_IN = ("additionalEventData", "bytesTransferredIn")
_OUT = ("additionalEventData", "bytesTransferredOut")


def _uri(document: Node) -> str | None:
    bucket, key = string(document, "requestParameters", "bucketName"), string(document, "requestParameters", "key")
    return None if bucket is None or key is None else f"s3://{bucket}/{key}"


def _unsigned(value: Node) -> int:
    """A number as 64 bits without sign; fractions are cut off, what is no number counts as 0."""
    if isinstance(value, bool) or not isinstance(value, Number | int | float):
        return 0
    text = value.text if isinstance(value, Number) else repr(value)
    if text.isascii() and text.isdigit() and int(text) < 1 << 64:
        return int(text)
    try:
        number = float(text)
    except ValueError:
        return 0
    return int(number) % (1 << 64) if math.isfinite(number) and abs(number) < float(1 << 64) else 1 << 63


def _count(*keys: str) -> Rule:
    def rule(document: Node) -> Value | None:
        value = get(document, *keys)
        return None if value is MISSING else _unsigned(value)

    return rule


def _bytes(document: Node) -> int | None:
    found = [value for value in (get(document, *_IN), get(document, *_OUT)) if value is not MISSING]
    return sum(_unsigned(value) for value in found) % (1 << 64) if found else None


def _one_if(*names: str) -> Rule:
    """1 for events of these names."""
    return lambda document: 1 if string(document, "eventName") in names else None


def _other(document: Node) -> Value | None:
    return None if string(document, "eventName") in ("GetObject", "PutObject") else 1


def _instance_name(document: Node) -> Value | None:
    name: str | None = None
    for item in array(document, "requestParameters", "tagSpecificationSet", "items") or ():
        if string(item, "resourceType") == "instance":
            for tag in array(item, "tags") or ():
                if string(tag, "key") == "Name":
                    name = string(tag, "value")
                    break
    return name or None


_IMAGES = (
    ("requestParameters", "imageId"),
    ("requestParameters", "DescribeFastLaunchImagesRequest", "ImageId", "content"),
    ("requestParameters", "launchSpecification", "imageId"),
)


def _images(document: Node, index: int | None) -> tuple[str, ...]:
    items = get(document, "responseElements", "instancesSet", "items")
    if items is not MISSING:
        return _images_of(array(items) or [], index)
    if index in (None, 0):
        for path in _IMAGES:
            value = _text(*path)(document)
            if value is not None:
                return (value,)
    return ()


def _images_of(items: list[Any], index: int | None) -> tuple[str, ...]:
    if index is None:
        return tuple(name for item in items if (name := string(item, "imageId")))
    value = _text("imageId")(items[index]) if index < len(items) else None
    return () if value is None else (value,)


def _image(document: Node) -> Value | None:
    images = _images(document, 0)
    return images[0] if images else None


def _read_images(view: PluginView, ref: FieldRef) -> Value | None:
    document = view.document
    return None if document is MISSING else _images(document, ref.index)


# --------------------------------------------------------------------------------------------------------- tables

TEXTS = {
    "ct.id": "eventID",
    "ct.error": "errorCode",
    "ct.errormessage": "errorMessage",
    "ct.time": "eventTime",
    "ct.src": "eventSource",
    "ct.name": "eventName",
    "ct.user.identitytype": "userIdentity.type",
    "ct.user.principalid": "userIdentity.principalId",
    "ct.user.arn": "userIdentity.arn",
    "ct.region": "awsRegion",
    "ct.response.subnetid": "responseElements.subnetId",
    "ct.response.reservationid": "responseElements.reservationId",
    "ct.request.availabilityzone": "requestParameters.availabilityZone",
    "ct.request.cluster": "requestParameters.cluster",
    "ct.request.functionname": "requestParameters.functionName",
    "ct.request.groupname": "requestParameters.groupName",
    "ct.request.host": "requestParameters.Host",
    "ct.request.name": "requestParameters.name",
    "ct.request.policy": "requestParameters.policy",
    "ct.request.reason": "requestParameters.reason",
    "ct.request.target": "requestParameters.target",
    "ct.request.serialnumber": "requestParameters.serialNumber",
    "ct.request.servicename": "requestParameters.serviceName",
    "ct.request.subnetid": "requestParameters.subnetId",
    "ct.request.taskdefinition": "requestParameters.taskDefinition",
    "ct.request.username": "requestParameters.userName",
    "ct.srcip": "sourceIPAddress",
    "ct.useragent": "userAgent",
    "ct.requestid": "requestID",
    "ct.eventtype": "eventType",
    "ct.apiversion": "apiVersion",
    "ct.recipientaccountid": "recipientAccountId",
    "ct.serviceeventdetails": "serviceEventDetails",
    "ct.sharedeventid": "sharedEventID",
    "ct.vpcendpointid": "vpcEndpointId",
    "ct.eventcategory": "eventCategory",
    "ct.addendum.reason": "addendum.reason",
    "ct.addendum.updatedfields": "addendum.updatedFields",
    "ct.addendum.originalrequestid": "addendum.originalRequestID",
    "ct.addendum.originaleventid": "addendum.originalEventID",
    "ct.edgedevicedetails": "edgeDeviceDetails",
    "ct.tlsdetails.tlsversion": "tlsDetails.tlsVersion",
    "ct.tlsdetails.ciphersuite": "tlsDetails.cipherSuite",
    "ct.tlsdetails.clientprovidedhostheader": "tlsDetails.clientProvidedHostHeader",
    "s3.bucket": "requestParameters.bucketName",
    "s3.key": "requestParameters.key",
    "ecr.repository": "requestParameters.repositoryName",
    "ecr.imagetag": "requestParameters.imageTag",
    "iam.role": "requestParameters.roleName",
    "iam.policy": "requestParameters.policyName",
}
"""Fields that show the text at a path."""

_RULES: dict[str, Rule] = {
    **{name: _text(*path.split(".")) for name, path in TEXTS.items()},
    "ct.shortsrc": short_source,
    "ct.user": user,
    "ct.originaluser": _original_user,
    "ct.user.accountid": _account,
    "ct.response": _json("responseElements"),
    "ct.request": _json("requestParameters"),
    "ct.additionaleventdata": _json("additionalEventData"),
    "ct.info": info,
    "ct.managementevent": _flag("managementEvent"),
    "ct.readonly": _flag("readOnly"),
    "ct.sessioncredentialfromconsole": _flag("sessionCredentialFromConsole"),
    "ct.resources": _resources,
    "s3.uri": _uri,
    "s3.bytes": _bytes,
    "s3.bytes.in": _count(*_IN),
    "s3.bytes.out": _count(*_OUT),
    "s3.cnt.get": _one_if("GetObject"),
    "s3.cnt.put": _one_if("PutObject"),
    "s3.cnt.other": _other,
    "ec2.name": _instance_name,
    "ec2.imageid": _image,
}

READERS: dict[str, FieldReader] = {
    **{name: _reader(rule) for name, rule in _RULES.items()},
    "ct.request.documentname": lambda _view, _ref: None,
    "ec2.imageids": _read_images,
}
"""Field name -> how to read it."""
