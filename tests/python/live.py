"""`phasecast run` as a process on free ports of the loopback, for one test."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import unittest
from types import TracebackType

import phasecast

COMMAND = os.environ["PHASECAST_COMMAND"]
PATIENCE_S = 60


class LivePipeline:
    """Has a folder of its own, which is removed at the end; reading its endpoints waits until it listens."""

    def __init__(self, options: list[str]) -> None:
        self.options = options

    def __enter__(self) -> LivePipeline:
        self._temporary = tempfile.TemporaryDirectory(prefix="phasecast-python-")
        self.folder = pathlib.Path(self._temporary.name)
        fifo = self.folder / "endpoints"
        os.mkfifo(fifo)
        self._log = open(self.folder / "run.log", "w")
        ports = [f"--{name}=tcp://127.0.0.1:*" for name in ("frames", "maps", "control")]
        command = [COMMAND, "run", *ports, "--endpoints", str(fifo), "--output", str(self.folder / "data")]
        # Held open for writing here too, so that reading ends if the pipeline dies before it opens its end.
        self.process = subprocess.Popen(
            ["sh", "-c", 'exec 3>"$1"; shift; "$@"', "sh", str(fifo), *command, *self.options],
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            start_new_session=True,
        )
        with open(fifo) as ready:
            endpoints = ready.readline()
        if not endpoints:
            self._end(signal.SIGKILL)
            raise RuntimeError(self.log())
        self.endpoints: dict[str, str] = json.loads(endpoints)
        self.frames, self.maps, self.control = (self.endpoints[n] for n in ("frames", "maps", "control"))
        return self

    def environment(self) -> dict[str, str]:
        return {f"PHASECAST_{name.upper()}": endpoint for name, endpoint in self.endpoints.items()}

    def log(self) -> str:
        return (self.folder / "run.log").read_text()

    def stop(self) -> dict[str, str]:
        """Asks it to end, and gives its closing summary: name -> value."""
        with phasecast.Control(self.control, PATIENCE_S) as control:
            control.stop()
        return self.summary()

    def summary(self) -> dict[str, str]:
        """Once it ends."""
        output, _ = self.process.communicate(timeout=PATIENCE_S)
        if self.process.returncode != 0:
            raise RuntimeError(self.log())
        return dict(line.split(" ", 1) for line in output.splitlines())

    def _end(self, number: int) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, number)
        self.process.communicate()
        self._log.close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(signal.SIGKILL)
        if kind is not None:
            print(self.log())
        self._temporary.cleanup()


class LiveTest(unittest.TestCase):
    """A test with a pipeline of its own."""

    def pipeline(self, options: list[str]) -> LivePipeline:
        return self.enterContext(LivePipeline(options))
