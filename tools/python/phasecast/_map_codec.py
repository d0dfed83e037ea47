"""phase_map, as in messages/wire/codec_map.cpp and map_layers.cpp."""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np
import numpy.typing as npt

from . import _check
from ._wire import wire
from ._check import Check
from ._findings_codec import read_advice, read_reference_check
from ._header import read_header
from ._pixels import NUMPY_TYPES, Bytes, view
from .messages import PhaseMap

FIRST_LAYER_PART = 2
HIGHEST_MASK = 2
PER_STATE = ("fraction", "uncertainty")


def decode_phase_map(parts: Sequence[Bytes]) -> PhaseMap:
    header = read_header(parts, wire.PhaseMapHeader, "phase map")
    number = header.map_number if header.HasField("map_number") else None
    check = Check("phase map", number, header.scan_id)
    fields = _identity(check, header) | _solution(check, header)
    states, planned = len(fields["states"]), len(fields["energies_ev"])
    fields["advice"] = read_advice(check, header)
    fields["reference_check"] = read_reference_check(check, header, states, planned)
    fields |= _layers(check, header, parts, fields["shape"], states)
    return PhaseMap(**fields)


def _identity(check: Check, header: Any) -> dict[str, Any]:
    energies_ev = check.energies(header.energies_ev)
    planned = len(energies_ev)
    taken: set[int] = set()
    last_sequence = check.present("value", "last_sequence", header)
    final = check.present("value", "final", header)
    return {
        "scan_id": check.id("scan_id", header.scan_id),
        "series_id": check.id("series_id", header.series_id),
        "scan_index": check.present("value", "scan_index", header),
        "map_number": check.present("value", "map_number", header),
        "last_sequence": check.range("value", "last_sequence", last_sequence, 0, _check.SCAN_FRAMES - 1),
        "final": final,
        "scan_status": (
            check.enumerator("value", "scan_status", wire.ScanStatus, header.scan_status) if final else None
        ),
        "energies_ev": energies_ev,
        "energies_used": check.indices("energies_used", header.energies_used, taken, planned),
        "energies_carried": check.indices("energies_carried", header.energies_carried, taken, planned),
        "received_utc_ns": check.instant("received_utc_ns", header.received_utc_ns),
        "published_utc_ns": check.instant("published_utc_ns", header.published_utc_ns),
        "shape": check.shape(header.shape),
        "pixel_size_um": check.not_negative("pixel_size_um", header.pixel_size_um),
        "states": check.states(header.states),
    }


def _solution(check: Check, header: Any) -> dict[str, Any]:
    return {
        "method": check.name("method", header.method),
        "iterations": check.present("value", "iterations", header),
        "relative_error": check.known_or_nan(header, "relative_error"),
        "map_change": check.known_or_nan(header, "map_change"),
        "map_distance": check.known_or_nan(header, "map_distance"),
        "converged": check.present("value", "converged", header),
        "noise_sigma": check.known_or_nan(header, "noise_sigma"),
        "lambda_": check.not_negative("lambda", getattr(header, "lambda")),
        "rho": check.not_negative("rho", header.rho),
        "config_hash": check.text("config_hash", header.config_hash),
    }


def _layers(
    check: Check, header: Any, parts: Sequence[Bytes], shape: tuple[int, int], states: int
) -> dict[str, npt.NDArray[Any]]:
    """The payload parts by what the header says that each is, not by their order."""
    if len(header.layers) != len(parts) - FIRST_LAYER_PART:
        raise check.fault("part_count", "layers", len(header.layers), "one per payload part")
    layers: dict[str, npt.NDArray[Any]] = {}
    for layer, part in zip(header.layers, parts[FIRST_LAYER_PART:]):
        name = check.enumerator("kind", "layers.kind", wire.LayerKind, layer.kind)
        if name in layers:
            raise check.fault("kind", "layers.kind", layer.kind, "1 to 5, each once")
        extents = (states, *shape) if name in PER_STATE else shape
        layers[name] = _layer(check, name, layer, part, extents)
    unknown = layers["mask"][layers["mask"] > HIGHEST_MASK]
    if unknown.size:
        raise check.fault("value", "mask", unknown[0], f"0 to {HIGHEST_MASK}")
    return layers


def _layer(check: Check, name: str, layer: Any, part: Bytes, extents: tuple[int, ...]) -> npt.NDArray[Any]:
    pixel_type = wire.PIXEL_TYPE_UINT8 if name == "mask" else wire.PIXEL_TYPE_FLOAT32
    if layer.pixel_type != pixel_type:
        raise check.fault("pixel_type", f"{name}.pixel_type", layer.pixel_type, str(pixel_type))
    if tuple(layer.extents) != extents:
        raise check.fault("shape", f"{name}.extents", list(layer.extents), f"{list(extents)}, as the map's")
    numpy_type = NUMPY_TYPES[pixel_type]
    expected = int(np.prod(extents)) * numpy_type.itemsize
    if len(part) != expected:
        raise check.fault("byte_count", f"{name}.payload", f"{len(part)} bytes", f"{expected} bytes")
    return view(part, numpy_type, extents)
