"""Messages as phasecast itself encodes them."""

from __future__ import annotations

import dataclasses
import subprocess
import tempfile
from typing import Any

import numpy as np
import zmq

import phasecast
import sample
from live import COMMAND, PATIENCE_S, LiveTest
from wire_bytes import wire

HEADERS: dict[bytes, Any] = {
    b"scan_start": wire.ScanStart,
    b"frame": wire.FrameHeader,
    b"scan_end": wire.ScanEnd,
    b"phase_map": wire.PhaseMapHeader,
    b"status": wire.Status,
}
# Not fields of the header alone: made from the payload, or said by the type of the message.
DERIVED = {"version", "shape", "pixel_type", "codec", "byte_count", "crc32c", "layers"}


def header_of(parts: list[bytes]) -> Any:
    header = HEADERS[parts[0]]()
    header.ParseFromString(parts[1])
    return header


def plain(value: Any) -> Any:
    """A header's field or a message's, as something that both can be compared as."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "DESCRIPTOR"):
        fields = value.DESCRIPTOR.fields
        return {field.name: plain_field(value, field) for field in fields}
    if hasattr(value, "items"):
        return dict(value.items())
    if isinstance(value, (str, bool, int, float, np.generic)):
        return value
    return [plain(one) for one in value]


def plain_field(header: Any, field: Any) -> Any:
    value = getattr(header, field.name)
    if field.enum_type is None:
        if field.message_type is not None and field.has_presence and not header.HasField(field.name):
            return None
        return float("nan") if field.has_presence and not header.HasField(field.name) else plain(value)
    names = field.enum_type.values_by_number
    prefix = names[0].name.removesuffix("UNSPECIFIED")
    return names[value].name.removeprefix(prefix).lower() if value else None


class TestBytesOfPhasecast(LiveTest):
    def assert_says_what_the_header_says(self, message: Any, header: Any) -> None:
        for name, expected in plain(header).items():
            if name in DERIVED:
                continue
            found = getattr(message, "lambda_" if name == "lambda" else name)
            with self.subTest(f"{type(message).__name__}.{name}"):
                np.testing.assert_equal(None if found is None else plain(found), expected)

    def receive_scan(self, folder: str) -> list[list[bytes]]:
        """All messages of `phasecast simulate --to` for one scan."""
        with zmq.Context() as context, context.socket(zmq.PULL) as frames:
            port = frames.bind_to_random_port("tcp://127.0.0.1")
            options = [
                "--scene",
                "particle",
                "--height",
                "24",
                "--width",
                "32",
                "--scans",
                "1",
                "-o",
                f"{folder}/sent.h5",
            ]
            command = [COMMAND, "simulate", *options, "--to", f"tcp://127.0.0.1:{port}"]
            with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
                messages: list[list[bytes]] = []
                while not messages or messages[-1][0] != b"scan_end":
                    self.assertTrue(frames.poll(PATIENCE_S * 1000), "simulate sent nothing more")
                    messages.append(frames.recv_multipart())
                self.assertEqual(process.wait(PATIENCE_S), 0)
        return messages

    def test_a_simulated_scan_is_read_and_written_again_bit_for_bit(self) -> None:
        messages = self.receive_scan(self.enterContext(tempfile.TemporaryDirectory()))
        for parts in messages:
            message = phasecast.decode(parts)
            self.assert_says_what_the_header_says(message, header_of(parts))
            written = [bytes(part) for part in phasecast.encode(message)]
            self.assertEqual(header_of(written), header_of(parts))
            self.assertEqual(written[2:], parts[2:])
        self.assertEqual({parts[0] for parts in messages}, {b"scan_start", b"frame", b"scan_end"})
        start = phasecast.decode(messages[0])
        self.assertEqual(len(messages), start.planned_frames + 2)

    def test_what_a_pipeline_publishes_is_read_as_its_headers_say(self) -> None:
        live = self.pipeline(self.enterContext(sample.References()))
        with zmq.Context() as context, context.socket(zmq.SUB) as viewer:
            viewer.rcvhwm = 0
            viewer.subscribe(b"")
            viewer.connect(live.maps)
            self.assertTrue(viewer.poll(PATIENCE_S * 1000), "no greeting: a scan's end is not sent again")
            with phasecast.Detector(live.frames) as detector:
                sample.send_scan(detector)
            wanted, topics = set(HEADERS) - {b"frame"}, set()
            final = False
            while not (topics >= wanted and final):
                self.assertTrue(viewer.poll(PATIENCE_S * 1000), f"only {topics} came")
                parts = viewer.recv_multipart()
                message, header = phasecast.decode(parts), header_of(parts)
                self.assert_says_what_the_header_says(message, header)
                topics.add(parts[0])
                if isinstance(message, phasecast.PhaseMap):
                    final = final or message.final
                    for layer, part in zip(header.layers, parts[2:]):
                        name = wire.LayerKind.Name(layer.kind).removeprefix("LAYER_KIND_").lower()
                        self.assertEqual(getattr(message, name).tobytes(), part)
