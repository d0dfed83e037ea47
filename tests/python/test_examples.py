from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import threading
import types
import unittest.mock
from typing import Any

import matplotlib.pyplot as plt
import numpy as np

import phasecast
import sample
import simulated_beamline
from live import PATIENCE_S, LiveTest

FOLDER = pathlib.Path(simulated_beamline.__file__).parent
README = (FOLDER.parent / "README.md").read_text()


class ExampleTest(LiveTest):
    options: list[str] = []

    def setUp(self) -> None:
        self.live = self.pipeline(self.enterContext(sample.References()) + self.options)
        environment = self.live.environment() | {"MPLBACKEND": "Agg"}
        self.enterContext(unittest.mock.patch.dict(os.environ, environment))
        self.addCleanup(plt.close, "all")

    def run_example(self, name: str, *options: str) -> str:
        command = [sys.executable, str(FOLDER / name), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=5 * PATIENCE_S)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def send_while(self, work: Any) -> Any:
        """Sends a scan from another thread, as the beamline would."""
        with phasecast.Detector() as detector:
            thread = threading.Thread(target=sample.send_scan, args=(detector,))
            thread.start()
            try:
                return work()
            finally:
                thread.join()

    def send_scan_until_its_map(self) -> phasecast.PhaseMap:
        with phasecast.Subscriber() as viewer:
            self.send_while(lambda: None)
            return viewer.wait_for(phasecast.PhaseMap, lambda m: m.final, PATIENCE_S)


class Closed(Exception):
    """Ends what would watch for ever."""


