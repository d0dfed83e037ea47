#!/usr/bin/env python3
"""Trains a denoiser for phase maps on synthetic maps and writes it as ONNX. See README.md."""

import argparse
import copy
import json
import math
import multiprocessing
import os
import time
from pathlib import Path

import numpy as np
import torch

import export
import maps
from networks import NETWORKS

SIGMAS = (0.01, 15 / 255, 25 / 255, 50 / 255, 0.5, 1.0)  # of a range of one: where progress is measured
VALIDATION_SEED = 10**9
ROOT = Path(__file__).resolve().parents[2]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("--minutes", type=float, default=45, help="training time: of one CPU core, or of the GPU")
    parser.add_argument("--output", type=Path, default=ROOT / "stages/networks", help="folder for the weights and the record")
    parser.add_argument("--work", type=Path, default=Path("/tmp/phasecast-train"), help="folder for maps and checkpoints")
    parser.add_argument("--maps", type=int, default=3000, help="synthetic maps to learn from")
    parser.add_argument("--images", type=Path, default=ROOT.parent / "shared/data/denoise", help="folder of test images; may be absent")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def synthetic_maps(work, seed, count):
    """[count][256][256] float16, kept on disk for the next run."""
    path = work / f"maps_{seed}_{count}.npy"
    if not path.exists():
        with multiprocessing.Pool() as pool:
            made = np.stack(pool.map(maps.random_map, range(seed, seed + count), chunksize=8))
        np.save(path.with_suffix(".part.npy"), made)
        os.replace(path.with_suffix(".part.npy"), path)
    return np.load(path)


def examples(pool, means, size, count, rng, device):
    """Random crops, turned and mirrored, less their map's mean; noise levels; the noise."""
    crops = np.empty((count, 1, size, size), np.float32)
    for crop in crops:
        k = rng.integers(len(pool))
        top, left = rng.integers(0, pool.shape[1] - size + 1, 2)
        patch = np.rot90(pool[k, top : top + size, left : left + size], rng.integers(4))
        crop[0] = patch if rng.random() < 0.5 else patch.T
        crop -= means[k] + 0.05 * rng.standard_normal()
    light = rng.random(count) < 0.2
    sigma = np.exp(np.where(light, rng.uniform(math.log(0.005), math.log(0.03), count),
                            rng.uniform(math.log(0.03), math.log(1.5), count))).astype(np.float32)
    clean = torch.from_numpy(crops).to(device)
    sigma = torch.from_numpy(sigma).to(device).view(-1, 1, 1, 1)
    return clean, clean + sigma * torch.randn_like(clean), sigma


def with_level(noisy, sigma):
    return torch.cat([noisy, sigma.expand_as(noisy)], 1).contiguous(memory_format=torch.channels_last)


def denoise(net, image, sigma):
    """What phasecast does: mirror up to a multiple, less the mean, through the network, back."""
    h, w = image.shape
    pad = [(0, -h % net.multiple), (0, -w % net.multiple)]
    mean = image.mean()
    x = torch.from_numpy(np.pad(image - mean, pad, mode="symmetric").astype(np.float32))[None, None]
    with torch.no_grad():
        device = next(net.parameters()).device
        y = net(with_level(x, torch.full((1, 1, 1, 1), float(sigma))).to(device)).cpu()
    return y[0, 0, :h, :w].numpy() + mean


def psnr(clean, estimate):
    return float(-10 * np.log10(np.mean((clean - estimate) ** 2, dtype=np.float64)))


def validation(net, count=24):
    """Mean PSNR over maps that are not learned from, in the noise that every call repeats."""
    table = {}
    for sigma in SIGMAS:
        values = []
        for k in range(count):
            clean = maps.random_map(VALIDATION_SEED + k, 128).astype(np.float32)
            noise = np.random.default_rng(k).standard_normal(clean.shape).astype(np.float32)
            values.append(psnr(clean, denoise(net, clean + np.float32(sigma) * noise, sigma)))
        table[f"{sigma:.3f}"] = round(float(np.mean(values)), 2)
    return table


def test_images(net, folder):
    """PSNR on images that nothing was learned from; empty when they are absent."""
    table = {}
    if not folder.exists():
        return table
    for name in ("phantom", "camera"):
        clean = np.load(folder / f"{name}.npy")
        for level in (15, 25, 50):
            noisy = np.fromfile(folder / f"{name}_s{level}.f32", "<f4").reshape(clean.shape)
            table[f"{name} {level}/255"] = round(psnr(clean, denoise(net, noisy, level / 255)), 2)
        for sigma in (0.5, 1.0):
            noise = np.random.default_rng(1).standard_normal(clean.shape).astype(np.float32)
            table[f"{name} {sigma}, seed 1"] = round(psnr(clean, denoise(net, clean + np.float32(sigma) * noise, sigma)), 2)
    return table


