"""A sample that is known: two states, a ramp between them, and spectra as its references."""

from __future__ import annotations

import pathlib
import tempfile

import numpy as np
import numpy.typing as npt

import phasecast

HEIGHT, WIDTH = 24, 32
FLAT, DARK = 50_000, 100
ENERGIES_EV = np.concatenate([np.arange(8200, 8320, 12.0), np.arange(8330, 8370, 2.0)])
PRE_EDGE = "8190:8315"
STATES = ("reduced", "oxidized")


def spectrum(state: int, energies_ev: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    beyond = energies_ev - (8344 + 2.5 * state)
    return 0.5 + np.arctan(beyond / 1.2) / np.pi + 0.6 * np.exp(-0.5 * ((beyond - 4) / 2.8) ** 2)


def fraction() -> npt.NDArray[np.float64]:
    """[L, Y, X]: from all reduced at the left to all oxidized at the right."""
    oxidized = np.tile(np.linspace(0, 1, WIDTH), (HEIGHT, 1))
    return np.stack([1 - oxidized, oxidized])


def absorbance(energy_ev: float) -> npt.NDArray[np.float64]:
    at = np.array([energy_ev])
    thickness = np.where(np.arange(HEIGHT) < 4, 0, 0.8)[:, None]  # the first rows hold nothing
    return 0.1 + thickness * sum(f * spectrum(state, at)[0] for state, f in enumerate(fraction()))


def flat() -> npt.NDArray[np.uint16]:
    return np.full((HEIGHT, WIDTH), DARK + FLAT, np.uint16)


def dark() -> npt.NDArray[np.uint16]:
    return np.full((HEIGHT, WIDTH), DARK, np.uint16)


def image(energy_ev: float, seed: int = 0) -> npt.NDArray[np.uint16]:
    """Counts with their Poisson noise."""
    noise = np.random.default_rng([seed, int(energy_ev)])
    return (DARK + noise.poisson(FLAT * np.exp(-absorbance(energy_ev)))).astype(np.uint16)


def unmix_options(folder: pathlib.Path) -> list[str]:
    """Of phasecast run; writes the references into the folder."""
    grid = np.arange(8180, 8400, 0.5)
    paths = []
    for state, name in enumerate(STATES):
        paths.append(f"{folder / name}.txt")
        np.savetxt(paths[-1], np.column_stack([grid, spectrum(state, grid)]), header="energy_eV mu")
    return ["--pre-edge", PRE_EDGE, "--references", *paths]


def send_scan(detector: phasecast.Detector, **options: object) -> phasecast.ScanStart:
    """A whole scan, with shared darks and a flat for each energy."""
    flats = phasecast.per_energy()
    with detector.scan(ENERGIES_EV, (HEIGHT, WIDTH), darks=2, flats=flats, edge="Ni K", **options) as scan:
        scan.dark(dark())
        scan.dark(dark())
        for index, energy in enumerate(scan.energies_ev):
            scan.flat(flat(), index)
            scan.sample(
                image(energy, scan.start.scan_index), index, energy_readback_ev=energy, exposure_s=0.5
            )
    return scan.start


class References:
    """A folder with the references, for as long as the context lasts."""

    def __enter__(self) -> list[str]:
        self._folder = tempfile.TemporaryDirectory(prefix="phasecast-references-")
        return unmix_options(pathlib.Path(self._folder.name))

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()
