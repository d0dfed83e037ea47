"""Where the pipeline's sockets are."""

from __future__ import annotations

import dataclasses
import math
import os
import time
from typing import Union

import zmq
import zmq.auth

DEFAULTS = {
    "frames": "tcp://127.0.0.1:5555",
    "maps": "tcp://127.0.0.1:5556",
    "control": "tcp://127.0.0.1:5557",
}


def endpoint_of(name: str, given: str | None) -> str:
    """As given, else the environment's PHASECAST_FRAMES, _MAPS or _CONTROL, else phasecast run's default."""
    return given or os.environ.get(f"PHASECAST_{name.upper()}") or DEFAULTS[name]


KeyFile = Union[str, "os.PathLike[str]", None]


@dataclasses.dataclass(frozen=True)
class Keys:
    """What shows a pipeline run with --keys who this is: NAME.key_secret, and that pipeline's server.key.

    Without them the environment's PHASECAST_KEY and PHASECAST_SERVER_KEY; without those, none are used.
    """

    key: KeyFile = None
    server_key: KeyFile = None

    def use(self, socket: zmq.Socket[bytes]) -> None:
        key = self.key or os.environ.get("PHASECAST_KEY")
        server_key = self.server_key or os.environ.get("PHASECAST_SERVER_KEY")
        if not key and not server_key:
            return
        if not key or not server_key:
            given, lacking = ("key", "server_key") if key else ("server_key", "key")
            raise ValueError(f"{given} is given without {lacking}, expected both or none")
        server_public, _ = _read_certificate(server_key)
        own_public, own_secret = _read_certificate(key)
        if own_secret is None:
            raise ValueError(f"{key}: has no secret-key, expected the client's NAME.key_secret")
        socket.curve_serverkey = server_public
        socket.curve_publickey = own_public
        socket.curve_secretkey = own_secret


def _read_certificate(path: "str | os.PathLike[str]") -> tuple[bytes, bytes | None]:
    try:
        public, secret = zmq.auth.load_certificate(path)
    except ValueError:
        raise ValueError(f"{path}: has no public-key, expected a CURVE certificate of phasecast keys") from None
    return public, secret


def connect(socket: zmq.Socket[bytes], name: str, endpoint: str, keys: Keys) -> None:
    try:
        keys.use(socket)
    except (ValueError, OSError):
        socket.close(0)
        raise
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
