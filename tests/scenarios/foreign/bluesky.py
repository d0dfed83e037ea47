"""Bluesky's documents of a run that measures a scan, as its 0MQ Publisher sends them, in several encodings."""

import json
import pickle

import msgpack

ENCODINGS = {"json": lambda document: json.dumps(document).encode(), "msgpack": msgpack.dumps, "pickle": pickle.dumps}


def documents(scan, exposures, pages=False):
    """Shot k is exposure number exposures[k]."""
    run = "6e1c1a3e-91b1-4a5f-8a36-2f1b5f0c77aa"
    samples = [shown.energy for shown in scan if shown.kind == "sample"]
    yield "start", {"uid": run, "time": 1.7e9, "scan_id": 42, "plan_name": "energy_scan", "energies": samples}
    yield "descriptor", {"uid": "base", "run_start": run, "name": "baseline", "data_keys": {}}
    yield "event", {"uid": "b1", "descriptor": "base", "seq_num": 1, "time": 1.7e9, "data": {}, "timestamps": {}}
    streams = {"dark": "dark", "flat": "flat", "sample": "primary"}
    for kind, name in streams.items():
        keys = {"mono_energy": {"source": "PV:mono", "dtype": "number", "shape": [], "units": "keV"}}
        yield "descriptor", {"uid": "d-" + kind, "run_start": run, "name": name, "data_keys": keys}
    numbers = dict.fromkeys(streams, 0)
    for shown, exposure in zip(scan, exposures):
        numbers[shown.kind] += 1
        n, head = numbers[shown.kind], {"descriptor": "d-" + shown.kind}
        data = {"mono_energy": shown.energy / 1000, "camera.number": float(exposure)}
        if pages:
            columns = {field: [value] for field, value in data.items()}
            yield "event_page", {**head, "uid": [f"{shown.kind}{n}"], "seq_num": [n], "data": columns}
        else:
            yield "event", {**head, "uid": f"{shown.kind}{n}", "seq_num": n, "time": 1.7e9, "data": data}
    counts = {name: numbers[kind] for kind, name in streams.items()}
    yield "stop", {"uid": "stop", "run_start": run, "exit_status": "success", "num_events": counts}


def messages(scan, exposures, encoding):
    """What opens the run, and the rest."""
    pages = encoding.endswith("_pages")
    encode = ENCODINGS[encoding.removesuffix("_pages")]
    opening, rest = [], []
    for name, document in documents(scan, exposures, pages):
        message = [b" ".join([b"beamline", name.encode(), encode(document)])]
        (rest if name not in ("start", "descriptor") else opening).append(message)
    return opening, rest
