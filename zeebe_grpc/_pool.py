"""Message classes in a descriptor pool of their own, for the generated module and nothing else.

Protobuf's own builder puts every message into one registry for the whole process. There the messages of this package
would meet those of any other library that brings a ``gateway.proto``: in pure Python the second import fails, and
pickled nested messages come back as the other library's.
"""

from __future__ import annotations

import copyreg
from collections.abc import Callable, MutableMapping
from typing import Any, cast

from google.protobuf.descriptor import Descriptor, FileDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper
from google.protobuf.message import Message
from google.protobuf.reflection import GeneratedProtocolMessageType


def load(serialized: bytes) -> FileDescriptor:
    """Read a compiled proto file into a new pool; the descriptor keeps the pool alive."""
    return DescriptorPool().AddSerializedFile(serialized)


def build(file: FileDescriptor, module_name: str, namespace: MutableMapping[str, Any]) -> None:
    """Define what a generated module offers: enums, their values, services and message classes."""
    for name, enum in file.enum_types_by_name.items():
        namespace[f"_{name.upper()}"] = enum
        namespace[name] = EnumTypeWrapper(enum)
        namespace.update((value.name, value.number) for value in enum.values)
    for name, service in file.services_by_name.items():
        namespace[f"_{name.upper()}"] = service
    for name, message in file.message_types_by_name.items():
        namespace[name] = _build_message(message, module_name, name)


def _build_message(descriptor: Descriptor, module_name: str, qualified_name: str) -> type[Message]:
    attributes: dict[str, Any] = {
        name: _build_message(nested, module_name, f"{qualified_name}.{name}")
        for name, nested in descriptor.nested_types_by_name.items()
    }
    attributes |= {"DESCRIPTOR": descriptor, "__module__": module_name, "__qualname__": qualified_name}
    message_type = cast("type[Message]", GeneratedProtocolMessageType(descriptor.name, (Message,), attributes))
    copyreg.pickle(message_type, _reduce)
    return message_type


def _reduce(message: Message) -> tuple[Callable[[type[Message], bytes], Message], tuple[type[Message], bytes]]:
    return _restore, (type(message), message.SerializePartialToString())


def _restore(message_type: type[Message], serialized: bytes) -> Message:
    return message_type.FromString(serialized)
