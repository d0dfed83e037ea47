"""The protobuf messages; protoc 3.21 writes no types that type checkers agree with."""

from typing import Any

from . import phasecast_pb2

wire: Any = phasecast_pb2
