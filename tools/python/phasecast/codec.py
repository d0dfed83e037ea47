"""Between messages and the parts of ZeroMQ messages (messages/README.md), with phasecast's own checks."""

from __future__ import annotations

from typing import Callable, Sequence, Union

from ._control_codec import (
    decode_control_reply,
    decode_control_request,
    decode_receipt,
    decode_references,
    decode_region_spectrum,
    encode_control_request,
)
from ._map_codec import decode_phase_map
from ._pixels import Bytes
from ._scan_codec import (
    decode_frame,
    decode_scan_end,
    decode_scan_start,
    encode_frame,
    encode_scan_end,
    encode_scan_start,
)
from ._status_codec import decode_status
from .errors import WireError
from .messages import ControlRequest, Frame, Message, ScanEnd, ScanStart

_KINDS: dict[str, tuple[int, Callable[[Sequence[Bytes]], Message]]] = {
    "scan_start": (2, decode_scan_start),
    "frame": (3, decode_frame),
    "scan_end": (2, decode_scan_end),
    "phase_map": (7, decode_phase_map),
    "status": (2, decode_status),
    "control_request": (2, decode_control_request),
    "control_reply": (2, decode_control_reply),
    "region_spectrum": (2, decode_region_spectrum),
    "references": (2, decode_references),
    "receipt": (2, decode_receipt),
}


def encode(message: Union[ScanStart, Frame, ScanEnd, ControlRequest]) -> list[Bytes]:
    """What a client says. A frame's byte count and CRC are those of its pixels."""
    if isinstance(message, ScanStart):
        return encode_scan_start(message)
    if isinstance(message, Frame):
        return encode_frame(message)
    if isinstance(message, ScanEnd):
        return encode_scan_end(message)
    return encode_control_request(message)


def decode(parts: Sequence[Bytes]) -> Message:
    """Raises WireError for the first fault; its `cause` is one of those in messages/README.md."""
    if not parts:
        raise WireError("part_count", "message", "parts", 0, "topic and header at least")
    topic = bytes(parts[0][:64]).decode("ascii", errors="replace")
    if topic not in _KINDS:
        raise WireError("topic", "message", "topic", topic, ", ".join(_KINDS))
    count, decode_kind = _KINDS[topic]
    if len(parts) != count:
        raise WireError("part_count", topic, "parts", len(parts), str(count))
    return decode_kind(parts)
