"""Maps and status as they are published."""

from __future__ import annotations

from types import TracebackType
from typing import Callable, Iterator, TypeVar, Union

import zmq

from . import codec
from ._endpoint import Deadline, KeyFile, Keys, connect, endpoint_of, wait_for
from .messages import Message, PhaseMap, ScanEnd, ScanStart, Status

Published = Union[ScanStart, ScanEnd, PhaseMap, Status]
Kind = TypeVar("Kind", ScanStart, ScanEnd, PhaseMap, Status)

TOPICS: dict[type[Published], bytes] = {
    ScanStart: b"scan_start",
    ScanEnd: b"scan_end",
    PhaseMap: b"phase_map",
    Status: b"status",
}
# An old map is worth nothing, and each may have megabytes: what a slow reader leaves is dropped.
QUEUED_MESSAGES = 8


class Subscriber:
    """Listens to a pipeline's maps endpoint. A newcomer gets the newest scan start, map and status at once.

    `only` names the kinds of message wanted; all if none is named. To be used in one thread at a time.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        only: tuple[type[Published], ...] = (),
        *,
        key: KeyFile = None,
        server_key: KeyFile = None,
    ) -> None:
        self.endpoint = endpoint_of("maps", endpoint)
        self._last: dict[type[Message], Message] = {}
        self._socket = zmq.Context.instance().socket(zmq.SUB)
        self._socket.linger = 0
        self._socket.rcvhwm = QUEUED_MESSAGES
        for kind in only or tuple(TOPICS):
            self._socket.subscribe(TOPICS[kind])
        connect(self._socket, "maps", self.endpoint, Keys(key, server_key))

    def receive(self, timeout_s: float | None = None) -> Published:
        """The next message. TimeoutError if none comes in time; WireError if it is not as it must be."""
        deadline = Deadline(timeout_s)
        while wait_for(self._socket, zmq.POLLIN, deadline):
            if (message := self._take()) is not None:
                return message
        silence = f"nothing came from {self.endpoint} in {timeout_s} s"
        raise TimeoutError(f"{silence}; is it phasecast run's maps endpoint?")

    def wait_for(
        self,
        kind: type[Kind],
        condition: Callable[[Kind], bool] = lambda _: True,
        timeout_s: float | None = None,
    ) -> Kind:
        """The next message of a kind for which the condition holds; those before it are passed over."""
        deadline = Deadline(timeout_s)
        while wait_for(self._socket, zmq.POLLIN, deadline):
            message = self._take()
            if isinstance(message, kind) and condition(message):
                return message
        raise TimeoutError(f"no such {kind.__name__} came from {self.endpoint} in {timeout_s} s")

    def maps(self, latest: bool = False, timeout_s: float | None = None) -> Iterator[PhaseMap]:
        """Maps, for ever. With `latest`, of provisional ones that wait only the newest, and every final."""
        while True:
            newest = self.wait_for(PhaseMap, timeout_s=timeout_s)
            while latest and not newest.final and (newer := self._waiting_map()) is not None:
                newest = newer
            yield newest

    def __iter__(self) -> Iterator[Published]:
        while True:
            yield self.receive()

    def _waiting_map(self) -> PhaseMap | None:
        try:
            return self.wait_for(PhaseMap, timeout_s=0)
        except TimeoutError:
            return None

    def _take(self) -> Published | None:
        parts = [frame.buffer for frame in self._socket.recv_multipart(copy=False)]
        message = codec.decode(parts)
        if not isinstance(message, (ScanStart, ScanEnd, PhaseMap, Status)):
            raise TypeError(f"{self.endpoint} published a {type(message).__name__}")  # the topics rule it out
        if self._came_before(message):
            return None
        self._last[type(message)] = message
        return message

    def _came_before(self, message: Published) -> bool:
        """All subscribers get the newest messages again whenever one joins."""
        last = self._last.get(type(message))
        if isinstance(message, PhaseMap) and isinstance(last, PhaseMap):
            return message.map_number <= last.map_number and message.published_utc_ns <= last.published_utc_ns
        if isinstance(message, ScanStart) and isinstance(last, ScanStart):
            return message.scan_id == last.scan_id
        return False

    def close(self) -> None:
        self._socket.close(0)

    def __enter__(self) -> Subscriber:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def maps(
    endpoint: str | None = None,
    latest: bool = False,
    timeout_s: float | None = None,
    *,
    key: KeyFile = None,
    server_key: KeyFile = None,
) -> Iterator[PhaseMap]:
    """Maps as they are published, beginning with the newest that there is; see Subscriber.maps."""
    with Subscriber(endpoint, only=(PhaseMap,), key=key, server_key=server_key) as subscriber:
        yield from subscriber.maps(latest, timeout_s)
