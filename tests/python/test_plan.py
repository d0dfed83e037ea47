"""What a scan's plan does not allow is told before it is sent; no pipeline needed."""

from __future__ import annotations

import unittest
from typing import Any, Callable

import numpy as np

import phasecast
from phasecast import Scan

ENERGIES_EV = [8300.0, 8350.0]
IMAGE = np.zeros((3, 4), np.uint16)


class TestPlan(unittest.TestCase):
    def setUp(self) -> None:
        self.detector = self.enterContext(phasecast.Detector("inproc://nobody"))
        self.sent: list[Any] = []

    def scan(self, **plan: Any) -> Scan:
        return Scan(self.detector.scan(ENERGIES_EV, (3, 4), **plan).start, self.sent.append)

    def refused(self, expected: str, act: Callable[[], object]) -> None:
        with self.assertRaisesRegex(phasecast.WireError, expected):
            act()

    def test_frames_are_numbered_in_the_order_they_are_sent(self) -> None:
        with self.scan(darks=1, flats=phasecast.per_energy(2), sample_repeats=2) as scan:
            scan.dark(IMAGE)
            scan.flat(IMAGE, 1)
            scan.flat(IMAGE, 1)
            scan.sample(IMAGE, 1)
            scan.sample(IMAGE, 1)
        frames = [(f.sequence, f.kind, f.energy_index, f.repeat, f.energy_set_ev) for f in self.sent[1:-1]]
        expected = [
            (0, "dark", 0, 0, 0),
            (1, "flat", 1, 0, 8350),
            (2, "flat", 1, 1, 8350),
            (3, "sample", 1, 0, 8350),
            (4, "sample", 1, 1, 8350),
        ]
        self.assertEqual(frames, expected)
        self.assertEqual(self.sent[-1], phasecast.ScanEnd(scan.start.scan_id, 5, "complete"))

    def test_a_frame_that_the_plan_does_not_have_is_refused_and_not_sent(self) -> None:
        with self.scan(darks=1) as scan:
            scan.dark(IMAGE)
            self.refused("repeat is 'dark 1', expected below 1", lambda: scan.dark(IMAGE))
            self.refused("repeat is 'flat 0', expected below 0", lambda: scan.flat(IMAGE))
            self.refused("energy_index is '2', expected 0 to 1", lambda: scan.sample(IMAGE, 2))
            self.refused("no darks per energy", lambda: scan.dark(IMAGE, 1))
        self.assertEqual(len(self.sent), 3)

    def test_an_image_unlike_the_plan_is_refused_and_not_sent(self) -> None:
        with self.scan() as scan:
            self.refused(r"shape is '\(4, 3\)', expected \(3, 4\)", lambda: scan.sample(IMAGE.T, 0))
            self.refused("dtype is 'float64', expected uint16", lambda: scan.sample(IMAGE * 1.0, 0))
            self.refused("exposure_s is '-1'", lambda: scan.sample(IMAGE, 0, exposure_s=-1))
        self.assertEqual(len(self.sent), 2)

    def test_flats_per_energy_want_their_energy(self) -> None:
        with self.scan(flats=phasecast.per_energy()) as scan:
            self.refused("energy_index is 'None'", lambda: scan.flat(IMAGE))

    def test_a_frame_outside_the_scan_is_refused(self) -> None:
        scan = self.scan()
        with self.assertRaisesRegex(RuntimeError, "is not open"):
            scan.sample(IMAGE, 0)

    def test_a_scan_that_the_pipeline_would_reject_is_refused(self) -> None:
        self.refused("dtype is 'int16'", lambda: self.detector.scan(ENERGIES_EV, (3, 4), np.int16))
        self.refused("energies_ev is 'nan'", lambda: self.detector.scan([float("nan")], (3, 4)))
        self.refused("scan_id is 'a/b'", lambda: self.detector.scan(ENERGIES_EV, (3, 4), scan_id="a/b"))
        self.refused("shape.height is '0'", lambda: self.detector.scan(ENERGIES_EV, (0, 4)))

    def test_waiting_for_a_pipeline_that_is_not_there_ends_with_its_endpoint(self) -> None:
        with self.assertRaisesRegex(TimeoutError, "nobody took a message at tcp://127.0.0.1:9 "):
            with phasecast.Detector("tcp://127.0.0.1:9", timeout_s=0.01) as detector:
                with detector.scan(ENERGIES_EV, (3, 4)):
                    pass

    def test_an_endpoint_that_is_none_is_told(self) -> None:
        for client in (phasecast.Detector, phasecast.Subscriber, phasecast.Control):
            with self.assertRaisesRegex(ValueError, "endpoint is 'banana', expected one such as tcp://"):
                client("banana")
