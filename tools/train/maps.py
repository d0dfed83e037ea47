"""Synthetic chemical maps: what a denoiser for phase maps learns from. Nothing in here was ever measured."""

import numpy as np


def field(rng, n, exponent, anisotropy=1.0):
    """Gaussian random field with amplitude spectrum 1/f^exponent, stretched along a random direction; unit variance."""
    angle = rng.uniform(0, np.pi)
    fy, fx = np.fft.fftfreq(n)[:, None], np.fft.rfftfreq(n)[None, :]
    along = np.cos(angle) * fx + np.sin(angle) * fy
    across = np.cos(angle) * fy - np.sin(angle) * fx
    radius = np.hypot(along * anisotropy, across)
    amplitude = np.maximum(radius, 1.0 / n) ** -exponent
    amplitude[0, 0] = 0
    values = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((n, n))) * amplitude, s=(n, n))
    return values / values.std()


def blob_field(rng, n, size):
    """Smooth random field whose features are about `size` pixels wide; unit variance."""
    f2 = np.fft.fftfreq(n)[:, None] ** 2 + np.fft.rfftfreq(n)[None, :] ** 2
    values = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((n, n))) * np.exp(-f2 * (np.pi * size / 2) ** 2), s=(n, n))
    values -= values.mean()
    return values / values.std()


def blurred(image, radius):
    """Gaussian blur by a standard deviation of `radius` pixels; the borders are reflected."""
    n = image.shape[0]
    big = np.pad(image, 12, mode="reflect")
    f2 = np.fft.fftfreq(n + 24)[:, None] ** 2 + np.fft.rfftfreq(n + 24)[None, :] ** 2
    return np.fft.irfft2(np.fft.rfft2(big) * np.exp(-2 * (np.pi * radius) ** 2 * f2), s=big.shape)[12:-12, 12:-12]


def log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def texture(rng, n):
    """What a grain's inside may look like: 1/f fields, stripes, patches."""
    kind = rng.integers(4)
    if kind == 0:
        return field(rng, n, rng.uniform(0.4, 2.0), log_uniform(rng, 1, 6))
    if kind == 1:
        y, x = np.mgrid[:n, :n]
        angle, period = rng.uniform(0, np.pi), log_uniform(rng, 3, 40)
        phase = 2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y) / period
        phase = phase + rng.uniform(0, 2) * blob_field(rng, n, log_uniform(rng, 10, 80))
        wave = np.sin(phase)
        return np.sign(wave) if rng.random() < 0.3 else wave * 1.4
    if kind == 2:
        return field(rng, n, rng.uniform(0.8, 1.6)) * np.exp(0.7 * blob_field(rng, n, log_uniform(rng, 10, 80)))
    return np.tanh(log_uniform(rng, 0.5, 5) * blob_field(rng, n, log_uniform(rng, 2.5, 30)))


def shells(rng, depth):
    """Reaction fronts at random depths below a surface: a state that comes, or comes and goes."""
    scale = log_uniform(rng, 3, 40)
    start, width = rng.uniform(-1, 1) * scale, log_uniform(rng, 0.15, 6)
    front = 1 / (1 + np.exp(-np.clip((depth - start) / width, -30, 30)))
    if rng.random() < 0.6:
        end = start + log_uniform(rng, 0.5, 2) * scale
        front = front - 1 / (1 + np.exp(-np.clip((depth - end) / width, -30, 30)))
    return front


def level(rng, n, levels, textured):
    """One material: a level, perhaps with a gradient or a texture."""
    base = levels[rng.integers(len(levels))]
    if rng.random() < 0.15:
        y, x = np.mgrid[:n, :n] / n - 0.5
        base = base + rng.uniform(-0.6, 0.6) * x + rng.uniform(-0.6, 0.6) * y
    if rng.random() < textured:
        base = base + log_uniform(rng, 0.01, 0.3) * texture(rng, n)
    return base


def leaves(rng, n, textured):
    """Overlapping grains, later ones in front: discs, ellipses, boxes, polygons."""
    y, x = np.mgrid[:n, :n].astype(np.float64)
    levels = rng.uniform(0, 1, rng.integers(2, 10))
    image = np.zeros((n, n)) + level(rng, n, levels, textured)
    smallest, largest = log_uniform(rng, 2, 15), log_uniform(rng, 16, 90)
    kinds = rng.choice(4, 2)
    for _ in range(rng.integers(3, 60)):
        cx, cy = rng.uniform(-20, n + 20, 2)
        r = log_uniform(rng, smallest, largest)
        kind = kinds[rng.integers(2)] if rng.random() < 0.7 else 0
        angle = rng.uniform(0, np.pi)
        u = np.cos(angle) * (x - cx) + np.sin(angle) * (y - cy)
        v = np.cos(angle) * (y - cy) - np.sin(angle) * (x - cx)
        if kind <= 1:
            squeeze = 1 if kind == 0 else rng.uniform(0.3, 1)
            depth = r - np.hypot(u, v / squeeze)
        elif kind == 2:
            depth = np.minimum(r - np.abs(u), r * rng.uniform(0.05, 1) - np.abs(v))
        else:
            depth = np.full((n, n), r)
            for turn in np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 8))):
                depth = np.minimum(depth, r * rng.uniform(0.5, 1) - np.cos(turn) * u - np.sin(turn) * v)
        inside = level(rng, n, levels, textured / 3)
        if rng.random() < 0.15:
            inside = inside + rng.uniform(-1, 1) * shells(rng, depth)
        image = np.where(depth > 0, inside, image)
    return image


