"""proto/gateway.proto and the generated messages against the recorded facts of the wire, both ways.

tests/data/gateway-wire.json lists every rpc, message, field and enum of the released gateway protocol (8.9) and, apart
from them, what is known of 8.10. Both sides are turned into flat facts, "field ActivatedJob.key" -> "1 implicit int64",
so that a difference reads as a list of what is missing, foreign or otherwise.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    MethodDescriptorProto,
)

from zeebe_grpc._proto import gateway_pb2

ROOT = Path(__file__).parents[2]
WIRE: dict[str, Any] = json.loads((ROOT / "tests" / "data" / "gateway-wire.json").read_text(encoding="utf-8"))
PREVIEW = "Preview (8.10)"
Facts = dict[str, str]

# ---- Facts of a compiled proto ----


def facts_of_file(file: FileDescriptorProto) -> Facts:
    """Everything a peer on the wire can tell about the file."""
    (service,) = file.service
    facts = {"syntax": file.syntax, "package": file.package, "service": service.name}
    for method in service.method:
        facts[f"rpc {method.name}"] = describe_method(method)
    for enum in file.enum_type:
        facts |= facts_of_enum(enum, "")
    for message in file.message_type:
        facts |= facts_of_message(message, "")
    return facts


def describe_method(method: MethodDescriptorProto) -> str:
    """For example ActivateJobsRequest -> stream ActivateJobsResponse."""
    streams = [side * "stream " for side in (method.client_streaming, method.server_streaming)]
    deprecated = " deprecated" * method.options.deprecated
    return f"{streams[0]}{local(method.input_type)} -> {streams[1]}{local(method.output_type)}{deprecated}"


def facts_of_message(message: DescriptorProto, scope: str) -> Facts:
    """Facts of a message and of all that is nested in it."""
    name = scope + message.name
    facts = {f"message {name}": "deprecated" * message.options.deprecated}
    for field in message.field:
        facts[f"field {name}.{field.name}"] = describe_field(field, message)
    for enum in message.enum_type:
        facts |= facts_of_enum(enum, f"{name}.")
    for nested in message.nested_type:
        facts |= facts_of_message(nested, f"{name}.")
    return facts


def describe_field(field: FieldDescriptorProto, message: DescriptorProto) -> str:
    """Number, presence, type, JSON name."""
    type_name = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    presence = presence_of(field)
    if presence == "oneof":
        presence += " " + message.oneof_decl[field.oneof_index].name
    deprecated = " deprecated" * field.options.deprecated
    return f"{field.number} {presence} {type_name} {local(field.type_name)} {field.json_name}{deprecated}"


def presence_of(field: FieldDescriptorProto) -> str:
    """How a receiver can tell that the field was sent, if at all."""
    if field.label == FieldDescriptorProto.LABEL_REPEATED:
        return "repeated"
    if field.proto3_optional:
        return "optional"
    if field.HasField("oneof_index"):
        return "oneof"
    return "message" if field.type == FieldDescriptorProto.TYPE_MESSAGE else "implicit"


def facts_of_enum(enum: EnumDescriptorProto, scope: str) -> Facts:
    """Facts of an enum and its values."""
    values = {f"value {scope}{enum.name}.{value.name}": str(value.number) for value in enum.value}
    return {f"enum {scope}{enum.name}": "", **values}


def local(type_name: str) -> str:
    """A type's name within the package; the dash stands for none."""
    return type_name.removeprefix(".gateway_protocol.") or "-"


# ---- Facts of the recorded wire ----


def facts_of_wire(wire: Mapping[str, Any]) -> Facts:
    """The same facts from the JSON form."""
    facts = {}
    for rpc in wire["rpcs"]:
        streams = [rpc[side] * "stream " for side in ("client_streaming", "server_streaming")]
        deprecated = " deprecated" * rpc["deprecated"]
        facts[f"rpc {rpc['name']}"] = f"{streams[0]}{rpc['request']} -> {streams[1]}{rpc['response']}{deprecated}"
    for name, message in wire["messages"].items():
        facts[f"message {name}"] = "deprecated" * message.get("deprecated", False)
        facts |= {f"field {name}.{field['name']}": describe_recorded_field(field) for field in message["fields"]}
    for name, values in wire["enums"].items():
        facts[f"enum {name}"] = ""
        facts |= {f"value {name}.{value}": str(number) for value, number in values.items()}
    return facts


def describe_recorded_field(field: Mapping[str, Any]) -> str:
    """As describe_field."""
    assert not field["map"], "a map field needs words of its own here"
    presence = f"oneof {field['oneof']}" if field["presence"] == "oneof" else field["presence"]
    deprecated = " deprecated" if field.get("deprecated") else ""
    return (
        f"{field['number']} {presence} {field['type']} {field.get('type_name', '-')} {field['json_name']}{deprecated}"
    )


RELEASED: Facts = {
    "syntax": WIRE["syntax"],
    "package": WIRE["package"],
    "service": WIRE["service"],
    **facts_of_wire(WIRE),
}
ADDED: Facts = {name: fact for name, fact in facts_of_wire(WIRE["next_version"]).items() if name not in RELEASED}


def differences(actual: Facts, expected: Facts) -> list[str]:
    """What differs, one readable line each."""
    lines = [f"missing: {name}: {expected[name]}" for name in sorted(expected.keys() - actual.keys())]
    lines += [f"foreign: {name}: {actual[name]}" for name in sorted(actual.keys() - expected.keys())]
    for name in sorted(actual.keys() & expected.keys()):
        if actual[name] != expected[name]:
            lines += [f"otherwise: {name}: is {actual[name]!r}, should be {expected[name]!r}"]
    return lines


