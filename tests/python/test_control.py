from __future__ import annotations

import unittest

import numpy as np
import zmq

import phasecast
import sample
from live import PATIENCE_S, LiveTest


class TestControl(LiveTest):
    def setUp(self) -> None:
        self.live = self.pipeline(self.enterContext(sample.References()))
        self.control = self.enterContext(phasecast.Control(self.live.control, PATIENCE_S))

    def final_map(self, viewer: phasecast.Subscriber) -> phasecast.PhaseMap:
        return viewer.wait_for(phasecast.PhaseMap, lambda m: m.final, PATIENCE_S)

    def send_scan_until_its_map(self) -> phasecast.PhaseMap:
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            sample.send_scan(detector)
            final = self.final_map(viewer)
            # A map is published a moment before the pipeline counts it, and answers from it.
            viewer.wait_for(phasecast.Status, lambda s: s.counters.maps_final == 1, PATIENCE_S)
            return final

    def test_a_pipeline_without_a_scan_waits_and_has_no_map_yet(self) -> None:
        self.assertEqual(self.control.status().state, "waiting")
        with self.assertRaisesRegex(phasecast.Refused, "get_scan_start: there is no scan_start yet"):
            self.control.scan_start()
        with self.assertRaisesRegex(phasecast.Refused, "get_map: there is no phase_map yet"):
            self.control.map()

    def test_status_scan_start_and_map_are_those_of_the_newest_scan(self) -> None:
        final = self.send_scan_until_its_map()
        self.assertEqual(self.control.scan_start().scan_id, final.scan_id)
        newest = self.control.map()
        self.assertEqual(newest.map_number, final.map_number)
        np.testing.assert_array_equal(newest.fraction, final.fraction)
        status = self.control.status()
        self.assertEqual((status.scan_id, status.counters.received), (final.scan_id, status.counters.used))

    def test_a_region_has_the_spectrum_that_was_measured_and_the_maps_fit_to_it(self) -> None:
        final = self.send_scan_until_its_map()
        found = self.control.region_spectrum(20, 10, width=4, height=3)
        inside = np.s_[10:13, 20:24]
        measured = [sample.absorbance(energy_ev)[inside].mean() for energy_ev in sample.ENERGIES_EV]
        self.assertEqual((found.scan_id, found.region), (final.scan_id, phasecast.Region(20, 10, 4, 3)))
        self.assertEqual((found.pixels, found.states), (12, sample.STATES))
        np.testing.assert_array_equal(found.energies_ev, sample.ENERGIES_EV)
        np.testing.assert_allclose(found.absorbance, measured, atol=0.02)
        np.testing.assert_allclose(found.fit, measured, atol=0.02)
        np.testing.assert_allclose(found.background, 0.1, atol=0.02)
        truth = [fraction[inside].mean() for fraction in sample.fraction()]
        np.testing.assert_allclose(found.fraction, truth, atol=0.02)

    def test_a_region_outside_the_image_is_refused(self) -> None:
        self.send_scan_until_its_map()
        with self.assertRaisesRegex(phasecast.Refused, "get_region_spectrum: .*columns 31 to 32"):
            self.control.region_spectrum(31, 0, width=2)

    def test_references_are_those_that_the_pipeline_was_given_less_their_pre_edge(self) -> None:
        self.send_scan_until_its_map()
        found = self.control.references()
        self.assertEqual(found.states, sample.STATES)
        np.testing.assert_array_equal(found.energies_ev, sample.ENERGIES_EV)
        for state, normalized in enumerate(found.absorbance):
            given = sample.spectrum(state, sample.ENERGIES_EV)
            np.testing.assert_allclose(np.diff(normalized), np.diff(given), atol=0.01)
            self.assertLess(abs(normalized[0]), 0.05)

    def test_before_the_first_scan_there_is_neither_spectrum_nor_reference(self) -> None:
        for question in (lambda: self.control.region_spectrum(0, 0), self.control.references):
            with self.assertRaisesRegex(phasecast.Refused, "control request"):
                question()

    def test_an_aborted_scan_has_a_final_map_of_what_was_received(self) -> None:
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            with detector.scan(sample.ENERGIES_EV, sample.SHAPE, flats=1) as scan:
                scan.flat(sample.Beamline().flat())
                for index in range(0, len(scan.energies_ev), 2):
                    scan.sample(sample.image(scan.energies_ev[index]), index)
                received = scan.frames_sent
                viewer.wait_for(phasecast.Status, lambda s: s.counters.received == received, PATIENCE_S)
                self.control.abort()
                self.assertEqual(self.final_map(viewer).scan_status, "aborted")

    def test_a_pipeline_told_to_stop_ends_well(self) -> None:
        self.assertEqual(self.control.stop(), "stopping")
        self.assertEqual(self.live.summary()["received"], "0")


class TestControlAlone(unittest.TestCase):
    """Against a server of the test's own."""

    def setUp(self) -> None:
        context = self.enterContext(zmq.Context())
        self.server = self.enterContext(context.socket(zmq.ROUTER))
        port = self.server.bind_to_random_port("tcp://127.0.0.1")
        self.control = self.enterContext(phasecast.Control(f"tcp://127.0.0.1:{port}", timeout_s=0))

    def test_after_a_timeout_the_next_question_gets_its_own_answer(self) -> None:
        with self.assertRaisesRegex(TimeoutError, "is it phasecast run's control endpoint"):
            self.control.stop()
        late = self.receive()
        self.reply(late, b"\x08\x01\x10\x01\x1a\x04late")  # version 1, ok, text
        self.control.timeout_s = PATIENCE_S
        self.control._socket.send_multipart(phasecast.encode(phasecast.ControlRequest("stop")))
        self.reply(self.receive(), b"\x08\x01\x10\x01\x1a\x04mine")
        self.assertTrue(self.control._socket.poll(PATIENCE_S * 1000))
        self.assertEqual(phasecast.decode(self.control._socket.recv_multipart()).text, "mine")

    def receive(self) -> list[bytes]:
        self.assertTrue(self.server.poll(PATIENCE_S * 1000))
        return self.server.recv_multipart()

    def reply(self, request: list[bytes], header: bytes) -> None:
        envelope = request[: request.index(b"") + 1]
        self.server.send_multipart([*envelope, b"control_reply", header])
