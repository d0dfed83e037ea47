"""JSON headers with pixels behind them, as their makers' sources and manuals describe them."""

import json


def dumps(header):
    return json.dumps(header).encode()


FIRST = 417


def adzmq(scan, first=FIRST):
    """EPICS areaDetector, NDPluginZMQ: dimensions fastest first, unique ids from wherever the counter stands."""
    for k, shown in enumerate(scan):
        rows, columns = shown.image.shape
        attributes = {
            "ColorMode": {"value": 0, "dataType": "int32"},
            "Energy": {"value": shown.energy, "dataType": "float64"},
            "FrameType": {"value": shown.kind, "dataType": "string"},
        }
        header = {
            "htype": ["chunk-1.0"],
            "type": str(shown.image.dtype),
            "shape": [columns, rows],
            "frame": first + k,
            "ndattr": attributes,
        }
        yield [[dumps(header), shown.image.tobytes()]]


def sls(scan, file_index=6):
    """slsDetectorPackage 7, JSON header version 4: two messages for each image, and a dummy header at the end."""
    for k, shown in enumerate(scan):
        rows, columns = shown.image.shape
        header = {
            "jsonversion": 4,
            "bitmode": 8 * shown.image.dtype.itemsize,
            "fileIndex": file_index,
            "detshape": [1, 1],
            "shape": [columns, rows],
            "size": shown.image.nbytes,
            "acqIndex": k + 1,
            "frameIndex": k,
            "progress": 100.0 * (k + 1) / len(scan),
            "fname": "/data/run",
            "data": 1,
            "completeImage": 1,
            "frameNumber": k + 1,
            "expLength": 0,
            "packetNumber": 40,
            "timestamp": 0,
            "modId": 0,
            "row": 0,
            "column": 0,
            "detType": 5,
            "version": 2,
            "flipRows": 0,
            "quad": 0,
            "addJsonHeader": {"energy": repr(shown.energy), "kind": shown.kind},
        }
        yield [[dumps(header)], [shown.image.tobytes()]]
    yield [[dumps({"jsonversion": 4, "data": 0, "shape": [0, 0], "fname": "", "addJsonHeader": {}})]]


def recastx(scan):
    """recastx and std-daq: darks, flats and projections each count for themselves."""
    for shown in scan:
        index = {"dark": 0, "flat": 1, "sample": 2}[shown.kind]
        header = {
            "frame": shown.nth,
            "shape": list(shown.image.shape),
            "image_attributes": {"scan_index": index},
            "photonEnergy": shown.energy / 1000,
        }
        yield [[dumps(header), shown.image.tobytes()]]
