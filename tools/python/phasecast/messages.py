"""What phasecast says, as plain Python: names and units are those of messages/README.md.

Measures that are not known are NaN. Arrays of a received message are read-only views of its bytes.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Literal, Union

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Floats32 = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

FrameKind = Literal["dark", "flat", "sample"]
Signal = Literal["counts", "transmission", "absorbance"]
CorrectionUse = Literal["none", "shared", "per_energy"]
ScanStatus = Literal["complete", "aborted"]
PipelineState = Literal["waiting", "scanning", "solving", "stopping"]


@dataclasses.dataclass(frozen=True)
class CorrectionPlan:
    """How many dark or flat frames a scan sends: `repeats` in all if shared, else for each energy."""

    use: CorrectionUse
    repeats: int

    def frames(self, energies: int) -> int:
        return {"none": 0, "shared": self.repeats, "per_energy": self.repeats * energies}[self.use]


@dataclasses.dataclass(frozen=True, eq=False)
class ScanStart:
    source: str
    series_id: str
    scan_id: str
    scan_index: int
    energies_ev: Floats  # planned, in the order of measurement
    shape: tuple[int, int]  # height, width
    pixel_type: np.dtype[np.generic]
    pixel_size_um: float
    edge: str
    signal: Signal
    darks: CorrectionPlan
    flats: CorrectionPlan
    sample_repeats: int
    start_utc_ns: int
    metadata: dict[str, str]

    @property
    def planned_frames(self) -> int:
        energies = len(self.energies_ev)
        return self.darks.frames(energies) + self.flats.frames(energies) + self.sample_repeats * energies


@dataclasses.dataclass(frozen=True, eq=False)
class Frame:
    scan_id: str
    sequence: int
    kind: FrameKind
    energy_index: int
    energy_set_ev: float  # 0 = none, for darks and flats
    repeat: int
    pixels: npt.NDArray[np.generic] = dataclasses.field(repr=False)  # [Y, X]
    energy_readback_ev: float = math.nan
    exposure_s: float = 0
    start_utc_ns: int = 0
    i0: float = math.nan


@dataclasses.dataclass(frozen=True)
class ScanEnd:
    scan_id: str
    frames_sent: int
    status: ScanStatus
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class Drift:
    """Where an energy's image lies against the scan's reference image."""

    energy_index: int
    x: float  # pixels; positive: the object has moved toward larger columns
    y: float  # pixels; positive: toward larger rows
    magnification: float  # of the object about the image's center
    quality: float  # 0 to 1: how well the images agree once aligned
    trusted: bool  # False: this measurement was not applied


@dataclasses.dataclass(frozen=True)
class Advice:
    """What more energies would bring: standard deviations of a fraction, from noise and references alone."""

    uncertainty: float  # with the energies in the map
    uncertainty_planned: float  # once all planned energies are in
    next_energy_ev: float  # planned, not yet in, lowers the uncertainty most; NaN: none
    uncertainty_next: float  # with that one as well
    enough: bool  # the energies still to come would lower it by less than asked for


@dataclasses.dataclass(frozen=True, eq=False)
class ReferenceCheck:
    """What a scan says about the references it is unmixed with."""

    shift_ev: Floats  # [L], the reference lies this much too low; NaN: cannot be told
    shift_uncertainty_ev: Floats  # [L], one standard deviation; may be infinite
    shift_applied: bool  # the map was made with the shifted references
    residual_structure: float  # RMS of the mean residual spectrum over what noise alone explains
    residual_ev: Floats  # [E]
    residual: Floats  # [E], absorbance, mean over the valid pixels
    structured: bool  # the residual is more than noise: a reference is wrong or missing
    suggested: Floats  # [E], spectrum of the state that seems to be missing; empty: none


@dataclasses.dataclass(frozen=True, eq=False)
class PhaseMap:
    series_id: str
    scan_id: str
    scan_index: int
    map_number: int
    last_sequence: int  # newest frame that contributed
    final: bool  # false: provisional, the scan goes on
    scan_status: ScanStatus | None  # of a final map
    energies_ev: Floats  # planned
    energies_used: Indices  # places in energies_ev
    energies_carried: Indices  # places whose data still come from the previous scan
    method: str
    iterations: int
    relative_error: float
    map_change: float
    map_distance: float  # fraction, estimated RMS over the valid pixels to the limit
    converged: bool
    noise_sigma: float  # absorbance
    lambda_: float  # weight of eq. (7); 0 = none
    rho: float
    config_hash: str
    received_utc_ns: int
    published_utc_ns: int
    shape: tuple[int, int]  # height, width
    pixel_size_um: float
    states: tuple[str, ...]
    fraction: Floats32 = dataclasses.field(repr=False)  # [L, Y, X], 0 to 1; NaN where masked
    scale: Floats32 = dataclasses.field(repr=False)  # [Y, X]
    residual: Floats32 = dataclasses.field(repr=False)  # [Y, X], absorbance, RMS
    uncertainty: Floats32 = dataclasses.field(repr=False)  # [L, Y, X], standard deviation; NaN where masked
    mask: npt.NDArray[np.uint8] = dataclasses.field(repr=False)  # [Y, X], 0 valid, 1 no element, 2 bad pixel
    advice: Advice | None = None
    reference_check: ReferenceCheck | None = None

    @property
    def valid(self) -> npt.NDArray[np.bool_]:
        """[Y, X], where the element is and the pixel is good."""
        return np.equal(self.mask, 0)


@dataclasses.dataclass(frozen=True)
class Counters:
    received: int
    recorded: int
    used: int
    duplicate: int
    late: int
    missing: int
    foreign: int
    unpaired: int
    rejected: dict[str, int]
    scans_started: int
    scans_closed: int
    scans_aborted: int
    scans_timed_out: int
    repaired_pixels: int
    maps_provisional: int
    maps_final: int
    viewer_drops: int
    restored: int
    refused: dict[str, int]  # connections not let in, by socket
    unregistered: int = 0  # energies whose drift could not be trusted


@dataclasses.dataclass(frozen=True)
class Status:
    state: PipelineState
    scan_id: str  # empty before the first scan
    scan_index: int
    energies_planned: int
    energies_received: int
    counters: Counters
    queue_depths: dict[str, int]
    frames_per_second: float
    latency_p50_ms: float
    latency_p95_ms: float
    recorder_lag_frames: int
    errors: tuple[str, ...]
    note: str
    published_utc_ns: int
    drift: tuple[Drift, ...] = ()  # of the newest scan, by order of ingest
    advice: Advice | None = None  # of the newest map


@dataclasses.dataclass(frozen=True)
class Region:
    """Columns x to x + width - 1 and rows y to y + height - 1."""

    x: int
    y: int
    width: int = 1
    height: int = 1


@dataclasses.dataclass(frozen=True, eq=False)
class RegionSpectrum:
    scan_id: str
    region: Region
    pixels: int  # that the means are of
    energy_indices: Indices
    energies_ev: Floats  # as measured
    absorbance: Floats  # mean over the pixels
    energies_carried: Indices
    map_number: int | None  # the map that the following are of; none yet: they are empty
    states: tuple[str, ...]
    fraction: Floats  # [L]
    uncertainty: Floats  # [L]
    scale: float
    background: Floats  # [E], the pre-edge polynomial
    fit: Floats  # [E], background + scale · references · fraction


@dataclasses.dataclass(frozen=True, eq=False)
class References:
    scan_id: str
    states: tuple[str, ...]
    energies_ev: Floats  # [E], planned
    absorbance: Floats  # [L, E], normalized


@dataclasses.dataclass(frozen=True)
class Receipt:
    """Which frames of a scan are safe in its recording: a source may forget them."""

    scan_id: str
    closed: bool  # the recording has its scan_end
    recorded: tuple[range, ...]  # of sequences, in order, with gaps between them


@dataclasses.dataclass(frozen=True)
class ControlReply:
    ok: bool
    text: str


Command = Literal[
    "get_status", "get_scan_start", "get_map", "abort_scan", "stop", "get_region_spectrum", "get_references", "get_receipt"
]


@dataclasses.dataclass(frozen=True)
class ControlRequest:
    command: Command
    region: Region | None = None
    scan_id: str = ""


Message = Union[
    ScanStart, Frame, ScanEnd, PhaseMap, Status, ControlRequest, ControlReply, RegionSpectrum, References, Receipt
]
