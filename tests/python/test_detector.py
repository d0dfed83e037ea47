from __future__ import annotations

import numpy as np

import phasecast
import sample
from live import PATIENCE_S, LiveTest


class TestDetector(LiveTest):
    def setUp(self) -> None:
        self.live = self.pipeline(self.enterContext(sample.References()))

    def final_map(self, viewer: phasecast.Subscriber, scan_id: str) -> phasecast.PhaseMap:
        return viewer.wait_for(phasecast.PhaseMap, lambda m: m.final and m.scan_id == scan_id, PATIENCE_S)

    def test_the_frames_of_a_detector_become_the_map_that_was_put_in(self) -> None:
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            start = sample.send_scan(detector)
            found = self.final_map(viewer, start.scan_id)
        np.testing.assert_array_equal(found.valid[: sample.EMPTY_ROWS], False)
        np.testing.assert_array_equal(found.valid[sample.EMPTY_ROWS :], True)
        difference = (found.fraction - sample.fraction())[:, found.valid]
        self.assertLess(np.sqrt(np.mean(difference**2)), 0.01)
        self.assertEqual(found.states, sample.STATES)
        self.assertEqual(found.scan_status, "complete")
        np.testing.assert_array_equal(found.energies_used, np.arange(len(sample.ENERGIES_EV)))
        summary = self.live.stop()
        self.assertEqual(summary["received"], str(start.planned_frames))
        self.assertEqual(summary["recorded"], str(start.planned_frames))
        self.assertEqual(
            [summary[fault] for fault in ("rejected", "missing", "unpaired", "foreign")], ["0"] * 4
        )

    def test_a_scan_left_early_is_complete_with_the_frames_that_were_sent(self) -> None:
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            with detector.scan(sample.ENERGIES_EV, flats=1, shape=sample.SHAPE) as scan:
                scan.flat(sample.Beamline().flat())
                for index in range(0, len(scan.energies_ev), 2):
                    scan.sample(sample.image(scan.energies_ev[index]), index)
            found = self.final_map(viewer, scan.start.scan_id)
        np.testing.assert_array_equal(found.energies_used, np.arange(0, len(sample.ENERGIES_EV), 2))
        self.assertEqual(found.scan_status, "complete")
        summary = self.live.stop()
        self.assertEqual((summary["missing"], summary["scans_aborted"]), ("0", "0"))

    def test_an_exception_aborts_the_scan_and_is_its_reason(self) -> None:
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            viewer.wait_for(
                phasecast.Status, timeout_s=PATIENCE_S
            )  # subscribed: a scan's end is not sent again
            with self.assertRaisesRegex(RuntimeError, "beam lost"):
                with detector.scan(sample.ENERGIES_EV, sample.SHAPE, flats=1) as scan:
                    scan.flat(sample.Beamline().flat())
                    raise RuntimeError("beam lost\x1b at 3 GeV")
            end = viewer.wait_for(phasecast.ScanEnd, timeout_s=PATIENCE_S)
        self.assertEqual(
            end, phasecast.ScanEnd(scan.start.scan_id, 1, "aborted", "RuntimeError: beam lost  at 3 GeV")
        )

    def test_absorbance_in_floats_of_either_byte_order_is_taken_as_it_is(self) -> None:
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            shape = sample.SHAPE
            with detector.scan(sample.ENERGIES_EV, shape, np.float32, signal="absorbance") as scan:
                for index, energy in enumerate(scan.energies_ev):
                    scan.sample(sample.absorbance(energy).astype(">f4" if index % 2 else "<f4"), index)
            found = self.final_map(viewer, scan.start.scan_id)
        difference = (found.fraction - sample.fraction())[:, found.valid]
        self.assertLess(np.abs(difference).max(), 0.01)

    def test_scans_of_one_detector_are_counted_and_share_their_series(self) -> None:
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            for index in range(2):
                start = sample.send_scan(detector, potential_V="4.1")
                found = self.final_map(viewer, start.scan_id)
                self.assertEqual((found.scan_index, found.series_id), (index, detector.series_id))
        with phasecast.Control(self.live.control, PATIENCE_S) as control:
            self.assertEqual(control.scan_start().metadata, {"potential_V": "4.1"})
