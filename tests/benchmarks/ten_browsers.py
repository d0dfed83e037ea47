#!/usr/bin/env python3
"""Do browsers cost the pipeline anything? Ten WebSocket clients, one of which never reads, against none.

A simulated detector sends as fast as the pipeline takes frames (or at --rate), pipeline, viewer and clients share
this machine. Prints frames per second and the latency of final maps with and without, and their ratios (median
over alternating pairs of runs).

  tests/benchmarks/ten_browsers.py [--size 512] [--scans 4] [--pairs 5] [--rate HZ]
"""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time

COMMAND = str(pathlib.Path(__file__).parents[2] / "build/release/phasecast")
ANY = [f"--{name}=tcp://127.0.0.1:*" for name in ("frames", "maps", "control")]


def open_websocket(page: str) -> socket.socket:
    host, port = page.removeprefix("http://").rstrip("/").split(":")
    connection = socket.create_connection((host, int(port)))
    connection.sendall(
        f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    return connection


def browse(page: str, browsers: int) -> None:
    """A process of its own, behind the others: elsewhere browsers have machines of their own."""
    os.nice(19)
    connections = [open_websocket(page) for _ in range(browsers)]
    poller = selectors.DefaultSelector()
    for connection in connections[1:]:  # the first never reads
        poller.register(connection, selectors.EVENT_READ)
    print("ready", flush=True)
    buffer, read = bytearray(1 << 20), 0
    while poller.get_map():
        for key, _ in poller.select():
            count = key.fileobj.recv_into(buffer)
            read += count
            if count == 0:
                poller.unregister(key.fileobj)
    print(read, flush=True)


def measure(arguments: argparse.Namespace, browsers: int) -> tuple[float, float, float]:
    """Frames per second, latency p50 (ms), MB read per second by all browsers."""
    with tempfile.TemporaryDirectory() as folder:
        size = str(arguments.size)
        scene = ["--scene", "particle", "--height", size, "--width", size, "--states", "2", "--noise", "0.1"]
        scene += ["--scans", str(arguments.scans)]
        subprocess.run([COMMAND, "simulate", *scene, "--write-references", folder], check=True, stdout=subprocess.DEVNULL)
        references = sorted(str(path) for path in pathlib.Path(folder).glob("*.txt"))
        fifo = os.path.join(folder, "endpoints")
        os.mkfifo(fifo)
        pipeline = subprocess.Popen(
            [COMMAND, "run", *ANY, "--endpoints", fifo, "--no-record", "--references", *references, "--pre-edge", "8180:8320"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        endpoints = json.loads(open(fifo).readline())
        viewer = subprocess.Popen([COMMAND, "view", endpoints["maps"], "--port", "0"], stdout=subprocess.PIPE, text=True)
        page = viewer.stdout.readline().split()[1]
        clients = subprocess.Popen([sys.executable, __file__, "--browse", page, str(browsers)], stdout=subprocess.PIPE, text=True)
        clients.stdout.readline()
        rate = ["--rate", str(arguments.rate)] if arguments.rate else []
        before = time.monotonic()
        subprocess.run([COMMAND, "simulate", *scene, "--to", endpoints["frames"], *rate], check=True, stdout=subprocess.DEVNULL)
        pipeline.terminate()
        summary = dict(line.split(" ", 1) for line in pipeline.communicate()[0].splitlines())
        took = time.monotonic() - before
        viewer.terminate()
        viewer.communicate()
        read = int(clients.communicate()[0])
        assert int(summary["missing"]) == 0 and int(summary["maps_final"]) == arguments.scans, summary
        return int(summary["received"]) / took, float(summary["latency_p50_ms"]), read / took / 1e6


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--scans", type=int, default=4)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--rate", type=float)
    arguments = parser.parse_args()
    rates, latencies = [], []
    print("| browsers | frames/s | latency p50, ms | read, MB/s |\n|---|---|---|---|")
    for pair in range(arguments.pairs):
        results = {}
        for browsers in (0, 10) if pair % 2 == 0 else (10, 0):
            results[browsers] = measure(arguments, browsers)
            print(f"| {browsers} | {results[browsers][0]:.1f} | {results[browsers][1]:.1f} | {results[browsers][2]:.0f} |", flush=True)
        rates.append(results[10][0] / results[0][0])
        latencies.append(results[10][1] / results[0][1])
    print(f"\nwith ten ÷ with none, median of {arguments.pairs}: frames/s {statistics.median(rates):.3f}, "
          f"latency {statistics.median(latencies):.3f}")


if sys.argv[1:2] == ["--browse"]:
    browse(sys.argv[2], int(sys.argv[3]))
else:
    main()
