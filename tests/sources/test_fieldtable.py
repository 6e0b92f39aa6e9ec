from engine.fields.catalog import Flags, Type
from sources import fieldtable


def test_a_table_becomes_one_class_named_as_libs_names_it():
    (group,) = fieldtable.load("sources.aws_cloudtrail", "cloudtrail", ("aws_cloudtrail",))
    assert (group.name, group.plugin, group.sources) == ("cloudtrail (plugin)", "cloudtrail", ("aws_cloudtrail",))
    fields = {field.name: field for field in group.fields}
    assert len(fields) == 73
    assert fields["s3.bytes"].type is Type.UINT64
    assert fields["ct.user"].flags is Flags.CONVERSATION
    images = fields["ec2.imageids"]
    assert images.is_list
    assert images.argument.index
    assert not images.argument.required


def test_a_required_key_is_known_as_one():
    (group,) = fieldtable.load("sources.json_fields", "json")
    value = group.fields[0]
    assert (value.argument.required, value.argument.key, value.argument.index) == (True, True, False)
