"""Who may connect: real processes, real strangers, and what a listener on the wire sees."""

from __future__ import annotations

import os
import pathlib
import socket
import struct
import subprocess
import tempfile
import unittest
import urllib.parse

import numpy as np
import zmq
import zmq.auth

import phasecast
import sample
from live import COMMAND, PATIENCE_S, LiveTest

KINDS = {"frames": zmq.PUSH, "maps": zmq.SUB, "control": zmq.REQ}


def run_command(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = [COMMAND, *map(str, arguments)]
    return subprocess.run(words, capture_output=True, text=True, timeout=5 * PATIENCE_S)


class Keys:
    """A folder of `phasecast keys` with a client per role."""

    def __enter__(self) -> Keys:
        self._folder = tempfile.TemporaryDirectory(prefix="phasecast-keys-")
        self.folder = pathlib.Path(self._folder.name) / "keys"
        self.make()
        for role in ("source", "viewer", "control"):
            self.make("--add", f"a-{role}", "--role", role)
        return self

    def make(self, *options: str) -> str:
        made = run_command("keys", self.folder, *options)
        if made.returncode != 0:
            raise RuntimeError(made.stderr)
        return made.stdout

    def of(self, name: str) -> dict[str, pathlib.Path]:
        """As the Python client takes them."""
        return {"key": self.folder / "clients" / f"{name}.key_secret", "server_key": self.folder / "server.key"}

    def options(self, name: str) -> list[str]:
        """As the command takes them."""
        return ["--key", str(self.of(name)["key"]), "--server-key", str(self.of(name)["server_key"])]

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


class AccessTest(LiveTest):
    def setUp(self) -> None:
        self.keys = self.enterContext(Keys())
        self.references = self.enterContext(sample.References())
        self.live = self.pipeline(self.references + ["--keys", str(self.keys.folder)])

    def spectra(self) -> list[str]:
        return self.references[self.references.index("--references") :]

    def summary(self) -> dict[str, str]:
        with phasecast.Control(self.live.control, PATIENCE_S, **self.keys.of("a-control")) as control:
            control.stop()
        return self.live.summary()


class TestAccess(AccessTest):
    def test_with_its_key_each_client_does_what_its_role_may(self) -> None:
        viewer = self.enterContext(phasecast.Subscriber(self.live.maps, **self.keys.of("a-viewer")))
        with phasecast.Detector(self.live.frames, **self.keys.of("a-source")) as detector:
            scan_id = sample.send_scan(detector).scan_id
        final = viewer.wait_for(phasecast.PhaseMap, lambda m: m.final, PATIENCE_S)
        self.assertEqual(final.scan_id, scan_id)
        with phasecast.Control(self.live.control, PATIENCE_S, **self.keys.of("a-control")) as control:
            self.assertEqual(control.scan_start().scan_id, scan_id)
            self.assertEqual(control.stop(), "stopping")
        self.assertEqual(self.live.summary()["missing"], "0")

    def test_the_command_simulates_and_watches_with_keys_of_files_or_of_the_environment(self) -> None:
        watch = subprocess.Popen(
            [COMMAND, "watch", self.live.maps, "--finals", "1", "--timeout", str(PATIENCE_S)],
            env=os.environ
            | {
                "PHASECAST_KEY": str(self.keys.of("a-viewer")["key"]),
                "PHASECAST_SERVER_KEY": str(self.keys.of("a-viewer")["server_key"]),
            },
            stdout=subprocess.PIPE,
            text=True,
        )
        scan = ["--height", "48", "--width", "48", *self.spectra(), "--to", self.live.frames]
        sent = run_command("simulate", *scan, *self.keys.options("a-source"))
        self.assertEqual(sent.returncode, 0, sent.stderr)
        shown, _ = watch.communicate(timeout=5 * PATIENCE_S)
        self.assertEqual(watch.returncode, 0, shown)
        summary = self.summary()
        self.assertEqual((summary["missing"], summary["maps_final"]), ("0", "1"))

    def test_a_viewer_may_ask_but_not_command(self) -> None:
        with phasecast.Control(self.live.control, PATIENCE_S, **self.keys.of("a-viewer")) as control:
            self.assertEqual(control.status().state, "waiting")
            with self.assertRaisesRegex(phasecast.Refused, "viewer:a-viewer may ask, not command"):
                control.stop()
            with self.assertRaisesRegex(phasecast.Refused, "may ask, not command"):
                control.abort()
            self.assertEqual(control.status().state, "waiting")

    def test_the_web_viewer_shows_what_its_key_lets_it_see(self) -> None:
        for arguments in (
            ["view", self.live.maps, "--control", self.live.control, "--port", "0", *self.keys.options("a-viewer")],
        ):
            viewer = subprocess.Popen([COMMAND, *arguments], stdout=subprocess.PIPE, text=True)
            self.addCleanup(viewer.communicate)
            self.addCleanup(viewer.kill)
            assert viewer.stdout is not None
            self.assert_shows_status(viewer.stdout.readline().split(" ", 1)[1].strip())

    def test_the_viewer_that_run_starts_has_a_key_of_its_own(self) -> None:
        ports = [f"--{name}=tcp://127.0.0.1:*" for name in KINDS]
        run = subprocess.Popen(
            [COMMAND, "run", *ports, "--no-record", "--keys", str(self.keys.folder), "--view", "0"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(run.communicate)
        self.addCleanup(run.kill)
        assert run.stderr is not None
        page = next(line for line in run.stderr if line.startswith("page ")).split(" ", 1)[1].strip()
        self.assert_shows_status(page)

    def assert_shows_status(self, page: str) -> None:
        address = urllib.parse.urlparse(page).netloc
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as browser:
            browser.sendall(
                f"GET /live HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n".encode()
            )
            received = b""
            while b"status\0\0" not in received:  # the topic, padded to four bytes
                more = browser.recv(65536)
                self.assertTrue(more, received)
                received += more


class TestStrangers(AccessTest):
    def setUp(self) -> None:
        super().setUp()
        self.viewer = self.enterContext(phasecast.Subscriber(self.live.maps, **self.keys.of("a-viewer")))
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, 0)

    def refused(self) -> dict[str, int]:
        return self.viewer.wait_for(phasecast.Status, timeout_s=PATIENCE_S).counters.refused

    def try_to_enter(self, door: str, keys: dict[str, bytes]) -> zmq.Socket[bytes]:
        """Until it was refused, as the pipeline's own status tells."""
        before = self.refused().get(door, 0)
        stranger = self.context.socket(KINDS[door])
        self.addCleanup(stranger.close, 0)
        for name, value in keys.items():
            setattr(stranger, name, value)
        if door == "maps":
            stranger.subscribe(b"")
        stranger.connect(self.live.endpoints[door])
        if door == "frames":
            stranger.send_multipart([b"no such topic"])  # would be rejected, and counted, were it let in
        if door == "control":
            stranger.send_multipart([b"control_request"])
        self.viewer.wait_for(phasecast.Status, lambda s: s.counters.refused.get(door, 0) > before, PATIENCE_S)
        return stranger

    def certificate(self, name: str, server: bytes | None = None) -> dict[str, bytes]:
        files = self.keys.of(name)
        public, secret = zmq.auth.load_certificate(files["key"])
        server_public, _ = zmq.auth.load_certificate(files["server_key"])
        assert secret is not None
        return {
            "curve_serverkey": server or server_public,
            "curve_publickey": public,
            "curve_secretkey": secret,
        }

    def check_nobody_gets_in(self, door: str, keys: dict[str, bytes]) -> None:
        stranger = self.try_to_enter(door, keys)
        for _ in range(2):  # two more messages go to those who are in
            self.viewer.wait_for(phasecast.Status, timeout_s=PATIENCE_S)
        if door != "frames":
            self.assertEqual(stranger.poll(0, zmq.POLLIN), 0)
        self.assertEqual(self.viewer.wait_for(phasecast.Status, timeout_s=PATIENCE_S).counters.rejected, {})

    def test_without_a_key_nobody_gets_in_anywhere(self) -> None:
        for door in KINDS:
            with self.subTest(door):
                self.check_nobody_gets_in(door, {})

    def test_with_a_key_that_nobody_knows_nobody_gets_in_anywhere(self) -> None:
        public, secret = zmq.curve_keypair()
        for door in KINDS:
            with self.subTest(door):
                known = self.certificate("a-viewer")
                self.check_nobody_gets_in(door, known | {"curve_publickey": public, "curve_secretkey": secret})

    def test_with_another_roles_key_nobody_gets_in(self) -> None:
        for door, name in (("frames", "a-viewer"), ("maps", "a-source"), ("maps", "a-control"), ("control", "a-source")):
            with self.subTest(door, name=name):
                self.check_nobody_gets_in(door, self.certificate(name))

    def test_who_expects_another_server_does_not_get_in(self) -> None:
        other, _ = zmq.curve_keypair()
        for door, name in (("frames", "a-source"), ("maps", "a-viewer"), ("control", "a-control")):
            with self.subTest(door):
                self.check_nobody_gets_in(door, self.certificate(name, other))

    def test_what_is_no_zeromq_is_refused_and_counted(self) -> None:
        for door in KINDS:
            host, port = self.live.endpoints[door].removeprefix("tcp://").split(":")
            before = self.refused().get(door, 0)
            with socket.create_connection((host, int(port))) as browser:
                browser.sendall(b"GET / HTTP/1.1\r\nHost: beamline\r\n\r\n" * 4)
                self.viewer.wait_for(phasecast.Status, lambda s: s.counters.refused.get(door, 0) > before, PATIENCE_S)

    def test_the_closing_summary_and_the_log_tell_who_was_refused(self) -> None:
        self.try_to_enter("maps", self.certificate("a-source"))
        self.try_to_enter("maps", self.certificate("a-source"))
        summary = self.summary()
        self.assertGreaterEqual(int(summary["refused_maps"]), 2)
        self.assertGreaterEqual(int(summary["refused"]), 2)
        key = self.certificate("a-source")["curve_publickey"].decode()
        self.assertEqual(self.live.log().count(f"refused socket=maps address=127.0.0.1 key={key}"), 1)

    def test_the_commands_of_a_stranger_say_why_they_do_not_get_in(self) -> None:
        scan = ["--height", "48", "--width", "48", *self.spectra(), "--to", self.live.frames]
        sent = run_command("simulate", *scan, *self.keys.options("a-viewer"))
        self.assertEqual(sent.returncode, 1)
        self.assertIn("the key given with --key has no such role", sent.stderr)
        watched = run_command("watch", self.live.maps, "--finals", "1", "--timeout", PATIENCE_S)
        self.assertEqual(watched.returncode, 1)
        self.assertIn("--key and --server-key", watched.stdout)
        self.assertEqual(self.summary()["received"], "0")

    def test_a_key_added_while_the_pipeline_runs_counts_at_once_and_one_removed_no_more(self) -> None:
        self.keys.make("--add", "late", "--role", "viewer")
        late = self.keys.of("late")
        with phasecast.Subscriber(self.live.maps, **late) as viewer:
            viewer.wait_for(phasecast.Status, timeout_s=PATIENCE_S)
        certificate = self.certificate("late")
        self.keys.make("--remove", "late")
        self.check_nobody_gets_in("maps", certificate)


def memory_peak_mb(shell: int) -> float:
    process = pathlib.Path(f"/proc/{shell}/task/{shell}/children").read_text().split()[0]
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


class TestHostileSubscriber(LiveTest):
    def flood(self, endpoint: str, megabytes: int) -> None:
        """Subscribes to ever new topics, in ZMTP 3.0 without keys, until it is hung up on."""
        host, port = endpoint.removeprefix("tcp://").split(":")
        with socket.create_connection((host, int(port)), timeout=PATIENCE_S) as wire:
            wire.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(48))
            ready = b"\x05READY\x0bSocket-Type\0\0\0\x03SUB"
            wire.sendall(b"\x04" + bytes([len(ready)]) + ready)
            for _ in range(megabytes):
                size = 199
                many = b"".join(bytes([0, size + 1, 1]) + os.urandom(size) for _ in range((1 << 20) // size))
                try:
                    wire.sendall(many)
                except ConnectionError:
                    return
        self.fail("was not hung up on")

    def test_who_subscribes_to_millions_of_topics_is_hung_up_on_and_fills_no_memory(self) -> None:
        live = self.pipeline(self.enterContext(sample.References()))
        with phasecast.Subscriber(live.maps) as viewer:
            viewer.wait_for(phasecast.Status, timeout_s=PATIENCE_S)
            before = memory_peak_mb(live.process.pid)
            for k in range(3):
                self.flood(live.maps, megabytes=200)
                told = viewer.wait_for(phasecast.Status, lambda s: bool(s.errors) and s.counters.refused.get("maps", 0) > k, PATIENCE_S)
                self.assertIn("topics that there are not", told.errors[0])
            self.assertLess(memory_peak_mb(live.process.pid) - before, 64)
            with phasecast.Detector(live.frames) as detector:  # and the others go on
                scan_id = sample.send_scan(detector).scan_id
            viewer.wait_for(phasecast.PhaseMap, lambda m: m.final and m.scan_id == scan_id, PATIENCE_S)

    def test_a_key_that_did_so_is_not_let_in_again(self) -> None:
        keys = self.enterContext(Keys())
        keys.make("--add", "hostile", "--role", "viewer")
        live = self.pipeline(self.enterContext(sample.References()) + ["--keys", str(keys.folder)])
        with phasecast.Subscriber(live.maps, **keys.of("a-viewer")) as viewer:
            with phasecast.Subscriber(live.maps, **keys.of("hostile")) as hostile:
                hostile.wait_for(phasecast.Status, timeout_s=PATIENCE_S)
                for number in range(1000):
                    hostile._socket.subscribe(b"no such topic %0500d" % number)
                told = viewer.wait_for(phasecast.Status, lambda s: len(s.errors) > 0, PATIENCE_S)
                self.assertIn("viewer:hostile subscribed", told.errors[0])
                # Once for what it did, once more when it came back by itself.
                viewer.wait_for(phasecast.Status, lambda s: s.counters.refused.get("maps", 0) >= 2, PATIENCE_S)


class TestSecureByDefault(unittest.TestCase):
    def test_run_and_view_do_not_listen_to_other_machines_without_being_told_so(self) -> None:
        run = run_command("run", "--maps", "tcp://*:0", "--no-record")
        self.assertEqual(run.returncode, 2)
        self.assertIn("'tcp://*:0', expected --keys DIR", run.stderr)
        self.assertIn("--insecure", run.stderr)
        view = run_command("view", "tcp://127.0.0.1:9", "--address", "0.0.0.0", "--port", "0", "--token", "t")
        self.assertEqual(view.returncode, 1)
        self.assertIn("unencrypted", view.stderr)
        self.assertIn("--insecure", view.stderr)


class Capture:
    """Every packet on the loopback from or to these ports, as a listener would have it."""

    def __init__(self, endpoints: list[str]) -> None:
        self.ports = {int(endpoint.rsplit(":", 1)[1]) for endpoint in endpoints}

    def __enter__(self) -> Capture:
        every_protocol = 3
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(every_protocol))
        so_rcvbufforce = 33
        self._socket.setsockopt(socket.SOL_SOCKET, so_rcvbufforce, 256 << 20)
        self._socket.bind(("lo", 0))
        self._socket.setblocking(False)
        return self

    def payload(self) -> bytes:
        """What was captured until now."""
        streams: list[bytes] = []
        while True:
            try:
                packet, address = self._socket.recvfrom(1 << 17)
            except BlockingIOError:
                return b"".join(streams)
            if address[2] == socket.PACKET_OUTGOING:
                continue  # on lo each packet is seen leaving and arriving
            ethernet, ip = 14, (packet[14] & 15) * 4
            if packet[ethernet + 9] != socket.IPPROTO_TCP:
                continue
            tcp = packet[ethernet + ip :]
            if self.ports & set(struct.unpack("!HH", tcp[:4])):
                streams.append(tcp[(tcp[12] >> 4) * 4 :])

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def may_capture() -> bool:
    try:
        with Capture([]):
            return True
    except PermissionError:
        return False


@unittest.skipUnless(may_capture(), "listening on the wire takes CAP_NET_RAW and CAP_NET_ADMIN")
class TestListener(LiveTest):
    MARK = b"PHASECASTPIXELS!"
    FRAMES = 4

    def captured(self, options: list[str], keys: Keys | None) -> bytes:
        """A session whose pixels are the mark, over and over."""
        live = self.pipeline(self.enterContext(sample.References()) + options)

        def of(name: str) -> dict[str, pathlib.Path]:
            return keys.of(name) if keys else {}

        pixels = np.frombuffer(self.MARK * (32 * 64 * 2 // len(self.MARK)), np.uint16).reshape(32, 64)
        with Capture(list(live.endpoints.values())) as capture:
            viewer = self.enterContext(phasecast.Subscriber(live.maps, **of("a-viewer")))
            with phasecast.Detector(live.frames, **of("a-source")) as detector:
                with detector.scan(sample.ENERGIES_EV, pixels.shape, signal="transmission") as scan:
                    for index in range(self.FRAMES):
                        scan.sample(pixels, index)
            received = viewer.wait_for(
                phasecast.Status, lambda s: s.counters.received == self.FRAMES and s.state == "waiting", PATIENCE_S
            )
            self.assertEqual(received.counters.rejected, {})
            with phasecast.Control(live.control, PATIENCE_S, **of("a-control")) as control:
                control.status()
            seen = capture.payload()
        self.assertGreater(len(seen), self.FRAMES * pixels.nbytes)  # it did cross this wire
        return seen

    def test_without_keys_a_listener_reads_pixels_and_messages(self) -> None:
        seen = self.captured([], None)
        self.assertGreater(seen.count(self.MARK), self.FRAMES * 100)
        for topic in (b"scan_start", b"phase_map", b"status", b"control_request"):
            self.assertIn(topic, seen)

    def test_with_keys_a_listener_reads_no_pixel_and_no_message(self) -> None:
        keys = self.enterContext(Keys())
        seen = self.captured(["--keys", str(keys.folder)], keys)
        for text in (self.MARK, self.MARK[:8], self.MARK[8:], b"scan_start", b"phase_map", b"control_request"):
            self.assertNotIn(text, seen)
