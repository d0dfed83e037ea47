"""Where the pipeline's sockets are."""

from __future__ import annotations

import math
import os
import time

import zmq

DEFAULTS = {
    "frames": "tcp://127.0.0.1:5555",
    "maps": "tcp://127.0.0.1:5556",
    "control": "tcp://127.0.0.1:5557",
}


def endpoint_of(name: str, given: str | None) -> str:
    """As given, else the environment's PHASECAST_FRAMES, _MAPS or _CONTROL, else phasecast run's default."""
    return given or os.environ.get(f"PHASECAST_{name.upper()}") or DEFAULTS[name]


def connect(socket: zmq.Socket[bytes], name: str, endpoint: str) -> None:
    try:
        socket.connect(endpoint)
    except zmq.ZMQError as error:
        socket.close(0)
        expected = f"one such as {DEFAULTS[name]}"
        raise ValueError(f"{name} endpoint is '{endpoint}', expected {expected} ({error})") from None


class Deadline:
    """So many seconds from now; None: never."""

    def __init__(self, timeout_s: float | None) -> None:
        self._end = None if timeout_s is None else time.monotonic() + timeout_s

    def left_ms(self) -> int | None:
        if self._end is None:
            return None
        return max(0, math.ceil((self._end - time.monotonic()) * 1000))


def wait_for(socket: zmq.Socket[bytes], event: int, deadline: Deadline) -> bool:
    """Whether the socket can be read (POLLIN) or written (POLLOUT) before the deadline."""
    return socket.poll(deadline.left_ms(), event) != 0
