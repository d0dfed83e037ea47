"""A beamline to try the examples without one: a sample of two states with a ramp between them.

`python simulated_beamline.py FOLDER` writes the references there and prints the options of phasecast run.
`python simulated_beamline.py --scans 3` measures and sends as many scans.
"""

from __future__ import annotations

import argparse
import pathlib

import numpy as np
import numpy.typing as npt

import phasecast

SHAPE = HEIGHT, WIDTH = 24, 32
ENERGIES_EV = np.concatenate([np.arange(8200, 8320, 12.0), np.arange(8330, 8390, 2.0)])
PRE_EDGE = "8190:8315"
STATES = ("reduced", "oxidized")
EMPTY_ROWS = 4
DARK_COUNTS, FLAT_COUNTS = 100, 50_000

Image = npt.NDArray[np.uint16]
Floats = npt.NDArray[np.float64]


def spectrum(state: int, energies_ev: Floats) -> Floats:
    """An edge and a white line; each state's edge lies 2.5 eV higher."""
    beyond = energies_ev - (8344 + 2.5 * state)
    white_line = 0.6 * np.exp(-0.5 * ((beyond - 4) / 2.8) ** 2)
    return np.asarray(0.5 + np.arctan(beyond / 1.2) / np.pi + white_line)


def fraction() -> Floats:
    """[L, Y, X]: from all reduced at the left to all oxidized at the right."""
    oxidized = np.tile(np.linspace(0, 1, WIDTH), (HEIGHT, 1))
    return np.stack([1 - oxidized, oxidized])


def absorbance(energy_ev: float) -> Floats:
    thickness = np.where(np.arange(HEIGHT) < EMPTY_ROWS, 0, 0.8)[:, None]
    mu = [spectrum(state, np.array([energy_ev]))[0] for state in range(len(STATES))]
    return np.asarray(0.1 + thickness * np.tensordot(mu, fraction(), 1))


class Beamline:
    def __init__(self, flat_counts: int = FLAT_COUNTS, seed: int = 0) -> None:
        self.energy_ev = ENERGIES_EV[0]
        self.shape = SHAPE
        self._flat_counts = flat_counts
        self._noise = np.random.default_rng(seed)

    def move_to(self, energy_ev: float) -> None:
        self.energy_ev = energy_ev

    def dark(self) -> Image:
        return np.full(SHAPE, DARK_COUNTS, np.uint16)

    def flat(self) -> Image:
        return np.full(SHAPE, DARK_COUNTS + self._flat_counts, np.uint16)

    def image(self) -> Image:
        photons = self._noise.poisson(self._flat_counts * np.exp(-absorbance(self.energy_ev)))
        return (DARK_COUNTS + photons).astype(np.uint16)


def write_references(folder: pathlib.Path) -> list[str]:
    """The options with which phasecast run unmixes this sample."""
    grid = np.arange(8180, 8400, 0.5)
    paths = [folder / f"{name}.txt" for name in STATES]
    for state, path in enumerate(paths):
        np.savetxt(path, np.column_stack([grid, spectrum(state, grid)]), header="energy_eV mu")
    return ["--pre-edge", PRE_EDGE, "--references", *map(str, paths)]


def send_scan(detector: phasecast.Detector, beamline: Beamline, **facts: str) -> phasecast.ScanStart:
    """A whole scan with shared darks and a flat for each energy."""
    with detector.scan(ENERGIES_EV, SHAPE, darks=2, flats=phasecast.per_energy(), metadata=facts) as scan:
        for _ in range(2):
            scan.dark(beamline.dark())
        for index, energy_ev in enumerate(ENERGIES_EV):
            beamline.move_to(energy_ev)
            scan.flat(beamline.flat(), index)
            scan.sample(beamline.image(), index, energy_readback_ev=energy_ev)
    return scan.start


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=pathlib.Path)
    parser.add_argument("--scans", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.folder:
        print(*write_references(arguments.folder))
    with phasecast.Detector() as detector:
        for seed in range(arguments.scans):
            send_scan(detector, Beamline(seed=seed))
