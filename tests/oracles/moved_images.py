#!/usr/bin/python3
"""Images moved by other means than phasecast's, for the tests of registration.

    moved_images.py                               writes moved_images.txt beside itself
    moved_images.py SCAN.h5 OUT.npy COUNT SEED    moves the frames of a measured scan

An image is a sum of cosines that goes through every pixel (its discrete cosine transform, mirrored at the borders); that sum
is evaluated wherever the moved pixels lie. No interpolation kernel, no Fourier shift.
"""

import pathlib
import sys

import numpy as np


def cosines(positions, size):
    """[positions, size]: cos(pi k (x + 1/2) / size)."""
    return np.cos(np.pi * np.outer(np.asarray(positions) + 0.5, np.arange(size)) / size)


def coefficients(image):
    def along(values):
        size = values.shape[0]
        weights = np.full(size, 2 / size)
        weights[0] = 1 / size
        return weights[:, None] * (cosines(np.arange(size), size).T @ values)

    return along(along(image).T).T


def moved(c, shape, x, y, magnification):
    """Of the canvas with these coefficients: pixel p shows it where p = c + m (u - c) + t, both with the same center."""

    def positions(size, canvas_size, shift):
        center = (size - 1) / 2
        return (canvas_size - 1) / 2 + (np.arange(size) - center - shift) / magnification

    down = cosines(positions(shape[0], c.shape[0], y), c.shape[0])
    across = cosines(positions(shape[1], c.shape[1], x), c.shape[1])
    return down @ c @ across.T


def write_small():
    """A smooth random image of 60 by 72 pixels and how it looks from the middle of it, moved."""
    rng = np.random.default_rng(20261126)
    canvas = rng.normal(0, 1, (60, 72))
    frequency = np.hypot(np.arange(60)[:, None] / 60, np.arange(72)[None, :] / 72) / 2  # cycles per pixel
    c = coefficients(canvas) * np.exp(-0.5 * (frequency / 0.06) ** 2)
    canvas = cosines(np.arange(60), 60) @ c @ cosines(np.arange(72), 72).T
    canvas /= canvas.std()
    with open(pathlib.Path(__file__).with_suffix(".txt"), "w") as out:
        out.write("# moved_images.py: x y magnification, then 40 x 52 pixels; the first is not moved\n")
        for x, y, m in [(0, 0, 1), (0.5, -0.5, 1), (2.37, 1.81, 1), (-4.9, 3.2, 1.01), (0.03, 0.02, 0.99)]:
            image = moved(coefficients(canvas), (40, 52), x, y, m)
            out.write(f"{x} {y} {m} " + " ".join(f"{v:.7g}" for v in image.ravel()) + "\n")


def move_frames(scan, result, count, seed):
    """Rows of float32: x y magnification frame, then the absorbance of 400 x 400 pixels around the middle.

    The first six are the frames as they are; then the last five by turns, moved by up to 5 pixels and half a percent.
    """
    import h5py

    with h5py.File(scan) as file:
        flat = file["/exchange/data_flat"][:].astype(float).mean(axis=0)
        data = file["/exchange/data"][:].astype(float)
    absorbance = -np.log(np.maximum(data, 1) / np.maximum(flat, 1))[:, 288:736, 288:736]
    frames = [coefficients(a) for a in absorbance]
    rng = np.random.default_rng(seed)
    rows = []
    for k in range(count):
        x, y, m = (0, 0, 1) if k < 6 else (*rng.uniform(-5, 5, 2), rng.uniform(0.995, 1.005))
        frame = k if k < 6 else 1 + k % 5
        image = moved(frames[frame], (400, 400), x, y, m)
        rows.append(np.concatenate([[x, y, m, frame], image.ravel()]).astype(np.float32))
    np.save(result, np.stack(rows))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        write_small()
    else:
        move_frames(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
