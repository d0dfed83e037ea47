"""What is found beside the fractions, fields of a status and of a map, as in messages/wire/findings.cpp."""

from __future__ import annotations

import math
from typing import Any, Sequence

import numpy as np

from . import _check
from ._check import Check
from .messages import Advice, Drift, Floats, ReferenceCheck


def read_drift(check: Check, headers: Sequence[Any]) -> tuple[Drift, ...]:
    """Each energy at most once."""
    indices = [_energy_index(check, header) for header in headers]
    check.indices("drift.energy_index", indices, set(), _check.ENERGIES)
    return tuple(_drift(check, header) for header in headers)


def _energy_index(check: Check, header: Any) -> int:
    index: int = check.present("energy", "drift.energy_index", header)
    return index


def _drift(check: Check, header: Any) -> Drift:
    side, largest = _check.SIDE, _check.MAGNIFICATION
    return Drift(
        energy_index=header.energy_index,
        x=check.range("value", "drift.x", check.present("value", "drift.x", header), -side, side),
        y=check.range("value", "drift.y", check.present("value", "drift.y", header), -side, side),
        magnification=check.range("value", "drift.magnification", header.magnification, 1 / largest, largest),
        quality=check.range("value", "drift.quality", check.present("value", "drift.quality", header), 0, 1),
        trusted=check.present("value", "drift.trusted", header),
    )


def read_advice(check: Check, message: Any) -> Advice | None:
    if not message.HasField("advice"):
        return None
    header = message.advice
    has_next = header.HasField("next_energy_ev")
    return Advice(
        uncertainty=check.known_or_nan(header, "advice.uncertainty"),
        uncertainty_planned=check.known_or_nan(header, "advice.uncertainty_planned"),
        next_energy_ev=check.energy("advice.next_energy_ev", header.next_energy_ev) if has_next else math.nan,
        uncertainty_next=check.known_or_nan(header, "advice.uncertainty_next"),
        enough=check.present("value", "advice.enough", header),
    )


def read_reference_check(check: Check, message: Any, states: int, energies: int) -> ReferenceCheck | None:
    if not message.HasField("reference_check"):
        return None
    header, name = message.reference_check, "reference_check"
    check.range("energy", f"{name}.residual_ev", len(header.residual_ev), 0, energies)
    for energy in header.residual_ev:
        check.energy(f"{name}.residual_ev", energy)
    count = len(header.residual_ev)
    return ReferenceCheck(
        shift_ev=_shifts(check, header.shift_ev, states),
        shift_uncertainty_ev=_uncertainties(check, header.shift_uncertainty_ev, states),
        shift_applied=check.present("value", f"{name}.shift_applied", header),
        residual_structure=check.known_or_nan(header, f"{name}.residual_structure"),
        residual_ev=check.numbers(f"{name}.residual_ev", header.residual_ev, count, "energy"),
        residual=check.numbers(f"{name}.residual", header.residual, count, "energy"),
        structured=check.present("value", f"{name}.structured", header),
        suggested=check.numbers(
            f"{name}.suggested", header.suggested, count if header.suggested else 0, "energy"
        ),
    )


def _shifts(check: Check, values: Sequence[float], states: int) -> Floats:
    check.as_many("reference_check.shift_ev", values, states, "state")
    for value in values:
        if math.isinf(value):
            raise check.fault("value", "reference_check.shift_ev", value, "a finite number, or NaN")
    return np.array(values, np.float64)


def _uncertainties(check: Check, values: Sequence[float], states: int) -> Floats:
    check.as_many("reference_check.shift_uncertainty_ev", values, states, "state")
    for value in values:
        if not value >= 0:
            raise check.fault("value", "reference_check.shift_uncertainty_ev", value, "0 or more, or infinite")
    return np.array(values, np.float64)
