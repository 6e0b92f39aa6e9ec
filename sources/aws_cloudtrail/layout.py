"""CloudTrail records as rows: which records are events as they stand, and where the fields are in them."""

from sources.aws_cloudtrail.fields import TEXTS
from sources.rows import Admission, Leaf, Path, Reads, RowLayout

_ADMISSION = Admission(time=("eventTime",), needed=((("eventType",), "!AwsCloudTrailInsight"),), assumed={})
_IDENTITY = "userIdentity"
_REQUEST = "requestParameters"
_READS: dict[str, tuple[Path, ...]] = {
    "ct.shortsrc": (("eventSource",),),
    "ct.user": (
        (_IDENTITY, "type"),
        (_IDENTITY, "userName"),
        (_IDENTITY, "invokedBy"),
        (_IDENTITY, "sessionContext", "sessionIssuer", "userName"),
    ),
    "ct.originaluser": (
        (_IDENTITY, "type"),
        (_IDENTITY, "userName"),
        (_IDENTITY, "arn"),
        (_IDENTITY, "principalId"),
    ),
    "ct.user.accountid": ((_IDENTITY, "accountId"), ("recipientAccountId",)),
    "ct.response": (("responseElements",),),
    "ct.request": ((_REQUEST,),),
    "ct.additionaleventdata": (("additionalEventData",),),
    "ct.managementevent": (("managementEvent",),),
    "ct.readonly": (("readOnly",),),
    "ct.sessioncredentialfromconsole": (("sessionCredentialFromConsole",),),
    "ct.resources": (("resources",),),
    "ct.request.documentname": (),
    "s3.uri": ((_REQUEST, "bucketName"), (_REQUEST, "key")),
    **dict.fromkeys(("s3.cnt.get", "s3.cnt.put", "s3.cnt.other"), (("eventName",),)),
}


def layout() -> RowLayout:
    """The layout of `aws_cloudtrail`."""
    fields: dict[str, Leaf | Reads] = {name: Reads(paths) for name, paths in _READS.items()}
    fields.update((name, Leaf(tuple(path.split(".")), bare=True)) for name, path in TEXTS.items())
    return RowLayout(_ADMISSION, fields)
