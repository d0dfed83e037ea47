"""scan_start, frame and scan_end, as in messages/wire/codec_scan.cpp and codec_frame.cpp."""

from __future__ import annotations

import math
from typing import Any, Sequence

import numpy as np

from . import _check
from ._wire import wire
from ._check import Check
from ._header import PROTOCOL_VERSION, read_header, to_wire, wire_shape
from ._pixels import NUMPY_TYPES, PIXEL_TYPES, Bytes, crc, view
from .messages import CorrectionPlan, Frame, ScanEnd, ScanStart


def _wire_plan(plan: CorrectionPlan) -> Any:
    return wire.CorrectionPlan(use=to_wire(wire.CorrectionUse, plan.use), repeats=plan.repeats)


def _read_plan(check: Check, field: str, header: Any) -> CorrectionPlan:
    use = check.enumerator("repeats", field, wire.CorrectionUse, header.use)
    fewest = 0 if use == "none" else 1
    return CorrectionPlan(use, check.range("repeats", field, header.repeats, fewest, _check.REPEATS))


def _pixel_type(check: Check, value: int) -> np.dtype[np.generic]:
    check.enumerator("pixel_type", "pixel_type", wire.PixelType, value)
    return NUMPY_TYPES[value]


def encode_scan_start(start: ScanStart) -> list[Bytes]:
    header = wire.ScanStart(
        version=PROTOCOL_VERSION,
        source=start.source,
        series_id=start.series_id,
        scan_id=start.scan_id,
        scan_index=start.scan_index,
        energies_ev=start.energies_ev.tolist(),
        shape=wire_shape(start.shape),
        pixel_type=PIXEL_TYPES[start.pixel_type],
        pixel_size_um=start.pixel_size_um,
        edge=start.edge,
        signal=to_wire(wire.Signal, start.signal),
        darks=_wire_plan(start.darks),
        flats=_wire_plan(start.flats),
        sample_repeats=start.sample_repeats,
        start_utc_ns=start.start_utc_ns,
        metadata=start.metadata,
    )
    return [b"scan_start", header.SerializeToString()]


def decode_scan_start(parts: Sequence[Bytes]) -> ScanStart:
    header = read_header(parts, wire.ScanStart, "scan start")
    check = Check("scan start", scan_id=header.scan_id)
    start = ScanStart(
        scan_id=check.id("scan_id", header.scan_id),
        series_id=check.id("series_id", header.series_id),
        source=check.text("source", header.source),
        scan_index=check.present("value", "scan_index", header),
        energies_ev=check.energies(header.energies_ev),
        shape=check.shape(header.shape),
        pixel_type=_pixel_type(check, header.pixel_type),
        pixel_size_um=check.not_negative("pixel_size_um", header.pixel_size_um),
        edge=check.text("edge", header.edge),
        signal=check.enumerator("value", "signal", wire.Signal, header.signal),
        darks=_read_plan(check, "darks", header.darks),
        flats=_read_plan(check, "flats", header.flats),
        sample_repeats=check.range("repeats", "sample_repeats", header.sample_repeats, 1, _check.REPEATS),
        start_utc_ns=check.instant("start_utc_ns", header.start_utc_ns),
        metadata=dict(header.metadata),
    )
    check.range("repeats", "planned frames", start.planned_frames, 1, _check.SCAN_FRAMES)
    check.names("metadata", start.metadata)
    for value in start.metadata.values():
        check.text("metadata", value)
    return start


def encode_frame(frame: Frame) -> list[Bytes]:
    pixels = np.ascontiguousarray(frame.pixels)
    payload = pixels.tobytes()
    header = wire.FrameHeader(
        version=PROTOCOL_VERSION,
        scan_id=frame.scan_id,
        sequence=frame.sequence,
        kind=to_wire(wire.FrameKind, frame.kind),
        energy_index=frame.energy_index,
        energy_set_ev=frame.energy_set_ev,
        energy_readback_ev=None if math.isnan(frame.energy_readback_ev) else frame.energy_readback_ev,
        repeat=frame.repeat,
        shape=wire.Shape(height=pixels.shape[0], width=pixels.shape[1]),
        pixel_type=PIXEL_TYPES[pixels.dtype],
        codec=wire.CODEC_RAW,
        byte_count=len(payload),
        crc32c=crc(payload),
        exposure_s=frame.exposure_s,
        start_utc_ns=frame.start_utc_ns,
        i0=None if math.isnan(frame.i0) else frame.i0,
    )
    return [b"frame", header.SerializeToString(), payload]


