"""Questions to a running pipeline, and the two orders that it takes."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

import zmq

from . import codec
from ._endpoint import Deadline, KeyFile, Keys, connect, endpoint_of, wait_for
from .errors import Refused, WireError
from .messages import (
    Command,
    ControlReply,
    ControlRequest,
    Message,
    PhaseMap,
    Receipt,
    References,
    Region,
    RegionSpectrum,
    ScanStart,
    Status,
)

Answer = TypeVar("Answer", Status, ScanStart, PhaseMap, RegionSpectrum, References, Receipt)

REPLY_PARTS = 2  # topic and header of control_reply; then the message asked for


class Control:
    """Asks at a pipeline's control endpoint. TimeoutError if no answer comes in time, Refused if it is no.

    To be used in one thread at a time.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        timeout_s: float | None = 30,
        *,
        key: KeyFile = None,
        server_key: KeyFile = None,
    ) -> None:
        self.endpoint = endpoint_of("control", endpoint)
        self.timeout_s = timeout_s
        self._socket = zmq.Context.instance().socket(zmq.REQ)
        self._socket.linger = 0
        # After a timeout the next question may be asked; a late answer to the old one is not taken for that.
        self._socket.setsockopt(zmq.REQ_RELAXED, 1)
        self._socket.setsockopt(zmq.REQ_CORRELATE, 1)
        connect(self._socket, "control", self.endpoint, Keys(key, server_key))

    def status(self) -> Status:
        return self._get(Status, ControlRequest("get_status"))

    def scan_start(self) -> ScanStart:
        """Of the newest scan. Refused before the first."""
        return self._get(ScanStart, ControlRequest("get_scan_start"))

    def map(self) -> PhaseMap:
        """The newest map. Refused before the first."""
        return self._get(PhaseMap, ControlRequest("get_map"))

    def region_spectrum(self, x: int, y: int, width: int = 1, height: int = 1) -> RegionSpectrum:
        """Mean spectrum of these columns and rows of the image, and the newest map's fit to it."""
        return self._get(RegionSpectrum, ControlRequest("get_region_spectrum", Region(x, y, width, height)))

    def references(self) -> References:
        """The reference spectra as the newest scan is unmixed with them."""
        return self._get(References, ControlRequest("get_references"))

    def receipt(self, scan_id: str) -> Receipt:
        """Which frames of a scan are safe in its recording. Refused if none is."""
        return self._get(Receipt, ControlRequest("get_receipt", scan_id=scan_id))

    def abort(self) -> str:
        """Closes the open scan now; the map of what was received becomes final."""
        return self._order("abort_scan")

    def stop(self) -> str:
        """Finishes what was received, then ends the pipeline."""
        return self._order("stop")

    def _order(self, command: Command) -> str:
        return self._ask(ControlRequest(command))[0].text

    def _get(self, kind: type[Answer], request: ControlRequest) -> Answer:
        _, message = self._ask(request)
        if not isinstance(message, kind):
            found = "nothing" if message is None else type(message).__name__
            raise WireError("kind", f"answer to {request.command}", "message", found, kind.__name__)
        return message

    def _ask(self, request: ControlRequest) -> tuple[ControlReply, Message | None]:
        self._socket.send_multipart(codec.encode(request))
        if not wait_for(self._socket, zmq.POLLIN, Deadline(self.timeout_s)):
            asked = f"no answer from {self.endpoint} in {self.timeout_s} s"
            raise TimeoutError(f"{asked}; is it phasecast run's control endpoint?")
        parts = [frame.buffer for frame in self._socket.recv_multipart(copy=False)]
        reply = codec.decode(parts[:REPLY_PARTS])
        if not isinstance(reply, ControlReply):
            raise WireError("kind", "answer", "message", type(reply).__name__, "ControlReply")
        if not reply.ok:
            raise Refused(f"{request.command}: {reply.text}")
        return reply, codec.decode(parts[REPLY_PARTS:]) if len(parts) > REPLY_PARTS else None

    def close(self) -> None:
        self._socket.close(0)

    def __enter__(self) -> Control:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
