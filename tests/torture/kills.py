#!/usr/bin/env python3
"""Kills a recording pipeline at random moments, restarts it, and checks that nothing was lost.

kills.py PHASECAST --kills N [--seed S]

A series of scans goes through `phasecast run`, sent by `phasecast replay --control`. At a random moment the pipeline
is killed (SIGKILL) and started again in the same folder, until the series is through. Checked for each kill: every
frame that a receipt named before the kill is in the recording after it, bit for bit. Checked for each series: all
frames are recorded, and the final maps equal, bit for bit, those of a pipeline that was not killed.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "tools/python"))
import phasecast  # noqa: E402

SCANS = 3
LIMIT_S = 120  # for anything to happen
KINDS = ("dark", "flat", "sample")
# A killed pipeline leaves a gap until its frames are sent again: nobody is to give it up before.
PATIENT = ["--deterministic", "--reorder-frames", "1000", "--reorder-wait", "60", "--close-wait", "60"]


@dataclasses.dataclass
class Series:
    """Scans with known frames, and the maps of a pipeline that lives through all of them."""

    scans: list[pathlib.Path]
    options: list[str]
    frames: dict[str, dict[int, bytes]]  # by scan id and sequence
    maps: dict[str, bytes]  # by scan id
    seconds: float


class Failed(Exception):
    pass


def check(is_true: bool, what: str) -> None:
    if not is_true:
        raise Failed(what)


class Pipeline:
    """`phasecast run` in one folder, started anew after each kill."""

    def __init__(self, command: str, folder: pathlib.Path, options: list[str]) -> None:
        self.folder = folder
        self.output = folder / "data"
        self.endpoints = {name: f"ipc://{folder}/{name}.socket" for name in ("frames", "maps", "control")}
        sockets = [part for name, where in self.endpoints.items() for part in (f"--{name}", where)]
        self.arguments = [command, "run", *sockets, "--output", str(self.output), *PATIENT, *options]
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        self.log = open(self.folder / f"run{self.starts}.log", "wb")
        self.process = subprocess.Popen(self.arguments, stdout=self.log, stderr=self.log)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> dict[str, str]:
        with phasecast.Control(self.endpoints["control"], timeout_s=LIMIT_S) as control:
            control.status()  # it is there: before that, the signal would not be an orderly stop
        self.process.send_signal(signal.SIGTERM)
        check(self.process.wait(LIMIT_S) == 0, f"the pipeline ended with {self.process.returncode}: {self.folder}")
        lines = (self.folder / f"run{self.starts}.log").read_text().splitlines()
        return dict(line.split(" ", 1) for line in lines if " " in line and not line.startswith("20"))


def replay(command: str, pipeline: Pipeline, scans: list[pathlib.Path], rate: float) -> subprocess.Popen[bytes]:
    log = open(pipeline.folder / "replay.log", "wb")
    where = ["--to", pipeline.endpoints["frames"], "--control", pipeline.endpoints["control"]]
    return subprocess.Popen([command, "replay", *map(str, scans), *where, "--rate", str(rate)], stdout=log, stderr=log)


def frames_of(recording: pathlib.Path) -> dict[int, bytes]:
    """As far as it can be read, while it is open or after its writer died."""
    with h5py.File(recording, "r", swmr=True) as file:
        data = file["entry/data"]
        rows = file["entry/frames"][:]
        return {int(row["sequence"]): data[KINDS[row["kind"]]][row["slot"]].tobytes() for row in rows if row["i0"] != 0}


def final_maps(output: pathlib.Path) -> dict[str, bytes]:
    """The bits of each scan's final map."""
    found: dict[str, bytes] = {}
    for path in sorted(output.glob("*/maps*.h5")):
        maps = phasecast.read_maps(path)
        for k, scan_id in enumerate(maps.scan_id):
            check(scan_id not in found, f"two final maps of scan {scan_id} in {output}")
            layers = (maps.fraction, maps.scale, maps.residual, maps.uncertainty, maps.mask)
            found[scan_id] = b"".join(layer[k].tobytes() for layer in layers)
    return found


def scan_id_of(recording: pathlib.Path) -> str:
    with h5py.File(recording, "r", swmr=True) as file:
        return str(file["entry/scan_start"].attrs["scan_id"])


