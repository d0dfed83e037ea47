"""Map files (maps*.h5), as phasecast run and phasecast unmix write them (pipeline/files/README.md)."""

from __future__ import annotations

import dataclasses
import os
from typing import Any, Union

import numpy as np
import numpy.typing as npt

from .errors import MapFileError
from .messages import Floats, Floats32, Indices

GROUP = "/entry/chemical_state"
PER_MAP_IMAGES = ("scale", "residual", "mask")
PER_STATE_IMAGES = ("fraction", "uncertainty")
COLUMNS = (
    "scan_index",
    "time",
    "received_utc_ns",
    "noise_sigma",
    "lambda",
    "rho",
    "iterations",
    "relative_error",
    "map_distance",
    "converged",
    "aborted",
    "pixel_size_um",
)
USED, CARRIED = 1, 2


@dataclasses.dataclass(frozen=True, eq=False)
class MapSeries:
    """The final maps of a series; the first axis of every array is the scan."""

    states: tuple[str, ...]
    scan_id: tuple[str, ...]
    scan_index: npt.NDArray[np.uint32]
    time_s: Floats  # since the first map
    received_utc_ns: npt.NDArray[np.int64]
    energies_ev: tuple[Floats, ...]  # planned, for each scan
    energies_used: tuple[Indices, ...]  # places in energies_ev
    energies_carried: tuple[Indices, ...]
    fraction: Floats32  # [scan, L, Y, X]; NaN where masked
    uncertainty: Floats32  # [scan, L, Y, X]; NaN where masked
    scale: Floats32  # [scan, Y, X]
    residual: Floats32  # [scan, Y, X]
    mask: npt.NDArray[np.uint8]  # [scan, Y, X]; 0 valid, 1 no element, 2 bad pixel
    noise_sigma: Floats
    lambda_: Floats
    rho: Floats
    iterations: npt.NDArray[np.uint32]
    relative_error: Floats
    map_distance: Floats
    converged: npt.NDArray[np.bool_]
    aborted: npt.NDArray[np.bool_]
    pixel_size_um: Floats
    configuration: dict[str, str]

    def __len__(self) -> int:
        return len(self.scan_index)


def read_maps(path: Union[str, os.PathLike[str]], scans: slice = slice(None)) -> MapSeries:
    """The maps of these scans, all unless told otherwise. The file may still be written to."""
    import h5py  # only files need it

    with h5py.File(path, "r", swmr=True) as file:
        if GROUP not in file:
            raise MapFileError("layout", str(path), GROUP, "absent", "a group, as in a phasecast map file")
        return _Reader(str(path), file[GROUP], scans).series()


class _Reader:
    def __init__(self, path: str, group: Any, scans: slice) -> None:
        self.path, self.group = path, group
        self.count = self._dataset("scan_index", 1).shape[0]  # written last: other datasets may be longer
        self.chosen = range(self.count)[scans]

    def series(self) -> MapSeries:
        columns = {name: self._chosen(name, 1) for name in COLUMNS}
        images = {name: self._chosen(name, 3) for name in PER_MAP_IMAGES}
        images |= {name: self._chosen(name, 4) for name in PER_STATE_IMAGES}
        energies = [row[row > 0] for row in self._chosen("energy", 2)]  # 0 beyond a scan's own
        use = [row[: len(own)] for row, own in zip(self._chosen("energy_use", 2), energies)]
        return MapSeries(
            states=tuple(_text(name) for name in self._dataset("state", 1)[()]),
            scan_id=tuple(_text(name) for name in self._chosen("scan_id", 1)),
            time_s=columns.pop("time"),
            lambda_=columns.pop("lambda"),
            converged=columns.pop("converged") != 0,
            aborted=columns.pop("aborted") != 0,
            energies_ev=tuple(energies),
            energies_used=tuple(np.flatnonzero(row == USED) for row in use),
            energies_carried=tuple(np.flatnonzero(row == CARRIED) for row in use),
            configuration=self._configuration(),
            **columns,
            **images,
        )

    def _dataset(self, name: str, axes: int) -> Any:
        if name not in self.group:
            raise MapFileError("layout", self.path, f"{GROUP}/{name}", "absent", "a dataset")
        dataset = self.group[name]
        if len(dataset.shape) != axes:
            raise MapFileError("shape", self.path, f"{GROUP}/{name}", dataset.shape, f"{axes} axes")
        return dataset

    def _chosen(self, name: str, axes: int) -> npt.NDArray[Any]:
        dataset = self._dataset(name, axes)
        if dataset.shape[0] < self.count:
            expected = f"{self.count} maps, as scan_index"
            raise MapFileError("shape", self.path, f"{GROUP}/{name}", dataset.shape, expected)
        if not self.chosen:
            return np.asarray(dataset[:0])
        step = self.chosen.step
        rising = self.chosen if step > 0 else self.chosen[::-1]  # HDF5 reads forward only
        values = np.asarray(dataset[rising.start : rising.stop : rising.step])
        return values if step > 0 else values[::-1]

    def _configuration(self) -> dict[str, str]:
        described = ("signal", "auxiliary_signals", "axes", "time_indices", "state_indices", "NX_class")
        return {name: _text(value) for name, value in self.group.attrs.items() if name not in described}


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
