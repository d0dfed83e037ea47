"""Sending frames as a detector would."""

from __future__ import annotations

import dataclasses
import time
import uuid
from types import TracebackType
from typing import Mapping, Sequence, Union

import numpy as np
import numpy.typing as npt
import zmq

from . import codec
from ._endpoint import Deadline, KeyFile, Keys, connect, endpoint_of, wait_for
from ._pixels import PIXEL_TYPES
from .errors import WireError
from .messages import CorrectionPlan, Frame, ScanEnd, ScanStart, Signal
from .scan import Scan

QUEUED_MESSAGES = 4  # small: a pipeline that is behind is felt here, not in memory
LINGER_AFTER_FAULT_MS = 1000

Plan = Union[int, CorrectionPlan]


def per_energy(repeats: int = 1) -> CorrectionPlan:
    """So many dark or flat frames for each energy."""
    return CorrectionPlan("per_energy", repeats)


def shared(repeats: int) -> CorrectionPlan:
    """So many dark or flat frames that serve all energies; 0: none are sent."""
    return CorrectionPlan("shared", repeats) if repeats else CorrectionPlan("none", 0)


class Detector:
    """Sends scans to a pipeline's frames endpoint. Sending waits for a pipeline that is behind.

    `series_id` is shared by the scans of one experiment. Sending raises TimeoutError if nobody takes a
    message for `timeout_s`. Leaving waits until all is taken. To be used in one thread at a time.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        series_id: str | None = None,
        source: str = "phasecast for Python",
        timeout_s: float | None = 60,
        *,
        key: KeyFile = None,
        server_key: KeyFile = None,
    ) -> None:
        self.endpoint = endpoint_of("frames", endpoint)
        self.series_id = series_id or str(uuid.uuid4())
        self.source = source
        self.timeout_s = timeout_s
        self._scans = 0
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUSH)
        self._socket.sndhwm = QUEUED_MESSAGES
        self._socket.immediate = True  # no queue before somebody is there
        self._socket.linger = -1
        try:
            connect(self._socket, "frames", self.endpoint, Keys(key, server_key))
        except (ValueError, OSError):
            self._context.term()
            raise

    def scan(
        self,
        energies_ev: Sequence[float] | npt.NDArray[np.float64],
        shape: tuple[int, int],
        dtype: npt.DTypeLike = np.uint16,
        *,
        darks: Plan = 0,
        flats: Plan = 0,
        sample_repeats: int = 1,
        signal: Signal = "counts",
        scan_id: str | None = None,
        scan_index: int | None = None,
        edge: str = "",
        pixel_size_um: float = 0,
        metadata: Mapping[str, object] | None = None,
    ) -> Scan:
        """One pass over the energies, announced when entered as a context and ended when left.

        `shape` is height and width. `darks` and `flats` are a number of shared frames, or per_energy(n).
        """
        start = ScanStart(
            source=self.source,
            series_id=self.series_id,
            scan_id=scan_id or str(uuid.uuid4()),
            scan_index=self._scans if scan_index is None else scan_index,
            energies_ev=np.array(energies_ev, np.float64),
            shape=(shape[0], shape[1]),
            pixel_type=_pixel_type(dtype),
            pixel_size_um=pixel_size_um,
            edge=edge,
            signal=signal,
            darks=darks if isinstance(darks, CorrectionPlan) else shared(darks),
            flats=flats if isinstance(flats, CorrectionPlan) else shared(flats),
            sample_repeats=sample_repeats,
            start_utc_ns=time.time_ns(),
            metadata={name: str(value) for name, value in (metadata or {}).items()},
        )
        codec.decode(codec.encode(start))  # what the pipeline would reject is told here
        self._scans = start.scan_index + 1
        return Scan(start, self._send)

    def _send(self, message: Union[ScanStart, Frame, ScanEnd]) -> None:
        if not wait_for(self._socket, zmq.POLLOUT, Deadline(self.timeout_s)):
            stuck = f"nobody took a message at {self.endpoint} for {self.timeout_s} s"
            raise TimeoutError(f"{stuck}; is it phasecast run's frames endpoint?")
        self._socket.send_multipart(codec.encode(message), copy=False)  # the parts are immutable

    def close(self, linger_ms: int = -1) -> None:
        """Waits until everything sent is taken, or for so long."""
        self._socket.close(linger_ms)
        self._context.term()

    def __enter__(self) -> Detector:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(-1 if error is None else LINGER_AFTER_FAULT_MS)


def _pixel_type(dtype: npt.DTypeLike) -> np.dtype[np.generic]:
    pixel_type = np.dtype(dtype).newbyteorder("<")
    if pixel_type not in PIXEL_TYPES:
        known = ", ".join(known.name for known in PIXEL_TYPES)
        raise WireError("pixel_type", "scan start", "dtype", np.dtype(dtype), f"one of {known}")
    return pixel_type
