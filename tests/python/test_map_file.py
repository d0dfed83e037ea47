from __future__ import annotations

import pathlib
import tempfile
import unittest

import h5py
import numpy as np

import phasecast
import sample
from live import PATIENCE_S, LiveTest

SCANS = 3


class TestMapFile(LiveTest):
    def setUp(self) -> None:
        self.live = self.pipeline(self.enterContext(sample.References()))
        self.published = []
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            for _ in range(SCANS):
                start = sample.send_scan(detector)
                self.planned_frames, scan_id = start.planned_frames, start.scan_id
                final = viewer.wait_for(
                    phasecast.PhaseMap, lambda m: m.final and m.scan_id == scan_id, PATIENCE_S
                )
                self.published.append(final)

    def file(self) -> pathlib.Path:
        return next((self.live.folder / "data").rglob("maps*.h5"))

    def assert_same(self, series: phasecast.MapSeries, published: list[phasecast.PhaseMap]) -> None:
        self.assertEqual(len(series), len(published))
        self.assertEqual(series.states, published[0].states)
        for place, final in enumerate(published):
            for name in (
                "fraction",
                "uncertainty",
                "scale",
                "residual",
                "mask",
                "energies_ev",
                "energies_used",
            ):
                np.testing.assert_array_equal(getattr(series, name)[place], getattr(final, name), name)
            for name in ("scan_id", "scan_index", "iterations", "lambda_", "map_distance", "converged"):
                self.assertEqual(getattr(series, name)[place], getattr(final, name), name)

    def test_the_maps_of_a_file_are_those_that_were_published(self) -> None:
        self.live.stop()
        series = phasecast.read_maps(self.file())
        self.assert_same(series, self.published)
        self.assertEqual(series.configuration["method"], "rum-tv")
        self.assertEqual(series.time_s[0], 0)

    def test_some_scans_of_a_file_can_be_read_alone_and_backwards(self) -> None:
        self.live.stop()
        self.assert_same(phasecast.read_maps(self.file(), slice(-1, None)), self.published[-1:])
        self.assert_same(phasecast.read_maps(self.file(), slice(None, None, -2)), self.published[::-2])
        self.assertEqual(len(phasecast.read_maps(self.file(), slice(0, 0))), 0)

    def test_maps_can_be_read_while_the_pipeline_writes_the_file(self) -> None:
        # All is written in the order it comes: once the last scan's frames are recorded, the first map is in
        # its file; the others may still be on their way.
        frames = SCANS * self.planned_frames
        with phasecast.Subscriber(self.live.maps, (phasecast.Status,)) as viewer:
            viewer.wait_for(phasecast.Status, lambda s: s.counters.recorded == frames, PATIENCE_S)
        series = phasecast.read_maps(self.file())
        self.assertGreaterEqual(len(series), 1)
        self.assert_same(series, self.published[: len(series)])


class TestOtherFiles(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def test_a_file_without_maps_is_refused_with_its_name(self) -> None:
        path = self.folder / "other.h5"
        h5py.File(path, "w").close()
        with self.assertRaisesRegex(
            phasecast.MapFileError, "other.h5: field /entry/chemical_state is 'absent'"
        ):
            phasecast.read_maps(path)

    def test_a_map_file_that_lacks_a_dataset_is_refused_with_its_name(self) -> None:
        path = self.folder / "half.h5"
        with h5py.File(path, "w") as file:
            file["entry/chemical_state/scan_index"] = [0, 1]
            file["entry/chemical_state/time"] = [0.0]
        with self.assertRaisesRegex(phasecast.MapFileError, r"time is '\(1,\)', expected 2 maps"):
            phasecast.read_maps(path)
