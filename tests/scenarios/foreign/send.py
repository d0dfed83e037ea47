#!/usr/bin/env python3
"""Plays a foreign detector: sends a recorded scan in one of the protocols that `phasecast bridge` understands.

Shares no code with phasecast. Usage: send.py PROTOCOL SCAN.h5 --to ENDPOINT [--fault NAME ARGUMENT...]
"""

import argparse
import dataclasses

import numpy
import zmq

import bluesky
import dectris
import faults
import files
import json_blob
import scan as recorded

MESSAGES = {
    "adzmq": json_blob.adzmq,
    "sls": json_blob.sls,
    "recastx": json_blob.recastx,
    "dectris": dectris.plain,
    "dectris_big_endian": dectris.big_endian,
    "dectris_lz4": dectris.lz4_,
    "dectris_bslz4": dectris.bslz4,
}
FILES = {"folder": files.folder, "growing": files.growing, "sized": files.sized, "closed": files.closed}
FIRST = json_blob.FIRST  # number of an exposure


def open_socket(context, kind, endpoint, bind):
    """A publisher waits for its subscriber."""
    socket = context.socket(zmq.PUSH if kind == "push" else zmq.XPUB)
    socket.sndhwm = 0
    (socket.bind if bind else socket.connect)(endpoint)
    if kind == "pub":
        assert socket.recv()[:1] == b"\x01"
    return socket


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("protocol", choices=sorted(MESSAGES | FILES))
    parser.add_argument("scan")
    parser.add_argument("--to", required=True)
    parser.add_argument("--socket", choices=("push", "pub"), default="push")
    parser.add_argument("--metadata", help="where bluesky's documents are published")
    parser.add_argument("--documents", choices=("json", "msgpack", "pickle", "json_pages"), default="json")
    parser.add_argument("--lose-documents", type=int, nargs="*", default=[])
    parser.add_argument("--extra-exposure", type=int, help="before this one, one that no document is about")
    parser.add_argument("--fault", nargs="+", action="append", default=[])
    options = parser.parse_args()

    scan = recorded.read(options.scan)
    if options.protocol in FILES:
        FILES[options.protocol](scan, options.to)
        return
    shown, exposures = scan, list(range(FIRST, FIRST + len(scan)))
    if (extra := options.extra_exposure) is not None:
        shown = scan[:extra] + [dataclasses.replace(scan[extra], image=numpy.zeros_like(scan[extra].image))] + scan[extra:]
        exposures = [k + (k >= FIRST + extra) for k in exposures]
    frames = list(MESSAGES[options.protocol](shown))
    for name, *arguments in options.fault:
        frames = faults.ALL[name](frames, *arguments)
    context = zmq.Context()
    metadata = open_socket(context, "pub", options.metadata, bind=True) if options.metadata else None
    socket = open_socket(context, options.socket, options.to, bind=False)
    opening, rest = bluesky.messages(scan, exposures, options.documents) if metadata else ([], [])
    for message in opening:
        metadata.send_multipart(message)
    for frame in frames:
        for message in frame:
            socket.send_multipart(message)
    for k, message in enumerate(rest):
        if k not in options.lose_documents:
            metadata.send_multipart(message)
    if metadata:
        metadata.close(linger=60000)
    socket.close(linger=60000)
    context.term()


if __name__ == "__main__":
    main()