def _energy_set(check: Check, header: Any) -> float:
    if header.kind != wire.FRAME_KIND_SAMPLE and header.energy_set_ev == 0:
        return 0
    return check.energy("energy_set_ev", header.energy_set_ev)


def decode_frame(parts: Sequence[Bytes]) -> Frame:
    header = read_header(parts, wire.FrameHeader, "frame")
    number = header.sequence if header.HasField("sequence") else None
    check = Check("frame", number, header.scan_id)
    scan_id = check.id("scan_id", header.scan_id)
    sequence = check.present("value", "sequence", header)
    check.range("value", "sequence", sequence, 0, _check.SCAN_FRAMES - 1)
    kind = check.enumerator("kind", "kind", wire.FrameKind, header.kind)
    energy_index = check.present("energy", "energy_index", header)
    check.range("energy", "energy_index", energy_index, 0, _check.ENERGIES - 1)
    energy_set_ev = _energy_set(check, header)
    has_readback = header.HasField("energy_readback_ev")
    readback_ev = check.energy("energy_readback_ev", header.energy_readback_ev) if has_readback else math.nan
    repeat = check.present("repeats", "repeat", header)
    check.range("repeats", "repeat", repeat, 0, _check.REPEATS - 1)
    shape = check.shape(header.shape)
    pixel_type = _pixel_type(check, header.pixel_type)
    if header.codec != wire.CODEC_RAW:
        raise check.fault("codec", "codec", header.codec, "1 (RAW)")
    check.present("crc", "crc32c", header)
    exposure_s = check.not_negative("exposure_s", header.exposure_s)
    start_utc_ns = check.instant("start_utc_ns", header.start_utc_ns)
    i0 = check.finite("i0", header.i0) if header.HasField("i0") else math.nan
    _check_pixels(check, header, parts[2], shape[0] * shape[1] * pixel_type.itemsize)
    pixels = view(parts[2], pixel_type, shape)
    return Frame(
        scan_id,
        sequence,
        kind,
        energy_index,
        energy_set_ev,
        repeat,
        pixels,
        readback_ev,
        exposure_s,
        start_utc_ns,
        i0,
    )


def _check_pixels(check: Check, header: Any, payload: Bytes, planned: int) -> None:
    if header.byte_count != planned:
        raise check.fault("byte_count", "byte_count", header.byte_count, f"{planned}, shape times pixel size")
    if len(payload) != planned:
        raise check.fault("byte_count", "pixels", f"{len(payload)} bytes", f"{planned} bytes")
    found = crc(payload)
    if found != header.crc32c:
        raise check.fault("crc", "crc32c", header.crc32c, f"{found}, the pixels' own")


def encode_scan_end(end: ScanEnd) -> list[Bytes]:
    header = wire.ScanEnd(
        version=PROTOCOL_VERSION,
        scan_id=end.scan_id,
        frames_sent=end.frames_sent,
        status=to_wire(wire.ScanStatus, end.status),
        reason=end.reason,
    )
    return [b"scan_end", header.SerializeToString()]


def decode_scan_end(parts: Sequence[Bytes]) -> ScanEnd:
    header = read_header(parts, wire.ScanEnd, "scan end")
    check = Check("scan end", scan_id=header.scan_id)
    scan_id = check.id("scan_id", header.scan_id)
    frames_sent = check.present("value", "frames_sent", header)
    check.range("value", "frames_sent", frames_sent, 0, _check.SCAN_FRAMES)
    status = check.enumerator("value", "status", wire.ScanStatus, header.status)
    return ScanEnd(scan_id, frames_sent, status, check.text("reason", header.reason))
