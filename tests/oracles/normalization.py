#!/usr/bin/python3
"""Normalization, moments and LCF by the book: a whole stack in memory, fitted pixel by pixel.

Writes normalization.txt beside itself, which tests/stages/test_normalization_oracle.cpp reads.
Nothing here uses moments: polynomials are fitted in eV by least squares, spectra are subtracted and divided,
and the constrained fits are found by coordinate descent.
"""

import pathlib

import numpy as np

rng = np.random.default_rng(20240611)

ENERGIES = np.sort(np.concatenate([np.linspace(8182, 8318, 6), np.linspace(8326, 8370, 15), np.linspace(8400, 8556, 7)]))
PRE, POST, E0 = (8180.0, 8320.0), (8420.0, 8560.0), 8341.5
GRID = np.concatenate([np.arange(8150, 8320, 7.0), np.arange(8320, 8380, 0.7), np.arange(8380, 8600, 5.5)])
STATES, PIXELS, SIGMA = 3, 7, 0.01
MODES = {  # name: (mode, order, post order)
    "none": ("none", 0, 0),
    "pre_edge_0": ("pre_edge", 0, 0),
    "pre_edge_1": ("pre_edge", 1, 0),
    "edge_step_0_2": ("edge_step", 0, 2),
    "edge_step_1_1": ("edge_step", 1, 1),
}


def reference(state):
    edge = 8338 + 3.1 * state
    step = 0.5 + np.arctan((GRID - edge) / 1.7) / np.pi
    line = (0.9 - 0.2 * state) * np.exp(-(((GRID - edge - 5) / 3.3) ** 2))
    ripple = 0.05 * np.sin((GRID - edge) / 19) * (GRID > edge)
    background = 0.3 + 0.1 * state - (2 + state) * 1e-4 * (GRID - 8300)
    return (1 + 0.3 * state) * (step + line + ripple) + background


def inside(window):
    return (ENERGIES >= window[0]) & (ENERGIES <= window[1])


def polynomial(spectra, window, order):
    """Coefficients per column of a polynomial in (E - 8340)/100 fitted inside the window."""
    use = inside(window)
    return np.linalg.lstsq(powers(ENERGIES[use], order), spectra[use], rcond=None)[0]


def powers(energy, order):
    return ((np.atleast_1d(energy) - 8340)[:, None] / 100) ** np.arange(order + 1)


def normalize(spectra, mode, order, post_order):
    if mode == "none":
        return spectra, np.ones(spectra.shape[1])
    pre = polynomial(spectra, PRE, order)
    flat = spectra - powers(ENERGIES, order) @ pre
    if mode == "pre_edge":
        return flat, np.ones(spectra.shape[1])
    post = polynomial(spectra, POST, post_order)
    step = (powers(E0, post_order) @ post - powers(E0, order) @ pre)[0]
    return flat / step, step


def non_negative(a, y):
    """min |y - a z|, z >= 0, one coordinate after the other."""
    gram, b, z = a.T @ a, a.T @ y, np.zeros(a.shape[1])
    for _ in range(20000):
        for i in range(len(z)):
            z[i] = max(0.0, z[i] - (gram[i] @ z - b[i]) / gram[i, i])
    return z


def sum_to_one(a, y):
    """min |y - a x|, x >= 0, sum x = 1, moving weight between one pair of states after the other."""
    gram, b, x = a.T @ a, a.T @ y, np.full(a.shape[1], 1 / a.shape[1])
    for _ in range(6000):
        for i in range(len(x)):
            for j in range(i):
                gradient = gram @ x - b
                move = -(gradient[i] - gradient[j]) / (gram[i, i] + gram[j, j] - 2 * gram[i, j])
                move = min(max(move, -x[i]), x[j])
                x[i] += move
                x[j] -= move
    return x


def expected(a_raw, y_raw, mode, order, post_order):
    a, _ = normalize(a_raw, mode, order, post_order)
    y, step = normalize(y_raw, mode, order, post_order)
    z = np.array([non_negative(a, column) for column in y.T]).T
    x = np.array([sum_to_one(a, column) for column in y.T]).T
    background = powers(ENERGIES, order) if mode != "none" else np.zeros((len(ENERGIES), 0))
    model = np.hstack([a, background])
    misfit = y_raw - model @ np.linalg.lstsq(model, y_raw, rcond=None)[0]
    # Covariance of the least-squares z: the normalization (without the step) applied to unit noise, one energy
    # after the other.
    effect = normalize(np.eye(len(ENERGIES)), "pre_edge" if mode == "edge_step" else mode, order, post_order)[0]
    z_of_noise = np.linalg.lstsq(a, effect, rcond=None)[0]
    return {
        "references": a,
        "gram": a.T @ a,
        "covariance": z_of_noise @ z_of_noise.T,
        "projection": a.T @ y,
        "energy": (y**2).sum(0)[None],
        "noise_gain": 1 / step[None],
        "misfit": (misfit**2).sum(0)[None],
        "degrees_of_freedom": np.array([[len(ENERGIES) - model.shape[1]]]),
        "non_negative": z,
        "sum_to_one": x,
        "residual": np.sqrt(((y - a @ z) ** 2).mean(0))[None],
    }


def write(file, name, values):
    values = np.atleast_2d(values)
    print(name, *values.shape, file=file)
    for row in values:
        print(*("%.17g" % v for v in row), file=file)


def main():
    mu = np.array([reference(state) for state in range(STATES)])
    a_raw = np.array([np.interp(ENERGIES, GRID, m) for m in mu]).T
    fractions = rng.dirichlet(np.full(STATES, 0.6), PIXELS).T
    thickness = rng.uniform(0.3, 1.8, PIXELS)
    background = rng.uniform(0.2, 2.0, PIXELS) - rng.uniform(0, 5e-4, PIXELS) * (ENERGIES[:, None] - 8300)
    frames = (a_raw @ (fractions * thickness) + background + SIGMA * rng.standard_normal((len(ENERGIES), PIXELS)))
    frames = frames.astype(np.float32).astype(float)
    with open(pathlib.Path(__file__).with_suffix(".txt"), "w") as file:
        write(file, "energies", ENERGIES)
        write(file, "grid", GRID)
        write(file, "mu", mu)
        write(file, "frames", frames)
        write(file, "windows", np.array([*PRE, *POST, E0]))
        for name, mode in MODES.items():
            for key, values in expected(a_raw, frames, *mode).items():
                write(file, name + "/" + key, values)


if __name__ == "__main__":
    main()
