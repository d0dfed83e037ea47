#!/usr/bin/python3
"""B = A'Y in numpy: the least that any solver has to know of a stack.

    at_y.py STACK.npy REFERENCES.npy [REPETITIONS]    Y [T][N] float32, A [T][L]

Several ways of asking numpy for it; prints the seconds of each, the least of all repetitions.
"""
import sys

import numpy as np

from blas import describe_blas, least_seconds


def one_product(stack, references):
    return references.T @ stack


def transposed_product(stack, references):
    return (stack.T @ references).T


def state_by_state(stack, references):
    return np.stack([column @ stack for column in references.T])


def strip_by_strip(stack, references, pixels=16384):
    projection = np.empty((references.shape[1], stack.shape[1]), stack.dtype)
    for k in range(0, stack.shape[1], pixels):
        projection[:, k:k + pixels] = references.T @ stack[:, k:k + pixels]
    return projection


WAYS = [one_product, transposed_product, state_by_state, strip_by_strip]


def main(stack_file, references_file, repetitions='5'):
    stack = np.load(stack_file)
    references = np.ascontiguousarray(np.load(references_file), np.float32)
    exact = references.astype(float).T @ stack[:, :1000].astype(float)
    states = references.shape[1]
    print(f'# {describe_blas()}; {stack.shape[0]} energies, {stack.shape[1]} pixels, {states} states', flush=True)
    for way in WAYS:
        seconds, projection = least_seconds(lambda: way(stack, references), int(repetitions))
        error = np.abs(projection[:, :1000] - exact).max() / np.abs(exact).max()
        if not error < 1e-4:
            sys.exit(f'{way.__name__} is off by {error:.1e}')
        print(f'at_y_{way.__name__} L={states} {seconds:.5f}', flush=True)


if __name__ == '__main__':
    main(*sys.argv[1:])