def write_example(net, path):
    """A small noisy map and what this network makes of it here; a test compares it with what phasecast makes of it."""
    sigma = 0.2
    clean = maps.random_map(VALIDATION_SEED, 64)[:21, :26].astype(np.float32)
    noisy = clean + np.float32(sigma) * np.random.default_rng(1).standard_normal(clean.shape).astype(np.float32)
    rows = [" ".join(f"{v:.9g}" for v in image.ravel()) for image in (noisy, denoise(net, noisy, sigma))]
    path.write_text("\n".join([f"{clean.shape[0]} {clean.shape[1]} {sigma}", *rows]) + "\n")


def main():
    args = arguments()
    args.work.mkdir(parents=True, exist_ok=True)
    args.output.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    seconds = time.monotonic if device == "cuda" else lambda: time.process_time() / args.threads

    pool = synthetic_maps(args.work, args.seed, args.maps)
    means = pool.mean(axis=(1, 2), dtype=np.float32)
    net = NETWORKS[args.network]().to(device).to(memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    optimizer = torch.optim.Adam(net.parameters(), net.rate, betas=(0.9, 0.99))
    state = {"step": 0, "spent": 0.0, "wall": 0.0, "curve": []}
    checkpoint = args.work / f"{args.network}_{args.seed}.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device)
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["average"])
        optimizer.load_state_dict(saved["optimizer"])
        state = saved["state"]
    state.setdefault("budgets", []).append({"from minute": round(state["spent"] / 60, 1), "minutes": args.minutes})
    rng = np.random.default_rng([args.seed, state["step"]])

    begin, wall, budget = seconds() - state["spent"], time.monotonic() - state["wall"], 60 * args.minutes
    losses, last_report = [], state["spent"]
    while state["spent"] < budget:
        progress = state["spent"] / budget
        warm = min(1.0, (state["step"] + 1) / 500)
        for group in optimizer.param_groups:
            group["lr"] = net.rate * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * progress)))
        clean, noisy, sigma = examples(pool, means, net.patch, net.batch, rng, device)
        with torch.autocast(device, torch.bfloat16, enabled=progress < net.exact_from):  # twice as fast; the end is exact
            estimate = net(with_level(noisy, sigma))
        error = (estimate.float() - clean).square().mean(dim=(1, 2, 3))
        # Errors of good estimates grow about as sigma^0.65: every noise level counts, and so do easy maps.
        loss = ((error + 1e-8).sqrt() / sigma.flatten() ** 0.65).mean()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 0.5)
        optimizer.step()
        decay = min(0.999, (state["step"] + 1) / (state["step"] + 100))
        with torch.no_grad():
            for slow, fast in zip(average.parameters(), net.parameters()):
                slow.lerp_(fast, 1 - decay)
        losses.append(loss.item())
        state.update(step=state["step"] + 1, spent=seconds() - begin, wall=time.monotonic() - wall)

        if state["spent"] - last_report > max(60, budget / 30) or state["spent"] >= budget:
            last_report = state["spent"]
            state["curve"].append({"minutes": round(state["spent"] / 60, 2), "step": state["step"],
                                   "loss": round(float(np.mean(losses)), 4), "psnr": validation(average)})
            losses = []
            print(json.dumps(state["curve"][-1]), flush=True)
            content = {"net": net.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(), "state": state}
            torch.save(content, checkpoint.with_suffix(".part"))
            os.replace(checkpoint.with_suffix(".part"), checkpoint)

    average = average.to("cpu").to(memory_format=torch.contiguous_format)
    export.write(args.network, average, args.output / f"{args.network}.onnx")
    write_example(average, args.output / f"{args.network}.txt")
    record = {
        "network": args.network, "parameters": sum(p.numel() for p in net.parameters()), "seed": args.seed,
        "data": f"{args.maps} synthetic maps of 256 x 256 from maps.py, seeds {args.seed} to {args.seed + args.maps - 1}; "
                f"crops of {net.patch} x {net.patch}, {net.batch} a step; white Gaussian noise, sigma 0.005 to 1.5 of the range",
        "device": f"{device}, {args.threads} thread(s)", "minutes": round(state["spent"] / 60, 1),
        "budgets": state["budgets"], "wall minutes": round(state["wall"] / 60, 1),
        "torch": torch.__version__, "steps": state["step"], "curve": state["curve"],
        "test images": test_images(average, args.images),
    }
    (args.output / f"{args.network}.json").write_text(json.dumps(record, indent=1) + "\n")
    print(json.dumps(record["test images"], indent=1))


if __name__ == "__main__":
    main()