def make_series(command: str, folder: pathlib.Path, rate: float) -> Series:
    subprocess.run([command, "simulate", "-o", folder / "scan.h5", "--scans", str(SCANS), "--height", "48", "--width", "64",
                    "--write-references", folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    scans = sorted(folder.glob("scan*.h5"))
    options = ["--pre-edge", "8180:8320", "--order", "1", "--references", *map(str, sorted(folder.glob("*.txt")))]
    frames = {scan_id_of(scan): frames_of(scan) for scan in scans}
    undisturbed = Pipeline(command, folder, options)
    undisturbed.start()
    begin = time.monotonic()
    check(replay(command, undisturbed, scans, rate).wait(LIMIT_S) == 0, "replay failed")
    seconds = time.monotonic() - begin
    undisturbed.stop()
    return Series(scans, options, frames, final_maps(undisturbed.output), seconds)


def acknowledged(pipeline: Pipeline, scan_ids: list[str], patience_s: float) -> dict[str, set[int]]:
    """What the receipts say now; nothing of a pipeline that does not answer."""
    known: dict[str, set[int]] = {}
    with phasecast.Control(pipeline.endpoints["control"], timeout_s=patience_s) as control:
        for scan_id in scan_ids:
            try:
                known[scan_id] = {k for run in control.receipt(scan_id).recorded for k in run}
            except (phasecast.Refused, TimeoutError):
                pass
    return known


def check_recorded(output: pathlib.Path, series: Series, wanted: dict[str, set[int]]) -> int:
    """That these frames are on disk as they were sent; how many there are."""
    found: dict[str, dict[int, bytes]] = {}
    for path in output.glob("*/scan_*.h5"):
        found.setdefault(scan_id_of(path), {}).update(frames_of(path))
    count = 0
    for scan_id, sequences in wanted.items():
        for sequence in sequences:
            there = found.get(scan_id, {}).get(sequence)
            check(there == series.frames[scan_id][sequence], f"frame {sequence} of scan {scan_id} was acknowledged and lost")
            count += 1
    return count


def torture(command: str, folder: pathlib.Path, series: Series, kills: int, rate: float, rng: random.Random) -> int:
    """One series with so many kills; how many acknowledged frames were looked for."""
    pipeline = Pipeline(command, folder, series.options)
    pipeline.start()
    sender = replay(command, pipeline, series.scans, rate)
    looked_for = 0
    try:
        for _ in range(kills):
            time.sleep(rng.uniform(0, series.seconds / kills))  # the moment of the kill, not a wait for anything
            known = acknowledged(pipeline, list(series.frames), 0.5)
            time.sleep(rng.uniform(0, 0.05))
            pipeline.kill()
            looked_for += check_recorded(pipeline.output, series, known)
            pipeline.start()
        check(sender.wait(LIMIT_S) == 0, f"replay failed: {folder}")
        summary = pipeline.stop()
    finally:
        for process in (sender, pipeline.process):
            process.kill()
            process.wait()
    everything = {scan_id: set(frames) for scan_id, frames in series.frames.items()}
    check_recorded(pipeline.output, series, everything)
    maps = final_maps(pipeline.output)
    check(maps.keys() == series.maps.keys(), f"final maps of {len(maps)} scans, not {len(series.maps)}: {folder}")
    for scan_id, expected in series.maps.items():
        check(maps[scan_id] == expected, f"the final map of scan {scan_id} differs: {folder}")
    check(not list(pipeline.output.glob("*/*.unfinished")), f"marks are left behind: {folder}")
    check(summary["missing"] == "0" and summary["unpaired"] == "0", f"frames count as missing: {folder}")
    return looked_for


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", help="the phasecast program")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "little"))
    parser.add_argument("--rate", type=float, default=400, help="frames per second")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    looked_for = done = series_done = 0
    with tempfile.TemporaryDirectory(prefix="phasecast-kills-") as name:
        folder = pathlib.Path(name)
        (folder / "undisturbed").mkdir()
        series = make_series(options.command, folder / "undisturbed", options.rate)
        check(len(series.maps) == SCANS, f"undisturbed, there are {len(series.maps)} maps of {SCANS} scans")
        while done < options.kills:
            kills = min(rng.randint(1, 4), options.kills - done)
            here = folder / str(done)
            here.mkdir()
            try:
                looked_for += torture(options.command, here, series, kills, options.rate, rng)
            except Failed as failure:
                print(f"after {done} kills, seed {options.seed}: {failure}")
                for log in sorted(here.glob("*.log")):
                    print(f"-- {log.name}\n{log.read_text(errors='replace')[-3000:]}")
                return 1
            done += kills
            series_done += 1
            subprocess.run(["rm", "-rf", str(here)], check=True)
            print(f"after {done} kills {looked_for} acknowledged frames looked for, none lost", flush=True)
    print(f"kills {done}\nacknowledged {looked_for}\nlost 0\nseries {series_done}\nfinal_maps_same_bits {series_done * SCANS}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
