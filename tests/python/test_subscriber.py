from __future__ import annotations

import unittest

import numpy as np
import zmq

import phasecast
import sample
import wire_bytes
from live import PATIENCE_S, LiveTest


class TestSubscriber(LiveTest):
    def setUp(self) -> None:
        self.live = self.pipeline(self.enterContext(sample.References()))

    def send_scan_until_its_map(self) -> phasecast.PhaseMap:
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            scan_id = sample.send_scan(detector).scan_id
            return viewer.wait_for(phasecast.PhaseMap, lambda m: m.final and m.scan_id == scan_id, PATIENCE_S)

    def test_who_comes_late_gets_the_newest_map_at_once(self) -> None:
        final = self.send_scan_until_its_map()
        newest = next(phasecast.maps(self.live.maps, timeout_s=PATIENCE_S))
        self.assertEqual(newest.map_number, final.map_number)
        np.testing.assert_array_equal(newest.fraction, final.fraction)

    def test_who_comes_late_gets_scan_start_map_and_status(self) -> None:
        self.send_scan_until_its_map()
        for kind in (phasecast.ScanStart, phasecast.PhaseMap, phasecast.Status):
            with phasecast.Subscriber(self.live.maps) as viewer:
                viewer.wait_for(kind, timeout_s=PATIENCE_S)

    def test_only_what_is_asked_for_comes(self) -> None:
        self.send_scan_until_its_map()
        with phasecast.Subscriber(self.live.maps, only=(phasecast.Status,)) as viewer:
            for message in (viewer.receive(PATIENCE_S) for _ in range(2)):
                self.assertIsInstance(message, phasecast.Status)

    def test_the_maps_of_a_scan_come_in_order_and_the_last_is_final(self) -> None:
        numbers = []
        with phasecast.Subscriber(self.live.maps) as viewer, phasecast.Detector(self.live.frames) as detector:
            sample.send_scan(detector)
            for phase_map in viewer.maps(timeout_s=PATIENCE_S):
                numbers.append(phase_map.map_number)
                if phase_map.final:
                    break
        self.assertEqual(numbers, sorted(set(numbers)))


class TestSubscriberAlone(unittest.TestCase):
    """Against a publisher of the test's own, that sends exactly what is wanted."""

    def setUp(self) -> None:
        # Within one context what was sent is there to be received.
        self.publisher = self.enterContext(zmq.Context.instance().socket(zmq.XPUB))
        self.publisher.bind("inproc://maps")
        self.viewer = self.enterContext(phasecast.Subscriber("inproc://maps", (phasecast.PhaseMap,)))
        self.assertTrue(self.publisher.poll(PATIENCE_S * 1000))
        self.assertEqual(self.publisher.recv(), b"\x01phase_map")

    def publish(self, number: int, final: bool = False, published_utc_ns: int | None = None) -> None:
        header = wire_bytes.map_header()
        header.map_number, header.final = number, final
        header.published_utc_ns = 100 + number if published_utc_ns is None else published_utc_ns
        self.publisher.send_multipart(wire_bytes.map_parts(header))

    def next_number(self) -> int:
        return self.viewer.wait_for(phasecast.PhaseMap, timeout_s=PATIENCE_S).map_number

    def test_maps_are_passed_over_only_if_they_came_before(self) -> None:
        self.publish(5)
        self.publish(4)  # overtaken by the newest, which was sent again for somebody
        self.publish(5)
        self.publish(6)
        self.publish(0, published_utc_ns=1000)  # of a pipeline that was started anew
        self.assertEqual([self.next_number() for _ in range(3)], [5, 6, 0])

    def test_of_the_maps_that_wait_latest_gives_the_newest_and_no_final_is_left_out(self) -> None:
        for number in range(6):
            self.publish(number, final=number == 3)
        maps = self.viewer.maps(latest=True, timeout_s=PATIENCE_S)
        self.assertEqual([next(maps).map_number for _ in range(2)], [3, 5])

    def test_a_malformed_message_is_told_and_the_next_is_read(self) -> None:
        self.publisher.send_multipart([b"phase_map", b"\xff"] + [b""] * 5)
        self.publish(1)
        with self.assertRaisesRegex(phasecast.WireError, "phase map: field header"):
            self.next_number()
        self.assertEqual(self.next_number(), 1)

    def test_silence_ends_with_the_endpoint(self) -> None:
        with self.assertRaisesRegex(TimeoutError, "PhaseMap came from inproc://maps"):
            self.viewer.wait_for(phasecast.PhaseMap, timeout_s=0.01)
