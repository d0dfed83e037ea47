#!/usr/bin/python3
"""Variance of fractions by the book, for tests/stages/test_energy_choice.cpp: writes energy_choice.txt beside itself.

The parameters of a pixel are its fractions but the last, its scale and its background polynomial; the model is
differentiated by each of them, at compositions from an integration rule. `together` inverts the whole Fisher
information; `before` follows one noise value at a time through polynomial fit, subtraction and least squares. Both
are checked here against noisy spectra that are fitted without any linearization. The best choices are found by trying all.
"""

import itertools
import pathlib

import numpy as np

PRE = (8180.0, 8320.0)
GRID = np.concatenate([np.arange(8150, 8320, 7.0), np.arange(8320, 8380, 0.7), np.arange(8380, 8600, 5.5)])
ENERGIES = np.array([8190, 8215, 8250, 8280, 8310, 8330, 8336, 8339, 8342, 8346, 8352, 8365, 8420, 8540.0])
MODES = {-1: "none", 0: "order 0", 1: "order 1"}


def reference(state):
    edge = 8337 + 2.6 * state
    step = 0.5 + np.arctan((GRID - edge) / 1.7) / np.pi
    line = (0.9 - 0.2 * state) * np.exp(-(((GRID - edge - 5) / 3.3) ** 2))
    ripple = 0.05 * np.sin((GRID - edge) / 19) * (GRID > edge)
    return step + line + ripple + 0.3 + 0.1 * state - (2 + state) * 1e-4 * (GRID - 8300)


MU = np.stack([reference(l) for l in range(3)])


def compositions(states):
    """Points of equal weight that integrate polynomials of degree 2 over the simplex exactly."""
    if states == 2:
        half = 0.5 / np.sqrt(3)
        return np.array([[0.5 - half, 0.5 + half], [0.5 + half, 0.5 - half]])
    return np.array([[0.5, 0.5, 0], [0.5, 0, 0.5], [0, 0.5, 0.5]])


def background(energies, order):
    return ((energies[:, None] - 8340) / 100) ** np.arange(order + 1)


def raw(energies, states):
    return np.stack([np.interp(energies, GRID, MU[l]) for l in range(states)], axis=1)


def subtraction(energies, order):
    """The matrix that subtracts from a spectrum the polynomial through its own pre-edge."""
    whole = background(energies, order)
    use = (energies >= PRE[0]) & (energies <= PRE[1])
    fit = np.zeros((order + 1, len(energies)))
    fit[:, use] = np.linalg.pinv(whole[use])
    return np.eye(len(energies)) - whole @ fit


def jacobian(spectra, x, s=1.0):
    """Of s A x by x_1 … x_(L−1), s; x_L = 1 − Σ of the others."""
    by_x = s * (spectra[:, :-1] - spectra[:, -1:])
    return np.column_stack([by_x, spectra @ x])


def all_fractions(covariance):
    """Variances of x_1 … x_L from the covariance of the parameters."""
    own = covariance[:-1, :-1] if covariance.shape[0] > 1 else covariance
    return np.append(np.diag(own), own.sum())


def variances_before(energies, states, order, x):
    normalize = np.eye(len(energies)) if order < 0 else subtraction(energies, order)
    fit = np.linalg.pinv(jacobian(normalize @ raw(energies, states), x)) @ normalize
    return all_fractions(fit @ fit.T)


def variances_together(energies, states, order, x):
    columns = jacobian(raw(energies, states), x)
    if order >= 0:
        columns = np.column_stack([columns, background(energies, order)])
    inverse = np.linalg.inv(columns.T @ columns)
    return all_fractions(inverse[:states, :states])


def deviation(variances, energies, states, order):
    return np.sqrt(np.mean([variances(energies, states, order, x) for x in compositions(states)]))


def simulated(energies, states, order, x, together, sigma=1e-4, pixels=20000):
    """Standard deviations of x = z / Σz, fitted to noisy spectra."""
    rng = np.random.default_rng(7)
    clean = raw(energies, states) @ x
    if order >= 0:
        clean = clean + background(energies, order) @ np.arange(1, order + 2)
    y = clean[:, None] + sigma * rng.standard_normal((len(energies), pixels))
    a = raw(energies, states)
    if together:
        columns = a if order < 0 else np.column_stack([a, background(energies, order)])
        z = np.linalg.lstsq(columns, y, rcond=None)[0][:states]
    else:
        normalize = np.eye(len(energies)) if order < 0 else subtraction(energies, order)
        z = np.linalg.lstsq(normalize @ a, normalize @ y, rcond=None)[0]
    return (z / z.sum(axis=0)).std(axis=1) / sigma


def check_against_simulation():
    for states, order, together in itertools.product((2, 3), MODES, (False, True)):
        x = np.array([0.3, 0.7] if states == 2 else [0.2, 0.5, 0.3])
        variances = variances_together if together else variances_before
        expected = np.sqrt(variances(ENERGIES, states, order, x))
        found = simulated(ENERGIES, states, order, x, together)
        # The relative error of a standard deviation from n values is 1 / √(2 n).
        assert np.all(np.abs(found / expected - 1) < 5 / np.sqrt(2 * 20000)), (states, order, together)


def determined(energies, states, order):
    inside = np.sum((energies >= PRE[0]) & (energies <= PRE[1])) if order >= 0 else 0
    return order < 0 or (inside > order and len(energies) - inside >= states)


def subsets():
    rng = np.random.default_rng(3)
    masks = [np.ones(len(ENERGIES), bool), np.arange(len(ENERGIES)) % 2 == 0]
    while len(masks) < 8:
        mask = np.isin(np.arange(len(ENERGIES)), rng.choice(len(ENERGIES), 8, replace=False))
        if determined(ENERGIES[mask], 3, 1):
            masks.append(mask)
    return masks


def best(count, states, order, variances):
    chosen = (ENERGIES[list(c)] for c in itertools.combinations(range(len(ENERGIES)), count))
    return min(deviation(variances, e, states, order) for e in chosen if determined(e, states, order))


check_against_simulation()
masks = subsets()
values, optima = [], []
for states, order in itertools.product((2, 3), MODES):
    for number, mask in enumerate(masks):
        e = ENERGIES[mask]
        values.append([states, order, number, deviation(variances_before, e, states, order),
                       deviation(variances_together, e, states, order)])
    for count in (states + 3, 8):
        optima.append([states, order, count, best(count, states, order, variances_before),
                       best(count, states, order, variances_together)])

with open(pathlib.Path(__file__).with_suffix(".txt"), "w") as file:
    for name, table in [("grid", GRID[None]), ("mu", MU), ("energies", ENERGIES[None]), ("window", np.array([PRE])),
                        ("masks", np.array(masks, float)), ("deviations", np.array(values)), ("optima", np.array(optima))]:
        print(name, *table.shape, file=file)
        np.savetxt(file, table, fmt="%.12g")
