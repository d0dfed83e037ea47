from __future__ import annotations

import math
import unittest
from typing import Any, Callable

import numpy as np

import phasecast
import wire_bytes

Change = Callable[[Any], object]


def status(header: Any) -> phasecast.Status:
    found = phasecast.decode([b"status", header.SerializeToString()])
    assert isinstance(found, phasecast.Status)
    return found


def map_with(findings: dict[str, Any]) -> phasecast.PhaseMap:
    header = wire_bytes.map_header()
    for name, value in findings.items():
        getattr(header, name).CopyFrom(value)
    found = phasecast.decode(wire_bytes.map_parts(header))
    assert isinstance(found, phasecast.PhaseMap)
    return found


class TestFindings(unittest.TestCase):
    def assert_refused(self, cause: str, field: str, decode: Callable[[], object]) -> None:
        with self.subTest(field), self.assertRaises(phasecast.WireError) as raised:
            decode()
        self.assertEqual((raised.exception.cause, raised.exception.field), (cause, field))

    def test_drift_is_read_in_the_order_of_ingest(self) -> None:
        found = status(wire_bytes.status_header())
        self.assertEqual(found.drift[0], phasecast.Drift(2, 0.1, -0.2, 1, 0.9, True))
        self.assertEqual(found.drift[1], phasecast.Drift(0, 1.5, 0.5, 1.001, 0.2, False))
        self.assertEqual(found.counters.unregistered, 1)

    def test_advice_is_the_same_in_a_status_and_in_a_map(self) -> None:
        advice = phasecast.Advice(0.031, 0.028, 8351, 0.03, False)
        self.assertEqual(status(wire_bytes.status_header()).advice, advice)
        self.assertEqual(map_with({"advice": wire_bytes.advice()}).advice, advice)

    def test_what_advice_does_not_know_is_nan(self) -> None:
        header = wire_bytes.status_header()
        for field in ("uncertainty", "uncertainty_planned", "next_energy_ev", "uncertainty_next"):
            header.advice.ClearField(field)
        advice = status(header).advice
        assert advice is not None
        self.assertTrue(math.isnan(advice.uncertainty) and math.isnan(advice.uncertainty_planned))
        self.assertTrue(math.isnan(advice.next_energy_ev) and math.isnan(advice.uncertainty_next))

    def test_a_check_of_the_references_is_arrays_by_state_and_by_energy(self) -> None:
        found = map_with({"reference_check": wire_bytes.reference_check()}).reference_check
        assert found is not None
        np.testing.assert_array_equal(found.shift_ev, [1.5, 0])
        np.testing.assert_array_equal(found.shift_uncertainty_ev, [0.1, 0.2])
        np.testing.assert_array_equal(found.residual_ev, [8180, 8400])
        np.testing.assert_array_equal(found.residual, [0, -0.01])
        self.assertEqual((found.shift_applied, found.residual_structure, found.structured), (False, 4.2, True))

    def test_a_shift_that_cannot_be_told_is_nan(self) -> None:
        header = wire_bytes.reference_check()
        header.shift_ev[0], header.shift_uncertainty_ev[0] = math.nan, math.inf
        header.suggested.extend([0.1, 1.2])
        found = map_with({"reference_check": header}).reference_check
        assert found is not None
        np.testing.assert_array_equal(found.shift_ev, [math.nan, 0])
        np.testing.assert_array_equal(found.shift_uncertainty_ev, [math.inf, 0.2])
        np.testing.assert_array_equal(found.suggested, [0.1, 1.2])

    def test_what_is_not_sent_is_none(self) -> None:
        found = map_with({})
        self.assertIsNone(found.advice)
        self.assertIsNone(found.reference_check)
        header = wire_bytes.status_header()
        header.ClearField("advice")
        header.ClearField("drift")
        self.assertEqual((status(header).drift, status(header).advice), ((), None))

    def test_each_fault_of_drift_and_of_advice_is_named(self) -> None:
        changes: list[tuple[str, str, Change]] = [
            ("energy", "drift.energy_index", lambda h: h.drift[0].ClearField("energy_index")),
            ("energy", "drift.energy_index", lambda h: setattr(h.drift[0], "energy_index", 20_000)),
            ("energy", "drift.energy_index", lambda h: setattr(h.drift[0], "energy_index", 0)),
            ("value", "drift.x", lambda h: h.drift[1].ClearField("x")),
            ("value", "drift.x", lambda h: setattr(h.drift[1], "x", math.nan)),
            ("value", "drift.y", lambda h: setattr(h.drift[1], "y", -65_537)),
            ("value", "drift.magnification", lambda h: h.drift[1].ClearField("magnification")),
            ("value", "drift.magnification", lambda h: setattr(h.drift[1], "magnification", 11)),
            ("value", "drift.quality", lambda h: setattr(h.drift[1], "quality", 1.1)),
            ("value", "drift.trusted", lambda h: h.drift[1].ClearField("trusted")),
            ("value", "advice.uncertainty", lambda h: setattr(h.advice, "uncertainty", -1)),
            ("value", "advice.uncertainty_planned", lambda h: setattr(h.advice, "uncertainty_planned", math.inf)),
            ("energy", "advice.next_energy_ev", lambda h: setattr(h.advice, "next_energy_ev", 0)),
            ("value", "advice.uncertainty_next", lambda h: setattr(h.advice, "uncertainty_next", -1)),
            ("value", "advice.enough", lambda h: h.advice.ClearField("enough")),
        ]
        for cause, field, change in changes:
            header = wire_bytes.status_header()
            change(header)
            self.assert_refused(cause, field, lambda: status(header))

    def test_each_fault_of_a_check_of_the_references_is_named(self) -> None:
        changes: list[tuple[str, str, Change]] = [
            ("value", "shift_ev", lambda r: r.shift_ev.pop()),
            ("value", "shift_ev", lambda r: r.shift_ev.append(0)),
            ("value", "shift_uncertainty_ev", lambda r: r.ClearField("shift_uncertainty_ev")),
            ("value", "shift_uncertainty_ev", lambda r: r.shift_uncertainty_ev.append(-1)),
            ("value", "shift_ev", lambda r: r.shift_ev.__setitem__(0, math.inf)),
            ("value", "shift_uncertainty_ev", lambda r: r.shift_uncertainty_ev.__setitem__(0, math.nan)),
            ("value", "suggested", lambda r: r.suggested.append(1)),
            ("value", "shift_applied", lambda r: r.ClearField("shift_applied")),
            ("value", "residual_structure", lambda r: setattr(r, "residual_structure", -1)),
            ("energy", "residual_ev", lambda r: r.residual_ev.append(0)),
            ("energy", "residual_ev", lambda r: r.residual_ev.extend([8200, 8300])),
            ("value", "residual", lambda r: r.residual.pop()),
            ("value", "structured", lambda r: r.ClearField("structured")),
        ]
        for cause, field, change in changes:
            found = wire_bytes.reference_check()
            change(found)
            self.assert_refused(cause, f"reference_check.{field}", lambda: map_with({"reference_check": found}))
