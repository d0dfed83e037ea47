from __future__ import annotations

import dataclasses
import math
import unittest
from typing import Any, Callable

import numpy as np

import phasecast
import wire_bytes
from wire_bytes import wire


class TestPhaseMap(unittest.TestCase):
    def refused(self, cause: str, field: str, change: Callable[[Any], object], **payload: bytes) -> None:
        header = wire_bytes.map_header()
        change(header)
        parts = wire_bytes.map_payload()
        for name, value in payload.items():
            parts[list(wire_bytes.LAYERS).index(name)] = value
        with self.assertRaises(phasecast.WireError) as raised:
            phasecast.decode(wire_bytes.map_parts(header, parts))
        self.assertEqual((raised.exception.cause, raised.exception.field), (cause, field))

    def test_layers_are_read_by_their_entries_whatever_their_order(self) -> None:
        header, payload = wire_bytes.map_header(), wire_bytes.map_payload()
        layers = list(header.layers)
        del header.layers[:]
        header.layers.extend(reversed(layers))
        found = phasecast.decode(wire_bytes.map_parts(header, payload[::-1]))
        assert isinstance(found, phasecast.PhaseMap)
        for name, values in wire_bytes.LAYERS.items():
            np.testing.assert_array_equal(getattr(found, name.lower()), values)

    def test_a_measure_that_is_not_known_is_nan(self) -> None:
        found = phasecast.decode(wire_bytes.map_parts(wire_bytes.map_header()))
        assert isinstance(found, phasecast.PhaseMap)
        self.assertTrue(math.isnan(found.noise_sigma))
        self.assertEqual(found.map_distance, 0.002)

    def test_arrays_are_views_of_the_message_that_cannot_be_written(self) -> None:
        payload = wire_bytes.map_payload()
        found = phasecast.decode(wire_bytes.map_parts(wire_bytes.map_header(), payload))
        assert isinstance(found, phasecast.PhaseMap)
        self.assertTrue(np.shares_memory(found.fraction, np.frombuffer(payload[0], "u1")))
        with self.assertRaises(ValueError):
            found.fraction[0, 0, 0] = 1

    def test_each_fault_of_a_map_is_named(self) -> None:
        self.refused("version", "version", lambda h: setattr(h, "version", 2))
        self.refused("scan_id", "scan_id", lambda h: setattr(h, "scan_id", "../x"))
        self.refused("value", "map_number", lambda h: h.ClearField("map_number"))
        self.refused("value", "final", lambda h: h.ClearField("final"))
        self.refused("value", "scan_status", lambda h: h.ClearField("scan_status"))
        self.refused("value", "map_distance", lambda h: setattr(h, "map_distance", -1))
        self.refused("value", "method", lambda h: h.ClearField("method"))
        self.refused("energy", "energies_ev", lambda h: h.energies_ev.append(math.nan))
        self.refused("energy", "energies_ev", lambda h: h.ClearField("energies_ev"))
        self.refused("energy", "energies_used", lambda h: h.energies_used.append(3))
        self.refused("energy", "energies_carried", lambda h: h.energies_carried.append(0))
        self.refused("shape", "shape.width", lambda h: setattr(h.shape, "width", 0))
        self.refused("states", "states", lambda h: h.states.append("Ni2+"))

    def test_each_fault_of_a_layer_is_named(self) -> None:
        self.refused("part_count", "layers", lambda h: h.layers.pop())
        self.refused("kind", "layers.kind", lambda h: setattr(h.layers[1], "kind", wire.LAYER_KIND_MASK + 1))
        self.refused("kind", "layers.kind", lambda h: h.layers[4].CopyFrom(h.layers[1]))
        self.refused(
            "pixel_type",
            "scale.pixel_type",
            lambda h: setattr(h.layers[1], "pixel_type", wire.PIXEL_TYPE_UINT8),
        )
        self.refused("shape", "fraction.extents", lambda h: h.layers[0].extents.pop())
        self.refused("byte_count", "mask.payload", lambda h: None, MASK=bytes(11))
        self.refused("value", "mask", lambda h: None, MASK=bytes(11) + b"\x03")

    def test_an_error_names_message_field_value_and_what_is_right(self) -> None:
        header = wire_bytes.map_header()
        header.energies_used.append(7)
        expected = "phase map 118 of scan scan-3: field energies_used is '7', expected an index below 3"
        with self.assertRaisesRegex(phasecast.WireError, expected):
            phasecast.decode(wire_bytes.map_parts(header))


