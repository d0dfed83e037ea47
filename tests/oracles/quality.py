#!/usr/bin/python3
"""PSNR and SSIM by the book: every window of SSIM is cut out and weighted with a two-dimensional Gaussian.

Writes quality.txt beside itself, which tests/stages/test_quality.cpp reads. The maps are made of integers, the
same in both languages: nothing but the figures needs to be stored.
"""

import pathlib

import numpy as np

CASES = [(3, 23, 31, 1000), (2, 11, 17, 300), (1, 40, 12, 50)]  # states, height, width, error per mille


def maps(states, height, width, error):
    k = np.arange(states * height * width)
    truth = ((k // width * 37 + k * 11 + k // (height * width) * 101) % 700 + 100) / np.float32(1000)
    off = ((k * k * 31 + 17 * k) % 997 - 498) / np.float32(1000) * np.float32(error / 1000)
    truth = truth.astype(np.float32)
    estimate = (truth + off.astype(np.float32)).astype(np.float32)
    shape = (states, height, width)
    return estimate.reshape(shape).astype(float), truth.reshape(shape).astype(float)


def psnr(estimate, truth):
    return 20 * np.log10(estimate.max() / np.sqrt(np.mean((estimate - truth) ** 2)))


def ssim(a, b):
    r = np.arange(11) - 5
    weight = np.exp(-(r[:, None] ** 2 + r[None, :] ** 2) / (2 * 1.5**2))
    weight /= weight.sum()
    values = []
    for y in range(a.shape[0] - 10):
        for x in range(a.shape[1] - 10):
            p, q = a[y : y + 11, x : x + 11], b[y : y + 11, x : x + 11]
            mp, mq = (weight * p).sum(), (weight * q).sum()
            vp, vq = (weight * (p - mp) ** 2).sum(), (weight * (q - mq) ** 2).sum()
            cov = (weight * (p - mp) * (q - mq)).sum()
            values.append((2 * mp * mq + 1e-4) * (2 * cov + 9e-4) / ((mp**2 + mq**2 + 1e-4) * (vp + vq + 9e-4)))
    return np.mean(values)


with open(pathlib.Path(__file__).with_suffix(".txt"), "w") as out:
    for case in CASES:
        estimate, truth = maps(*case)
        print(*case, repr(float(psnr(estimate, truth))), repr(float(np.mean([ssim(a, b) for a, b in zip(estimate, truth)]))), file=out)
