"""The web page that `phasecast run --view` starts beside the pipeline."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import unittest
import urllib.error
import urllib.request

COMMAND = os.environ["PHASECAST_COMMAND"]
PATIENCE_S = 60
ANY = [f"--{name}=tcp://127.0.0.1:*" for name in ("frames", "maps", "control")]


def page_of(log: list[str]) -> str:
    return next(line.split(" ", 1)[1].strip() for line in log if line.startswith("page "))


class TestRunView(unittest.TestCase):
    def start(self, *options: str) -> tuple[subprocess.Popen[str], str]:
        """A pipeline with a viewer, and the address of its page once it listens."""
        folder = tempfile.TemporaryDirectory(prefix="phasecast-view-")
        self.addCleanup(folder.cleanup)
        pipeline = subprocess.Popen(
            [COMMAND, "run", *ANY, "--output", folder.name, "--view", "0", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(pipeline.communicate)
        self.addCleanup(pipeline.kill)
        log: list[str] = []
        assert pipeline.stderr is not None
        for line in pipeline.stderr:
            log.append(line)
            if line.startswith("page "):
                return pipeline, page_of(log)
        self.fail("no page: " + "".join(log))

    def test_the_page_is_served_while_the_pipeline_runs_and_no_longer(self) -> None:
        pipeline, page = self.start()
        with urllib.request.urlopen(page, timeout=PATIENCE_S) as answer:
            self.assertEqual(answer.status, 200)
            self.assertIn(b"<title>", answer.read())
        pipeline.send_signal(signal.SIGINT)
        pipeline.communicate(timeout=PATIENCE_S)
        self.assertEqual(pipeline.returncode, 0)
        with self.assertRaises(urllib.error.URLError):
            urllib.request.urlopen(page, timeout=PATIENCE_S)

    def test_the_viewer_ends_with_a_pipeline_that_is_killed(self) -> None:
        pipeline, page = self.start()
        pipeline.kill()
        assert pipeline.stderr is not None
        pipeline.stderr.read()  # ends when the viewer, which holds it too, has ended
        with self.assertRaises(urllib.error.URLError):
            urllib.request.urlopen(page, timeout=PATIENCE_S)

    def test_the_history_is_there_from_the_start(self) -> None:
        _, page = self.start()
        with urllib.request.urlopen(page + "history", timeout=PATIENCE_S) as answer:
            self.assertEqual(answer.read(), b'{"maps":[],"states":[]}')


class TestViewRefusals(unittest.TestCase):
    def refused(self, *options: str) -> str:
        viewer = subprocess.run(
            [COMMAND, "view", "tcp://127.0.0.1:9", *options], capture_output=True, text=True, timeout=PATIENCE_S
        )
        self.assertEqual(viewer.returncode, 1)
        return viewer.stderr

    def test_an_address_that_others_reach_needs_a_token(self) -> None:
        self.assertIn("--token", self.refused("--address", "0.0.0.0", "--port", "0"))

    def test_a_port_that_is_taken_or_an_address_that_is_none_is_said(self) -> None:
        import socket

        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.assertIn(f"port {port}", self.refused("--port", str(port)))
        self.assertIn("beamline7", self.refused("--address", "beamline7", "--token", "t"))
