"""CloudTrail records as rows: which records are events as they stand, and where the fields are in them."""

from sources.aws_cloudtrail.fields import READERS, TEXTS, user_of
from sources.rows import Admission, Leaf, Made, Path, Place, Reads, RowLayout

_ADMISSION = Admission(time=("eventTime",), needed=((("eventType",), "!AwsCloudTrailInsight"),), assumed={})
_IDENTITY = "userIdentity"
_REQUEST = "requestParameters"
_USER: tuple[Path, ...] = (
    (_IDENTITY, "type"),
    (_IDENTITY, "userName"),
    (_IDENTITY, "invokedBy"),
    (_IDENTITY, "sessionContext", "sessionIssuer", "userName"),
)
_READS: dict[str, tuple[Path, ...]] = {
    "ct.shortsrc": (("eventSource",),),
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
    fields: dict[str, Place] = {name: Reads(paths, READERS[name]) for name, paths in _READS.items()}
    fields.update((name, Leaf(tuple(path.split(".")), bare=True)) for name, path in TEXTS.items())
    fields["ct.user"] = Made(_USER, user_of)
    return RowLayout(_ADMISSION, fields)
