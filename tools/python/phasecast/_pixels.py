"""Between raw parts of a message and numpy arrays."""

from __future__ import annotations

from typing import Any, Union

import crc32c as _crc32c
import numpy as np
import numpy.typing as npt

from ._wire import wire

Bytes = Union[bytes, memoryview]

NUMPY_TYPES: dict[int, np.dtype[np.generic]] = {
    wire.PIXEL_TYPE_UINT8: np.dtype("<u1"),
    wire.PIXEL_TYPE_UINT16: np.dtype("<u2"),
    wire.PIXEL_TYPE_UINT32: np.dtype("<u4"),
    wire.PIXEL_TYPE_FLOAT32: np.dtype("<f4"),
    wire.PIXEL_TYPE_FLOAT64: np.dtype("<f8"),
}
PIXEL_TYPES = {numpy_type: wire_type for wire_type, numpy_type in NUMPY_TYPES.items()}


def view(part: Bytes, pixel_type: np.dtype[np.generic], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """The part's bytes as a read-only array. ZeroMQ puts small parts at odd addresses: those are copied."""
    array = np.frombuffer(part, pixel_type).reshape(shape)
    aligned = np.require(array, requirements="A")
    aligned.flags.writeable = False
    return aligned


def crc(pixels: Bytes) -> int:
    """CRC-32C (Castagnoli)."""
    return int(_crc32c.crc32c(pixels))
