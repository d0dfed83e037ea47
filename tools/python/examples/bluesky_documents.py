"""Sends what bluesky measures to phasecast: RE.subscribe(SendToPhasecast(detector, image="camera_image")).

The plan's metadata has the energies: RE(plan(), energies_ev=[...]). Streams "dark" and "flat" are the
corrections, shared by all energies; an event of stream "primary" is the image at the next energy. Other
streams are left out. Events must be filled.
"""

from __future__ import annotations

from typing import Any

import numpy as np

import phasecast


class SendToPhasecast:
    def __init__(self, detector: phasecast.Detector, image: str, darks: int = 1, flats: int = 1) -> None:
        self.detector, self.image, self.darks, self.flats = detector, image, darks, flats
        self.run: dict[str, Any] = {}
        self.streams: dict[str, str] = {}  # their names by their descriptors
        self.scan: phasecast.Scan | None = None

    def __call__(self, name: str, document: dict[str, Any]) -> None:
        if name in ("start", "descriptor", "event", "stop"):
            getattr(self, name)(document)

    def start(self, document: dict[str, Any]) -> None:
        self.run, self.streams, self.scan = document, {}, None

    def descriptor(self, document: dict[str, Any]) -> None:
        self.streams[document["uid"]] = document["name"]
        if self.scan is None:
            key = document["data_keys"][self.image]
            energies_ev, shape, dtype = self.run["energies_ev"], key["shape"][-2:], key["dtype_numpy"]
            plan = {"darks": self.darks, "flats": self.flats, "scan_id": self.run["uid"]}
            self.scan = self.detector.scan(energies_ev, shape, dtype, **plan).begin()

    def event(self, document: dict[str, Any]) -> None:
        stream, image = self.streams[document["descriptor"]], np.squeeze(document["data"][self.image])
        if self.scan is None:
            raise RuntimeError(f"event {document['uid']} came before its descriptor")
        if stream == "primary":
            self.scan.sample(image, document["seq_num"] - 1)
        elif stream == "dark":
            self.scan.dark(image)
        elif stream == "flat":
            self.scan.flat(image)

    def stop(self, document: dict[str, Any]) -> None:
        if self.scan is not None:
            complete = document["exit_status"] == "success"
            self.scan.end("complete" if complete else "aborted", document.get("reason", ""))
