#!/usr/bin/python3
"""Exact least squares with x >= 0, sum x = 1 (eq. (3) of the paper) in every pixel, by enumerating supports.

    support_enumeration.py STACK.npy REFERENCES.npy [--repetitions N] [--result X.npy]

Y [T][N] float32, A [T][L]. Prints the seconds from the stack in memory to the fractions, the least of all
repetitions, once with the stack as float64 and once as it is, and how far the fractions are from those of
float64 (RMS): where the references are much alike, float32 is not enough. --result keeps the fractions [L][N].

A pixel's support is right if and only if the conditions of Karush, Kuhn and Tucker hold for it:
x_i >= 0 on the support and the multiplier of x_i >= 0 off it. All L numbers together are one affine map of
b = A'y per support, so a support costs one small product over the pixels that are not solved yet.
"""
import argparse
import itertools
import sys

import numpy as np

from blas import describe_blas, least_seconds

PIXELS = 8192  # worked on together: what belongs to them stays in the cache
# A number that should be 0 may come out this far below, relative to the largest of its kind.
ROUNDING = {np.dtype(np.float64): 1e-9, np.dtype(np.float32): 1e-3}


def affine_map(gram, support):
    """M, c so that M b + c holds x on the support and the multipliers off it."""
    states, on = len(gram), list(support)
    off = [i for i in range(states) if i not in support]
    kkt = np.block([[gram[np.ix_(on, on)], np.ones((len(on), 1))], [np.ones((1, len(on))), np.zeros((1, 1))]])
    inverse = np.linalg.inv(kkt)
    matrix, constant = np.zeros((states, states)), np.zeros(states)
    matrix[np.ix_(on, on)] = inverse[:-1, :-1]
    constant[on] = inverse[:-1, -1]
    multiplier = gram[np.ix_(off, on)] @ inverse[:-1] + inverse[-1]  # G_j x + nu, of (b, 1)
    matrix[np.ix_(off, on)] = multiplier[:, :-1]
    matrix[off, off] = -1
    constant[off] = multiplier[:, -1]
    return matrix, constant


def all_maps(gram, dtype):
    """Of the supports, largest first; numbers scaled so that those of a kind compare with 1."""
    states = len(gram)
    maps = []
    for size in range(states, 0, -1):
        for support in itertools.combinations(range(states), size):
            matrix, constant = affine_map(gram, support)
            unit = np.array([1 if i in support else np.abs(gram).max() for i in range(states)])[:, None]
            maps.append(((matrix / unit).astype(dtype), (constant[:, None] / unit).astype(dtype), support))
    return maps


def fit_strip(projection, maps, fractions):
    """Solved pixels are left behind only when they are a quarter of all: moving the others costs as well."""
    rounding = ROUNDING[projection.dtype]
    fractions[:] = 0
    left = np.arange(projection.shape[1])
    open_ = np.ones(len(left), bool)
    for matrix, constant, support in maps:
        numbers = matrix @ projection
        numbers += constant
        solved = open_.copy()
        for row in numbers:
            solved &= row >= -rounding
        found = np.flatnonzero(solved)
        if len(found) == 0:
            continue
        pixels = left.take(found)
        for state in support:
            fractions[state][pixels] = numbers[state].take(found)
        open_[found] = False
        keep = np.flatnonzero(open_)
        if len(keep) == 0:
            return
        if len(keep) < 0.75 * len(open_):
            left, projection, open_ = left.take(keep), projection.take(keep, axis=1), np.ones(len(keep), bool)
    sys.exit(f'{np.count_nonzero(open_)} pixels have no support: rounding beyond {rounding}')


def fit(stack, references):
    references = references.astype(stack.dtype)
    maps = all_maps(references.T.astype(float) @ references.astype(float), stack.dtype)
    projection = references.T @ stack
    fractions = np.empty_like(projection)
    for k in range(0, stack.shape[1], PIXELS):
        fit_strip(projection[:, k:k + PIXELS], maps, fractions[:, k:k + PIXELS])
    return fractions


def fit_two_states(stack, references):
    """For two states all of it is one product, cut off at 0 and 1."""
    references = references.astype(float)
    apart = references[:, 0] - references[:, 1]
    weights = apart / (apart @ apart)
    first = weights.astype(stack.dtype) @ stack
    first -= stack.dtype.type(weights @ references[:, 1])
    np.clip(first, 0, 1, out=first)
    return np.stack([first, 1 - first])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('stack')
    parser.add_argument('references')
    parser.add_argument('--repetitions', type=int, default=5)
    parser.add_argument('--result')
    options = parser.parse_args()
    references, stack = np.load(options.references), np.load(options.stack)
    states = references.shape[1]
    print(f'# {describe_blas()}; {stack.shape[0]} energies, {stack.shape[1]} pixels, {states} states', flush=True)
    for typed in (stack.astype(np.float64), stack):
        for method in [fit] + [fit_two_states] * (states == 2):
            seconds, fractions = least_seconds(lambda: method(typed, references), options.repetitions)
            if typed.dtype == np.float64 and method is fit:
                exact = fractions
            error = np.sqrt(np.mean((fractions - exact) ** 2))
            print(f'{method.__name__}_{typed.dtype} L={states} {seconds:.5f} error={error:.1e}', flush=True)
    if options.result:
        np.save(options.result, exact)


if __name__ == '__main__':
    main()