# ---- The two compiled forms ----


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> FileDescriptorProto:
    """The proto as the compiler reads it today, comments included."""
    pytest.importorskip("grpc_tools", reason="grpcio-tools compiles the proto")
    target = tmp_path_factory.mktemp("wire") / "gateway.binpb"
    arguments = ["-Iproto", "--include_source_info", f"--descriptor_set_out={target}", "proto/gateway.proto"]
    # Without its own warnings: old grpcio-tools import what is deprecated.
    subprocess.run([sys.executable, "-W", "ignore", "-m", "grpc_tools.protoc", *arguments], cwd=ROOT, check=True)
    (file,) = FileDescriptorSet.FromString(target.read_bytes()).file
    return file


@pytest.fixture(scope="module")
def shipped() -> FileDescriptorProto:
    """The proto as the generated module carries it."""
    return FileDescriptorProto.FromString(gateway_pb2.DESCRIPTOR.serialized_pb)


@pytest.fixture(params=["compiled", "shipped"])
def facts(request: pytest.FixtureRequest) -> Facts:
    """Facts of both forms, one after the other."""
    file = request.getfixturevalue(request.param)
    with_json_names(file)
    return facts_of_file(file)


def with_json_names(file: FileDescriptorProto) -> None:
    """Fill in the JSON names: generated code leaves out those that follow from the field's name."""
    for message in all_messages(file.message_type):
        for field in message.field:
            head, *rest = field.name.split("_")
            field.json_name = field.json_name or head + "".join(word.capitalize() for word in rest)


def all_messages(messages: Any) -> Iterator[DescriptorProto]:
    """Messages and those nested in them."""
    for message in messages:
        yield message
        yield from all_messages(message.nested_type)


# ---- Tests ----


def assert_equal(actual: Facts, expected: Facts) -> None:
    """Show every difference, not pytest's excerpt of them."""
    found = differences(actual, expected)
    if found:
        pytest.fail("the proto is not the recorded wire:\n" + "\n".join(found), pytrace=False)


def test_the_released_protocol_is_there_in_every_detail(facts: Facts) -> None:
    assert_equal({name: fact for name, fact in facts.items() if name not in ADDED}, RELEASED)


def test_the_preview_is_there_in_every_detail_and_nothing_else(facts: Facts) -> None:
    assert_equal({name: fact for name, fact in facts.items() if name not in RELEASED}, ADDED)


def test_the_record_lists_the_same_additions() -> None:
    kinds = ("message", "field", "enum", "value", "rpc")
    assert {name for name in ADDED if name.split()[0] in kinds} == set(WIRE["next_version"]["added"])
    assert WIRE["next_version"]["changed"] == []


def test_the_record_is_the_shared_one() -> None:
    shared = Path(os.environ.get("ZEEBE_GRPC_SHARED", ROOT.parent / "shared")) / "protocol" / "gateway-wire.json"
    if not shared.exists():
        pytest.skip(f"no {shared} to compare with")
    assert json.loads(shared.read_text(encoding="utf-8")) == WIRE


def test_every_rpc_has_the_path_that_the_record_gives(shipped: FileDescriptorProto) -> None:
    (service,) = shipped.service
    paths = {f"/{shipped.package}.{service.name}/{method.name}" for method in service.method}
    assert paths == {rpc["path"] for rpc in [*WIRE["rpcs"], *WIRE["next_version"]["rpcs"]]}


def test_a_difference_is_told_in_words() -> None:
    right = {"field A.b": "1 implicit string - b", "message A": "", "rpc C": "A -> A"}
    wrong = {"field A.b": "2 implicit string - b", "message A": "", "message X": ""}
    assert differences(wrong, right) == [
        "missing: rpc C: A -> A",
        "foreign: message X: ",
        "otherwise: field A.b: is '2 implicit string - b', should be '1 implicit string - b'",
    ]


def test_everything_has_a_comment_and_the_preview_is_marked(compiled: FileDescriptorProto) -> None:
    comments = dict(comments_of(compiled))
    assert [name for name, text in comments.items() if not text] == []
    assert {name for name, text in comments.items() if text.startswith(PREVIEW)} == set(ADDED)


def comments_of(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    """The comment above each declaration, by the name of its fact."""
    texts = {tuple(place.path): place.leading_comments.strip() for place in file.source_code_info.location}
    for path, name in declarations(file):
        yield name, texts.get(path, "")


def declarations(file: FileDescriptorProto) -> Iterator[tuple[tuple[int, ...], str]]:
    """Path in the descriptor and fact name of every declaration."""
    yield (6, 0), "service"
    for index, method in enumerate(file.service[0].method):
        yield (6, 0, 2, index), f"rpc {method.name}"
    for index, enum in enumerate(file.enum_type):
        yield from enum_declarations(enum, (5, index), "")
    for index, message in enumerate(file.message_type):
        yield from message_declarations(message, (4, index), "")


def message_declarations(
    message: DescriptorProto, path: tuple[int, ...], scope: str
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Those of a message."""
    name = scope + message.name
    yield path, f"message {name}"
    for index, field in enumerate(message.field):
        yield (*path, 2, index), f"field {name}.{field.name}"
    for index, enum in enumerate(message.enum_type):
        yield from enum_declarations(enum, (*path, 4, index), f"{name}.")
    for index, nested in enumerate(message.nested_type):
        yield from message_declarations(nested, (*path, 3, index), f"{name}.")


def enum_declarations(
    enum: EnumDescriptorProto, path: tuple[int, ...], scope: str
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Those of an enum."""
    yield path, f"enum {scope}{enum.name}"
    for index, value in enumerate(enum.value):
        yield (*path, 2, index), f"value {scope}{enum.name}.{value.name}"
