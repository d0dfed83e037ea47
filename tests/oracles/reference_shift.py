#!/usr/bin/python3
"""Shifts of references by dense grid search, for tests/stages/test_reference_shift.cpp: writes reference_shift.txt beside itself.

Every pair of shifts is tried. Each pixel is fitted by least squares on the references of every subset of states together with
background columns, and the best fit without a negative amount counts. No derivatives, no projections, nothing in common
with stages/.

    reference_shift.py                          writes reference_shift.txt
    reference_shift.py STACK.tiff ENERGIES.txt REFERENCES.nor COLUMN COLUMN LO:HI
                                                the same search on a real stack of absorbance (its brighter half)
"""

import itertools
import pathlib
import sys

import numpy as np


def misfit(energies, spectra, references, shifts, terms):
    """Sum over pixels of the least squares residual, amounts not negative; spectra [E, P]."""
    a = np.column_stack([np.interp(energies - d, e, mu) for d, (e, mu) in zip(shifts, references)])
    u = (energies - energies.mean()) / np.ptp(energies)
    background = np.column_stack([u**k for k in range(terms)]) if terms else np.empty((len(energies), 0))
    best = np.full(spectra.shape[1], np.inf)
    for size in range(len(references) + 1):
        for states in itertools.combinations(range(len(references)), size):
            columns = np.column_stack([a[:, list(states)], background])
            z = np.linalg.lstsq(columns, spectra, rcond=None)[0]
            square = ((spectra - columns @ z) ** 2).sum(axis=0)
            allowed = (z[:size] >= 0).all(axis=0)
            best = np.where(allowed & (square < best), square, best)
    return best.sum()


def search(energies, spectra, references, terms, center, reach, step):
    """The best pair of a grid of shifts around the center; energies that references do not cover everywhere are left out."""
    usable = np.ones(len(energies), bool)
    for c, (e, _) in zip(center, references):
        usable &= (energies - c - reach >= e[0]) & (energies - c + reach <= e[-1])
    grid = [c + np.arange(-reach, reach + step / 2, step) for c in center]
    tried = {pair: misfit(energies[usable], spectra[usable], references, pair, terms) for pair in itertools.product(*grid)}
    best = min(tried, key=tried.get)
    return np.array(best), tried[best]


def refined(energies, spectra, references, terms, reach):
    """Coarse over everything on some of the pixels, then finer around the best."""
    some = spectra[:, :: max(1, spectra.shape[1] // 100)]
    shift, _ = search(energies, some, references, terms, np.zeros(2), reach, 0.5)
    for around, step in ((0.5, 0.1), (0.1, 0.02)):
        shift, least = search(energies, spectra, references, terms, shift, around, step)
    return shift, least


def synthetic():
    rng = np.random.default_rng(20261126)
    grid = np.arange(700, 780, 0.4)

    def mu(edge, line, width):
        return 0.5 + np.arctan((grid - edge) / 1.1) / np.pi + line * np.exp(-0.5 * ((grid - edge - 3) / width) ** 2)

    truth = [mu(735, 0.6, 2.0), mu(737.5, 0.9, 2.6)]
    wrong = np.array([1.5, -0.7])
    references = [(grid - w, m) for w, m in zip(wrong, truth)]
    energies = np.concatenate([np.arange(712, 730, 3), np.arange(730, 750, 1.0), np.arange(750, 768, 3)])
    pixels = 80
    share = rng.exponential(size=(2, pixels))
    z = share / share.sum(axis=0) * rng.uniform(0.5, 1.5, pixels)
    z[0, : pixels // 4] = 0
    spectra = np.column_stack([np.interp(energies, grid, m) for m in truth]) @ z
    spectra = spectra + rng.uniform(0, 0.2, pixels) + rng.normal(0, 0.05, spectra.shape)
    return grid, truth, wrong, references, energies, spectra.astype(np.float32).astype(float)


def table(name, values):
    values = np.atleast_2d(values)
    return f"{name} {values.shape[0]} {values.shape[1]} " + " ".join(f"{v:.9g}" for v in values.ravel()) + "\n"


def write():
    grid, truth, wrong, references, energies, spectra = synthetic()
    shift, least = refined(energies, spectra, references, 1, 3)
    print("shift", shift, "truth", wrong, "misfit", least)
    with open(pathlib.Path(__file__).with_suffix(".txt"), "w") as out:
        out.write(table("energies", energies) + table("spectra", spectra) + table("mu", np.array(truth)))
        out.write(table("reference_energies", np.array([e for e, _ in references])))
        out.write(table("shift", shift) + table("misfit", least))


def real(stack, energy_file, nor, first, second, window):
    import tifffile

    low, high = map(float, window.split(":"))
    energies = np.loadtxt(energy_file)
    inside = (energies >= low) & (energies <= high)
    images = tifffile.imread(stack).astype(float)
    spectra = images.reshape(len(images), -1)[inside]
    jump = spectra[-5:].mean(axis=0) - spectra[:5].mean(axis=0)
    spectra = spectra[:, jump > np.median(jump)]
    names = [line.split(":", 1)[1].split()[0] for line in open(nor) if line.startswith("# Column.")]
    table = np.loadtxt(nor)
    references = [(table[:, 0], table[:, names.index(c)]) for c in (first, second)]
    shift, least = refined(energies[inside], spectra, references, 2, 5)  # order 0 and one more, as stages/reference_check has it
    print("shift", shift, "misfit per value", least / spectra.size)


if __name__ == "__main__":
    real(*sys.argv[1:]) if len(sys.argv) > 1 else write()
