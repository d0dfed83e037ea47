"""The examples' simulated beamline, as the tests use it."""

from __future__ import annotations

import pathlib
import tempfile

import phasecast
import simulated_beamline
from simulated_beamline import (
    EMPTY_ROWS,
    ENERGIES_EV,
    SHAPE,
    STATES,
    Beamline,
    absorbance,
    fraction,
    spectrum,
)

__all__ = ["EMPTY_ROWS", "ENERGIES_EV", "SHAPE", "STATES", "Beamline", "absorbance", "fraction", "spectrum"]


def image(energy_ev: float) -> simulated_beamline.Image:
    beamline = Beamline()
    beamline.move_to(energy_ev)
    return beamline.image()


def send_scan(detector: phasecast.Detector, **facts: str) -> phasecast.ScanStart:
    return simulated_beamline.send_scan(detector, Beamline(), **facts)


class References:
    """The options to unmix the sample with, whose files are there as long as the context lasts."""

    def __enter__(self) -> list[str]:
        self._folder = tempfile.TemporaryDirectory(prefix="phasecast-references-")
        return simulated_beamline.write_references(pathlib.Path(self._folder.name))

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()
