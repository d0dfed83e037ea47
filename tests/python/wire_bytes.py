"""Whole messages as bytes, made with protobuf alone, for tests to change."""

from __future__ import annotations

from typing import Any

import numpy as np

from phasecast import phasecast_pb2

wire: Any = phasecast_pb2

STATES, HEIGHT, WIDTH = 2, 3, 4
LAYERS = {
    "FRACTION": np.full((STATES, HEIGHT, WIDTH), 0.5, "<f4"),
    "SCALE": np.arange(HEIGHT * WIDTH, dtype="<f4").reshape(HEIGHT, WIDTH),
    "RESIDUAL": np.zeros((HEIGHT, WIDTH), "<f4"),
    "UNCERTAINTY": np.full((STATES, HEIGHT, WIDTH), 0.1, "<f4"),
    "MASK": np.eye(HEIGHT, WIDTH, dtype="u1"),
}


def map_header() -> Any:
    header = wire.PhaseMapHeader(
        version=1, series_id="cell-7", scan_id="scan-3", scan_index=3, map_number=118, last_sequence=243
    )
    header.final = True
    header.scan_status = wire.SCAN_STATUS_COMPLETE
    header.energies_ev.extend([8180, 8320.5, 8400])
    header.energies_used.extend([0, 2])
    header.energies_carried.extend([1])
    header.method, header.iterations, header.converged = "rum-tv", 40, True
    header.map_distance = 0.002
    header.shape.height, header.shape.width = HEIGHT, WIDTH
    header.states.extend(["Ni2+", "Ni3+"])
    for name, values in LAYERS.items():
        pixel_type = wire.PIXEL_TYPE_UINT8 if name == "MASK" else wire.PIXEL_TYPE_FLOAT32
        header.layers.add(
            kind=wire.LayerKind.Value(f"LAYER_KIND_{name}"), pixel_type=pixel_type, extents=values.shape
        )
    return header


def map_payload() -> list[bytes]:
    return [values.tobytes() for values in LAYERS.values()]


def map_parts(header: Any, payload: list[bytes] | None = None) -> list[bytes]:
    return [b"phase_map", header.SerializeToString(), *(map_payload() if payload is None else payload)]


def advice() -> Any:
    return wire.Advice(
        uncertainty=0.031, uncertainty_planned=0.028, next_energy_ev=8351, uncertainty_next=0.03, enough=False
    )


def reference_check() -> Any:
    return wire.ReferenceCheck(
        shift_ev=[1.5, 0],
        shift_uncertainty_ev=[0.1, 0.2],
        shift_applied=False,
        residual_structure=4.2,
        residual_ev=[8180, 8400],
        residual=[0, -0.01],
        structured=True,
    )


def status_header() -> Any:
    header = wire.Status(version=1, state=wire.PIPELINE_STATE_SCANNING, energies_planned=3)
    header.counters.unregistered = 1
    header.drift.add(energy_index=2, x=0.1, y=-0.2, magnification=1, quality=0.9, trusted=True)
    header.drift.add(energy_index=0, x=1.5, y=0.5, magnification=1.001, quality=0.2, trusted=False)
    header.advice.CopyFrom(advice())
    return header


def spectrum_header() -> Any:
    header = wire.RegionSpectrum(version=1, scan_id="scan-3", pixels=6, map_number=118, scale=0.8)
    header.region.x, header.region.y, header.region.width, header.region.height = 0, 1, 3, 2
    header.energy_indices.extend([0, 2])
    header.energies_ev.extend([8180, 8400.1])
    header.absorbance.extend([0.9, 1.7])
    header.energies_carried.extend([2])
    header.states.extend(["Ni2+", "Ni3+"])
    header.fraction.extend([0.3, 0.7])
    header.uncertainty.extend([0.02, 0.02])
    header.background.extend([0.9, 0.89])
    header.fit.extend([0.9, 1.69])
    return header


def references_header() -> Any:
    header = wire.References(version=1, scan_id="scan-3", states=["Ni2+", "Ni3+"])
    header.energies_ev.extend([8180, 8320.5, 8400])
    header.absorbance.extend([0, 0, 1.2, 0, 0.1, 0.9])
    return header
