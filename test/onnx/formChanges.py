"""Prints, as JSON, each (operator, opset) whose attributes, inputs or outputs differ from the version before, from opset 7 on."""

import json

import onnx
from onnx import defs


def attribute_form(attribute):
    default = attribute.default_value
    value = onnx.helper.get_attribute_value(default) if default.type else None
    return str(attribute.type), attribute.required, str(value)


def form(schema):
    attributes = {name: attribute_form(attribute) for name, attribute in schema.attributes.items()}
    inputs = [(value.name, str(value.option)) for value in schema.inputs]
    outputs = [(value.name, str(value.option)) for value in schema.outputs]
    return attributes, inputs, outputs, schema.deprecated


versions = {}
for schema in defs.get_all_schemas_with_history():
    if schema.domain == "":
        versions.setdefault(schema.name, {})[schema.since_version] = schema

changes = []
for name, schemas in sorted(versions.items()):
    ordered = sorted(schemas)
    for before, after in zip(ordered, ordered[1:]):
        if after > 7 and form(schemas[before]) != form(schemas[after]):
            changes.append([name, after])
print(json.dumps({"opset": defs.onnx_opset_version(), "changes": changes}))