class TestReadme(ExampleTest):
    """Each Python block is run as it is written; the environment says where the pipeline is."""

    def block(self, contains: str, readme: str = README) -> str:
        blocks = re.findall(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
        (found,) = [block for block in blocks if contains in block]
        return found

    def run_block(self, contains: str, **given: Any) -> dict[str, Any]:
        names = {"phasecast": phasecast, **given}
        exec(compile(self.block(contains), "README.md", "exec"), names)
        return names

    def test_a_live_map_takes_less_than_15_lines(self) -> None:
        shown: list[Any] = []

        def pause(_: float) -> None:
            plt.gcf().canvas.draw()
            shown.append(np.array(plt.gca().images[0].get_array().filled(np.nan)))
            if plt.gca().get_title() == f"{len(sample.ENERGIES_EV)} of {len(sample.ENERGIES_EV)} energies":
                raise Closed

        with unittest.mock.patch.object(plt, "pause", pause), self.assertRaises(Closed):
            self.send_while(lambda: self.run_block("plt.imshow"))
        self.assertLess(len(self.block("plt.imshow").strip().splitlines()), 15)
        difference = shown[-1] - sample.fraction()[0]
        self.assertLess(np.nanmax(np.abs(difference)), 0.1)

    def test_the_first_readme_prints_every_map(self) -> None:
        def print_until_final(*words: object) -> None:
            if words == (sample.STATES, (len(sample.STATES), *sample.SHAPE), "final"):
                raise Closed

        block = self.block("phasecast.maps", (FOLDER.parents[2] / "README.md").read_text())
        with unittest.mock.patch("builtins.print", print_until_final), self.assertRaises(Closed):
            self.send_while(lambda: exec(block, {}))

    def test_a_subscriber_waits_for_the_final_map(self) -> None:
        names = self.send_while(lambda: self.run_block("phasecast.Subscriber"))
        self.assertTrue(names["final"].final)
        self.assertIsInstance(names["status"], phasecast.Status)

    def test_a_detector_sends_a_scan(self) -> None:
        beamline = sample.Beamline()
        with phasecast.Subscriber() as viewer:
            self.run_block("phasecast.Detector", beamline=beamline, energies_ev=sample.ENERGIES_EV)
            final = viewer.wait_for(phasecast.PhaseMap, lambda m: m.final, PATIENCE_S)
        self.assertEqual((final.series_id, final.scan_status), ("cell-7", "complete"))
        self.assertEqual(len(final.energies_used), len(sample.ENERGIES_EV))

    def test_a_callback_sends_each_array_at_its_energy(self) -> None:
        beamline = sample.Beamline()
        with phasecast.Subscriber() as viewer, phasecast.Detector() as detector:
            with detector.scan(sample.ENERGIES_EV, sample.SHAPE, flats=1) as scan:
                scan.flat(beamline.flat())
                names = self.run_block(
                    "on_array", scan=scan, energy_indices=iter(range(len(scan.energies_ev)))
                )
                for energy_ev in scan.energies_ev:
                    beamline.move_to(energy_ev)
                    names["on_array"](beamline.image())
            final = viewer.wait_for(phasecast.PhaseMap, lambda m: m.final, PATIENCE_S)
        self.assertEqual(len(final.energies_used), len(sample.ENERGIES_EV))

    def test_control_answers(self) -> None:
        final = self.send_scan_until_its_map()
        self.assertEqual(self.run_block("phasecast.Control")["newest"].map_number, final.map_number)

    def test_a_map_file_is_read(self) -> None:
        self.send_scan_until_its_map()
        self.live.stop()
        (file,) = (self.live.folder / "data").rglob("maps*.h5")
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(file.parent)
        self.assertEqual(len(self.run_block("read_maps")["series"]), 1)


class TestWatching(ExampleTest):
    def test_the_live_window_shows_the_final_map(self) -> None:
        picture = self.live.folder / "window.png"
        self.send_while(lambda: self.run_example("live_window.py", "--finals", "1", "--png", str(picture)))
        self.assertEqual(plt.imread(picture).ndim, 3)

    def test_the_notebook_runs_from_top_to_bottom(self) -> None:
        """Without jupyter: its cells one after the other, and what they display is kept."""
        displayed: list[Any] = []
        display = types.ModuleType("IPython.display")
        display.display = displayed.append  # type: ignore[attr-defined]
        display.clear_output = lambda wait: None  # type: ignore[attr-defined]
        cells = json.loads((FOLDER / "live.ipynb").read_text())["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        names: dict[str, Any] = {}

        def run_cells() -> None:
            for place, source in enumerate(sources):
                exec(compile(source, f"cell {place}", "exec"), names)

        modules = {"IPython.display": display}
        with unittest.mock.patch.dict(sys.modules, modules), unittest.mock.patch("builtins.print"):
            self.send_while(run_cells)
        self.assertTrue(names["phase_map"].final)
        self.assertGreaterEqual(len(displayed), 1)


class TestStopWhenGood(ExampleTest):
    options = ["--map-every", "1", "--deterministic"]  # a map for every energy: each look is answered

    def ended_with(self, output: str) -> tuple[int, int]:
        used, planned = re.findall(r"ended with (\d+) of (\d+) energies", output)[0]
        return int(used), int(planned)

    def test_the_scan_ends_when_the_map_is_good_enough(self) -> None:
        output = self.run_example("stop_when_good.py", "--uncertainty", "0.02", "--wait", str(PATIENCE_S))
        used, planned = self.ended_with(output)
        self.assertLess(used, planned)
        with phasecast.Control(timeout_s=PATIENCE_S) as control:
            final = control.map()
        self.assertLess(np.median(final.uncertainty[:, final.valid]), 0.02)
        self.assertEqual(final.scan_status, "complete")

    def test_the_scan_goes_on_to_its_end_while_the_map_is_not_good_enough(self) -> None:
        output = self.run_example("stop_when_good.py", "--uncertainty", "0", "--wait", str(PATIENCE_S))
        used, planned = self.ended_with(output)
        self.assertEqual(used, planned)


class TestBluesky(ExampleTest):
    def documents(self, exit_status: str) -> list[tuple[str, dict[str, Any]]]:
        """What a bluesky run engine emits for darks, flats and a scan over the energies."""
        beamline = sample.Beamline()
        key = {"shape": list(sample.SHAPE), "dtype": "array", "dtype_numpy": "<u2", "source": "simulated"}
        documents: list[tuple[str, dict[str, Any]]] = [
            ("start", {"uid": "run-1", "time": 0.0, "energies_ev": sample.ENERGIES_EV.tolist()})
        ]
        for stream in ("dark", "flat", "primary"):
            descriptor = {"uid": stream + "-1", "name": stream, "data_keys": {"camera": key}}
            documents.append(("descriptor", descriptor))

        def event(stream: str, seq_num: int, image: Any) -> None:
            documents.append(
                ("event", {"descriptor": stream + "-1", "seq_num": seq_num, "data": {"camera": image[None]}})
            )

        event("dark", 1, beamline.dark())
        event("flat", 1, beamline.flat())
        for index, energy_ev in enumerate(sample.ENERGIES_EV):
            beamline.move_to(energy_ev)
            event("primary", index + 1, beamline.image())
        documents.append(("stop", {"run_start": "run-1", "exit_status": exit_status, "reason": "as told"}))
        return documents

    def final_map_of(self, exit_status: str) -> phasecast.PhaseMap:
        from bluesky_documents import SendToPhasecast

        with phasecast.Subscriber() as viewer, phasecast.Detector() as detector:
            callback = SendToPhasecast(detector, image="camera")
            documents = self.documents(exit_status)
            if exit_status != "success":
                del documents[-5:-1]
            for name, document in documents:
                callback(name, document)
            return viewer.wait_for(phasecast.PhaseMap, lambda m: m.final, PATIENCE_S)

    def test_a_run_of_bluesky_becomes_a_map(self) -> None:
        final = self.final_map_of("success")
        self.assertEqual((final.scan_id, final.scan_status), ("run-1", "complete"))
        difference = (final.fraction - sample.fraction())[:, final.valid]
        self.assertLess(np.sqrt(np.mean(difference**2)), 0.01)

    def test_a_run_that_bluesky_aborts_ends_as_aborted(self) -> None:
        final = self.final_map_of("abort")
        self.assertEqual(final.scan_status, "aborted")
        self.assertEqual(len(final.energies_used), len(sample.ENERGIES_EV) - 4)
