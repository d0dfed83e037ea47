#!/usr/bin/python3
"""Subspace denoising by the book, for tests/stages/test_subspace.cpp: writes subspace.txt beside itself.

Each energy is regressed on all others by least squares; the whitened stack goes through a singular value
decomposition, whose residual corrects the noise; pixels are projected on the singular vectors. No second moments, no inverses.
"""

import pathlib

import numpy as np

rng = np.random.default_rng(20260311)
ENERGIES, PIXELS, STATES = 10, 150, 2

energy = np.linspace(0, 1, ENERGIES)
spectra = np.stack([1 / (1 + np.exp(-(energy - 0.4) / 0.05)), 1 / (1 + np.exp(-(energy - 0.6) / 0.05))]) + 0.2
sigma = 0.01 * (1 + 2 * energy)
stack = rng.uniform(0, 1, (PIXELS, STATES)) @ spectra + rng.normal(0, 1, (PIXELS, ENERGIES)) * sigma
stack = stack.astype(np.float32).astype(float)

noise = np.empty(ENERGIES)
for t in range(ENERGIES):
    others = np.delete(stack, t, axis=1)
    fit, *_ = np.linalg.lstsq(others, stack[:, t], rcond=None)
    residual = stack[:, t] - others @ fit
    noise[t] = np.sqrt(residual @ residual / (PIXELS - (ENERGIES - 1)))

for _ in range(2):
    white = stack / noise
    left, singular, right = np.linalg.svd(white, full_matrices=False)
    signal = right[:STATES].T
    residual = white - white @ signal @ signal.T
    noise = noise * np.sqrt((residual**2).mean(axis=0) / (1 - (signal**2).sum(axis=1)))

white = stack / noise
left, singular, right = np.linalg.svd(white, full_matrices=False)
eigenvalues = singular**2 / PIXELS
denoised = (white @ right[:STATES].T @ right[:STATES]) * noise


def line(name, values):
    return name + " " + " ".join(f"{v:.12g}" for v in np.ravel(values)) + "\n"


with open(pathlib.Path(__file__).with_suffix(".txt"), "w") as out:
    out.write(f"# {pathlib.Path(__file__).name}: stack [E][N], then what it gives\nsize {ENERGIES} {PIXELS} {STATES}\n")
    out.write(line("stack", stack.T))
    out.write(line("noise", noise))
    out.write(line("eigenvalues", eigenvalues))
    out.write(line("denoised", denoised.T))