class TestParts(unittest.TestCase):
    def cause(self, parts: list[bytes]) -> str:
        with self.assertRaises(phasecast.WireError) as raised:
            phasecast.decode(parts)
        return raised.exception.cause

    def test_a_message_that_is_none_of_the_protocol_is_refused(self) -> None:
        self.assertEqual(self.cause([]), "part_count")
        self.assertEqual(self.cause([b"banana", b""]), "topic")
        self.assertEqual(self.cause([b"status"]), "part_count")
        self.assertEqual(self.cause([b"status", b"\xff\xff"]), "header")
        self.assertEqual(self.cause([b"status", bytes((4 << 20) + 1)]), "header")

    def test_every_truncation_of_a_header_is_refused_or_read_and_never_anything_else(self) -> None:
        whole = wire_bytes.map_header().SerializeToString()
        for length in range(len(whole)):
            with self.assertRaises(phasecast.WireError):
                phasecast.decode([b"phase_map", whole[:length], *wire_bytes.map_payload()])


class TestFrame(unittest.TestCase):
    def frame(self) -> phasecast.Frame:
        pixels = np.arange(12, dtype="<u2").reshape(3, 4)
        return phasecast.Frame("scan-3", 17, "sample", 6, 8333.0, 0, pixels, 8333.04, 0.5, 1, 120431.0)

    def test_a_frame_comes_back_as_it_was(self) -> None:
        found = phasecast.decode(phasecast.encode(self.frame()))
        for field in dataclasses.fields(phasecast.Frame):
            np.testing.assert_array_equal(getattr(found, field.name), getattr(self.frame(), field.name))

    def test_pixels_that_changed_on_the_way_are_refused(self) -> None:
        topic, header, pixels = phasecast.encode(self.frame())
        with self.assertRaises(phasecast.WireError) as raised:
            phasecast.decode([topic, header, b"\x01" + bytes(pixels)[1:]])
        self.assertEqual(raised.exception.cause, "crc")

    def test_the_crc_is_castagnolis(self) -> None:
        nine = np.frombuffer(b"123456789", "u1").reshape(1, 9)
        header = wire.FrameHeader()
        header.ParseFromString(bytes(phasecast.encode(dataclasses.replace(self.frame(), pixels=nine))[1]))
        self.assertEqual(header.crc32c, 0xE3069283)


class TestControlMessages(unittest.TestCase):
    def decode(self, topic: bytes, header: Any) -> Any:
        return phasecast.decode([topic, header.SerializeToString()])

    def test_requests_come_back_as_they_were(self) -> None:
        region = phasecast.Region(512, 0, 3, 1)
        for request in (
            phasecast.ControlRequest("get_status"),
            phasecast.ControlRequest("get_region_spectrum", region),
            phasecast.ControlRequest("get_references"),
        ):
            self.assertEqual(phasecast.decode(phasecast.encode(request)), request)

    def test_a_region_spectrum_is_read_whole(self) -> None:
        found = self.decode(b"region_spectrum", wire_bytes.spectrum_header())
        self.assertEqual(found.region, phasecast.Region(0, 1, 3, 2))
        self.assertEqual((found.pixels, found.map_number, found.scale), (6, 118, 0.8))
        np.testing.assert_array_equal(found.energy_indices, [0, 2])
        np.testing.assert_array_equal(found.energies_carried, [2])
        np.testing.assert_array_equal(found.fit, [0.9, 1.69])
        self.assertEqual(dict(zip(found.states, found.fraction)), {"Ni2+": 0.3, "Ni3+": 0.7})

    def test_a_region_spectrum_before_the_first_map_has_no_fit(self) -> None:
        header = wire_bytes.spectrum_header()
        for field in ("map_number", "states", "fraction", "uncertainty", "scale", "background", "fit"):
            header.ClearField(field)
        found = self.decode(b"region_spectrum", header)
        self.assertIsNone(found.map_number)
        self.assertEqual((found.states, len(found.fit)), ((), 0))

    def test_each_fault_of_a_region_spectrum_is_named(self) -> None:
        changes: list[tuple[str, str, Callable[[Any], object]]] = [
            ("value", "absorbance", lambda h: h.absorbance.pop()),
            ("value", "fit", lambda h: h.fit.append(math.inf)),
            ("value", "uncertainty", lambda h: h.uncertainty.append(0)),
            ("energy", "energies_carried", lambda h: h.energies_carried.append(1)),
            ("shape", "region.y", lambda h: h.region.ClearField("y")),
            ("value", "pixels", lambda h: h.ClearField("pixels")),
        ]
        for cause, field, change in changes:
            header = wire_bytes.spectrum_header()
            change(header)
            with self.subTest(field), self.assertRaises(phasecast.WireError) as raised:
                self.decode(b"region_spectrum", header)
            self.assertEqual((raised.exception.cause, raised.exception.field), (cause, field))

    def test_references_are_a_row_per_state(self) -> None:
        found = self.decode(b"references", wire_bytes.references_header())
        np.testing.assert_array_equal(found.absorbance, [[0, 0, 1.2], [0, 0.1, 0.9]])

    def test_references_that_lack_a_value_are_refused(self) -> None:
        header = wire_bytes.references_header()
        header.absorbance.pop()
        with self.assertRaisesRegex(phasecast.WireError, "absorbance is '5 values', expected 6"):
            self.decode(b"references", header)
