"""Topic and header, parts 0 and 1 of every message."""

from __future__ import annotations

from typing import Any, Sequence

from google.protobuf.message import DecodeError

from . import _check
from ._wire import wire
from ._pixels import Bytes
from .errors import WireError

PROTOCOL_VERSION = 1


def read_header(parts: Sequence[Bytes], kind: Any, name: str) -> Any:
    size = len(parts[1])
    if size > _check.HEADER_BYTES:
        raise WireError("header", name, "header", f"{size} bytes", f"at most {_check.HEADER_BYTES} bytes")
    header = kind()
    try:
        header.ParseFromString(bytes(parts[1]))
    except DecodeError:
        expected = f"a protobuf message {kind.DESCRIPTOR.full_name}"
        raise WireError("header", name, "header", f"{size} bytes", expected) from None
    if header.version != PROTOCOL_VERSION:
        raise WireError("version", name, "version", header.version, str(PROTOCOL_VERSION))
    return header


def to_wire(kind: Any, value: str) -> int:
    """The enumerator that Check.enumerator calls `value`."""
    prefix = kind.keys()[0].removesuffix("UNSPECIFIED")
    known: dict[str, int] = {
        name.removeprefix(prefix).lower(): number for name, number in kind.items() if number != 0
    }
    if value not in known:
        raise ValueError(f"'{value}' is not one of {', '.join(known)}")
    return known[value]


def wire_shape(shape: tuple[int, int]) -> Any:
    return wire.Shape(height=shape[0], width=shape[1])