def crystals(rng, n, textured):
    """Voronoi grains, cracked along some boundaries, fronts entering from there."""
    y, x = np.mgrid[:n, :n].astype(np.float32)
    seeds = rng.uniform(-20, n + 20, (rng.integers(4, 60), 2)).astype(np.float32)
    bend = log_uniform(rng, 0.1, 6)
    y = y + bend * blob_field(rng, n, 30)
    x = x + bend * blob_field(rng, n, 30)
    distance = np.hypot(y[None] - seeds[:, :1, None], x[None] - seeds[:, 1:, None])
    owner = distance.argmin(0)
    nearest = np.partition(distance, 1, axis=0)
    gap = (nearest[1] - nearest[0]) / 2
    levels = rng.uniform(0, 1, len(seeds)) if rng.random() < 0.5 else rng.choice(rng.uniform(0, 1, 3), len(seeds))
    image = levels[owner]
    if rng.random() < textured:
        image = image + log_uniform(rng, 0.02, 0.3) * texture(rng, n)
    if rng.random() < 0.6:
        image = image * rng.uniform(0, 1) + shells(rng, gap) * rng.uniform(0.2, 1)
    if rng.random() < 0.6:
        crack = gap < log_uniform(rng, 0.5, 4)
        image = np.where(crack & (blob_field(rng, n, 30) > rng.uniform(-1, 1)), rng.uniform(-0.3, 1.0), image)
    return image


def contours(rng, n, textured):
    """Ligaments and pores: level sets of smooth fields, with fronts parallel to their surfaces."""
    depth = blob_field(rng, n, log_uniform(rng, 6, 60)) - rng.uniform(-1, 1)
    slope = np.hypot(*np.gradient(depth)).mean()
    image = np.zeros((n, n))
    for _ in range(rng.integers(1, 4)):
        image = image + rng.uniform(-1, 1) * shells(rng, depth / slope)
    if rng.random() < 0.5:
        image = np.where(depth > 0, image + rng.uniform(0, 0.5), 0)
    if rng.random() < textured:
        image = image + log_uniform(rng, 0.02, 0.3) * texture(rng, n)
    return image


def spheres(rng, n, textured):
    """Projected core-shell spheres: thickness adds up, or a fraction weighted by it."""
    y, x = np.mgrid[:n, :n].astype(np.float64)
    total, part = np.zeros((n, n)), np.zeros((n, n))
    largest = log_uniform(rng, 12, 60)
    for _ in range(rng.integers(4, 40)):
        cx, cy = rng.uniform(-20, n + 20, 2)
        r = log_uniform(rng, 4, largest)
        d2 = (x - cx) ** 2 + (y - cy) ** 2
        chord = np.sqrt(np.maximum(r * r - d2, 0))
        core = np.sqrt(np.maximum((r * rng.uniform(0, 1.1)) ** 2 - d2, 0))
        total, part = total + chord, part + core
    if rng.random() < 0.5:
        image = np.where(total > 0, part / np.maximum(total, 1e-9), rng.choice([0, rng.uniform(0, 1)]))
    else:
        image = (total - rng.uniform(0, 1) * part) / largest
    if rng.random() < textured:
        image = image + log_uniform(rng, 0.02, 0.2) * texture(rng, n)
    return image


def random_map(seed, n=256):
    """One map of n × n pixels with a range of about one, float16."""
    rng = np.random.default_rng(seed)
    textured = 0.0 if rng.random() < 0.5 else 0.6
    kind = rng.choice(5, p=[0.38, 0.18, 0.18, 0.14, 0.12])
    if kind == 4:
        image = 0.25 * texture(rng, n) + (leaves(rng, n, 0.6) if rng.random() < 0.5 else 0)
    else:
        image = (leaves, crystals, contours, spheres)[kind](rng, n, textured)
    if rng.random() < 0.1:  # grains without the element, pores
        image = np.where(blob_field(rng, n, log_uniform(rng, 8, 60)) > rng.uniform(-0.5, 1), image, rng.uniform(0, 1))
    if rng.random() < 0.2:  # thickness
        image = image * (1 + rng.uniform(0, 0.4) * blob_field(rng, n, log_uniform(rng, 30, 120)))
    if rng.random() < 0.4:
        image = blurred(image, log_uniform(rng, 0.3, 3))
    low, high = np.percentile(image, [0.5, 99.5])
    image = (image - low) / max(high - low, 1e-6) * (1 if rng.random() < 0.7 else rng.uniform(0.1, 1))
    return np.clip(image, -1, 2).astype(np.float16)
