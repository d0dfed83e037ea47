"""One scan, as it is sent."""

from __future__ import annotations

import math
from collections import Counter
from types import TracebackType
from typing import Any, Callable, Union

import numpy as np
import numpy.typing as npt

from ._check import Check, without_control_characters
from .messages import CorrectionPlan, Floats, Frame, FrameKind, ScanEnd, ScanStart, ScanStatus

Send = Callable[[Union[ScanStart, Frame, ScanEnd]], None]


class Scan:
    """A context: entering announces the scan, leaving ends it; an exception ends it as aborted.

    A scan left before all planned frames are sent ends with those; its map tells which energies it has.
    """

    def __init__(self, start: ScanStart, send: Send) -> None:
        self.start = start
        self.frames_sent = 0
        self._send = send
        self._open = False
        self._plans: dict[FrameKind, CorrectionPlan] = {
            "dark": start.darks,
            "flat": start.flats,
            "sample": CorrectionPlan("per_energy", start.sample_repeats),
        }
        self._repeats: Counter[tuple[FrameKind, int]] = Counter()  # sent so far, by kind and energy index

    @property
    def energies_ev(self) -> Floats:
        return self.start.energies_ev

    @property
    def last_sequence(self) -> int:
        """Of the newest frame sent; a map with this last_sequence has all frames so far."""
        return self.frames_sent - 1

    def dark(self, image: npt.ArrayLike, energy_index: int | None = None, **facts: Any) -> None:
        """`energy_index` only if there are darks for each energy; `facts` as for frame()."""
        self.frame("dark", image, energy_index, **facts)

    def flat(self, image: npt.ArrayLike, energy_index: int | None = None, **facts: Any) -> None:
        """`energy_index` only if there are flats for each energy; `facts` as for frame()."""
        self.frame("flat", image, energy_index, **facts)

    def sample(self, image: npt.ArrayLike, energy_index: int, **facts: Any) -> None:
        """An image at energies_ev[energy_index]; another there is its next repeat. `facts` as for frame()."""
        self.frame("sample", image, energy_index, **facts)

    def frame(
        self,
        kind: FrameKind,
        image: npt.ArrayLike,
        energy_index: int | None = None,
        *,
        energy_readback_ev: float = math.nan,
        exposure_s: float = 0,
        start_utc_ns: int = 0,
        i0: float = math.nan,
    ) -> None:
        """Sends one frame; its memory may be used again. WireError if the scan's plan has no such frame."""
        if not self._open:
            scan = f"scan {self.start.scan_id} is not open"
            raise RuntimeError(f"{scan}: its frames are sent inside `with detector.scan(...) as scan:`")
        check = Check("frame", self.frames_sent, self.start.scan_id)
        index, repeat = self._place(check, kind, energy_index)
        energy_set_ev = float(self.energies_ev[index]) if self._plans[kind].use == "per_energy" else 0
        if not math.isnan(energy_readback_ev):
            check.energy("energy_readback_ev", energy_readback_ev)
        if not math.isnan(i0):
            check.finite("i0", i0)
        check.not_negative("exposure_s", exposure_s)
        check.instant("start_utc_ns", start_utc_ns)
        pixels = self._pixels(check, image)
        facts = (energy_readback_ev, exposure_s, start_utc_ns, i0)
        frame = (self.start.scan_id, self.frames_sent, kind, index, energy_set_ev, repeat, pixels)
        self._send(Frame(*frame, *facts))
        self._repeats[kind, index] += 1
        self.frames_sent += 1

    def end(self, status: ScanStatus = "complete", reason: str = "") -> None:
        """No more frames will come. Leaving the context does this too."""
        if self._open:
            self._open = False
            reason = without_control_characters(reason)
            self._send(ScanEnd(self.start.scan_id, self.frames_sent, status, reason))

    def _place(self, check: Check, kind: FrameKind, energy_index: int | None) -> tuple[int, int]:
        """Energy index and repeat of the next frame of a kind, if the plan has one."""
        plan = self._plans[kind]
        if plan.use == "per_energy":
            if energy_index is None:
                expected = f"the energy's place: there are {kind}s per energy"
                raise check.fault("energy", "energy_index", None, expected)
            check.range("energy", "energy_index", energy_index, 0, len(self.energies_ev) - 1)
        elif energy_index is not None:
            expected = f"none: there are no {kind}s per energy"
            raise check.fault("energy", "energy_index", energy_index, expected)
        index = energy_index or 0
        repeat = self._repeats[kind, index]
        if repeat >= plan.repeats:
            raise check.fault("repeats", "repeat", f"{kind} {repeat}", f"below {plan.repeats}, as planned")
        return index, repeat

    def _pixels(self, check: Check, image: npt.ArrayLike) -> npt.NDArray[np.generic]:
        pixels = np.asarray(image)
        if pixels.shape != self.start.shape:
            raise check.fault("shape", "shape", pixels.shape, f"{self.start.shape} as in the scan's start")
        if pixels.dtype.newbyteorder("<") != self.start.pixel_type:
            expected = f"{self.start.pixel_type} as in the scan's start"
            raise check.fault("pixel_type", "dtype", pixels.dtype, expected)
        return pixels.astype(self.start.pixel_type, copy=False)

    def begin(self) -> Scan:
        """Announces the scan; what entering the context does."""
        self._send(self.start)
        self._open = True
        return self

    def __enter__(self) -> Scan:
        return self.begin()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.end()
        else:
            self.end("aborted", f"{type(error).__name__}: {error}")
