"""status, as in messages/wire/codec_status.cpp."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Sequence

from . import _check
from ._wire import wire
from ._check import Check
from ._findings_codec import read_advice, read_drift
from ._header import read_header
from ._pixels import Bytes
from .messages import Counters, Status

_COUNTS = [field.name for field in fields(Counters) if field.name not in ("rejected", "refused")]


def _counters(header: Any) -> Counters:
    counts = {name: getattr(header, name) for name in _COUNTS}
    return Counters(**counts, rejected=dict(header.rejected), refused=dict(header.refused))


def decode_status(parts: Sequence[Bytes]) -> Status:
    header = read_header(parts, wire.Status, "status")
    check = Check("status", scan_id=header.scan_id)
    check.present("value", "counters", header)
    check.names("counters.rejected", header.counters.rejected)
    check.names("counters.refused", header.counters.refused)
    check.names("queue_depths", header.queue_depths)
    check.list_size("errors", len(header.errors))
    planned = check.range("energy", "energies_planned", header.energies_planned, 0, _check.ENERGIES)
    return Status(
        state=check.enumerator("value", "state", wire.PipelineState, header.state),
        scan_id=check.id("scan_id", header.scan_id) if header.scan_id else "",
        scan_index=header.scan_index,
        energies_planned=planned,
        energies_received=check.range("energy", "energies_received", header.energies_received, 0, planned),
        counters=_counters(header.counters),
        queue_depths=dict(header.queue_depths),
        frames_per_second=check.not_negative("frames_per_second", header.frames_per_second),
        latency_p50_ms=check.known_or_nan(header, "latency_p50_ms"),
        latency_p95_ms=check.known_or_nan(header, "latency_p95_ms"),
        recorder_lag_frames=header.recorder_lag_frames,
        errors=tuple(check.text("errors", error) for error in header.errors),
        note=check.text("note", header.note),
        published_utc_ns=check.instant("published_utc_ns", header.published_utc_ns),
        drift=read_drift(check, header.drift),
        advice=read_advice(check, header),
    )
