"""A recorded scan as plain arrays, in the order in which it was measured."""

from dataclasses import dataclass

import h5py
import numpy as np


@dataclass
class Shown:
    """One exposure."""

    kind: str  # dark, flat, sample
    nth: int  # of its kind
    energy: float  # eV
    image: np.ndarray  # [Y, X]


def read(path):
    with h5py.File(path, "r") as file:
        rows = sorted(file["/entry/frames"][:], key=lambda row: row["sequence"])
        stacks = {kind: file[f"/entry/data/{kind}"][:] for kind in ("dark", "flat", "sample")}
    kinds, counts, shown = ("dark", "flat", "sample"), {}, []
    for row in rows:
        kind = kinds[int(row["kind"])]
        nth = counts[kind] = counts.get(kind, -1) + 1
        shown.append(Shown(kind, nth, float(row["energy_set_ev"]), stacks[kind][int(row["slot"])]))
    return shown


def kinds_of(scan):
    return [shown.kind for shown in scan]


def energies_of(scan):
    return [shown.energy for shown in scan if shown.kind == "sample"]
