"""zeebe_grpc.raw offers all of the proto, and nothing else."""

from __future__ import annotations

from zeebe_grpc import raw
from zeebe_grpc._proto import gateway_pb2, gateway_pb2_grpc

STUBS = {"GatewayStub", "GatewayServicer", "add_GatewayServicer_to_server"}


def test_every_message_and_enum_is_there_under_its_own_name() -> None:
    file = gateway_pb2.DESCRIPTOR
    assert set(raw.__all__) == {*file.message_types_by_name, *file.enum_types_by_name, "DESCRIPTOR"} | STUBS
    for name in raw.__all__:
        assert getattr(raw, name) is getattr(gateway_pb2_grpc if name in STUBS else gateway_pb2, name)
