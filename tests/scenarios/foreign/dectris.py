"""DECTRIS Stream V2 as its documentation has it: CBOR start, image and end messages, written with cbor2."""

import struct

import cbor2
import lz4.block
import numpy as np

TYPED_ARRAY = {"|u1": 64, "<u2": 69, "<u4": 70, ">u2": 65, ">u4": 66, "<f4": 85, "<f8": 86}
BLOCK = 8192  # bytes, bitshuffle's own choice


def hdf5_lz4(raw, block=BLOCK):
    """HDF5's LZ4 filter: a block that does not become shorter is stored."""
    out = [struct.pack(">QI", len(raw), block)]
    for begin in range(0, len(raw), block):
        plain = raw[begin : begin + block]
        packed = lz4.block.compress(plain, store_size=False)
        packed = packed if len(packed) < len(plain) else plain
        out += [struct.pack(">I", len(packed)), packed]
    return b"".join(out)


def bitshuffled(raw, element):
    """Bit plane by bit plane, the lowest bit of the first byte of all elements first."""
    bits = np.unpackbits(np.frombuffer(raw, np.uint8).reshape(-1, element), axis=1, bitorder="little")
    return np.packbits(bits.T.reshape(-1), bitorder="little").tobytes()


def hdf5_bslz4(raw, element, block=BLOCK):
    """HDF5's bitshuffle filter with LZ4: what is beyond a multiple of 8 elements follows as it is."""
    shuffled = len(raw) // (8 * element) * (8 * element)
    out = [struct.pack(">QI", len(raw), block)]
    for begin in range(0, shuffled, block):
        packed = lz4.block.compress(bitshuffled(raw[begin : min(begin + block, shuffled)], element), store_size=False)
        out += [struct.pack(">I", len(packed)), packed]
    return b"".join(out) + raw[shuffled:]


def image_item(image, compression, order="<"):
    stored = image.astype(image.dtype.newbyteorder(order))
    raw, element = stored.tobytes(), stored.dtype.itemsize
    if compression == "lz4":
        raw = cbor2.CBORTag(56500, ["lz4", 0, hdf5_lz4(raw)])
    elif compression == "bslz4":
        raw = cbor2.CBORTag(56500, ["bslz4", element, hdf5_bslz4(raw, element)])
    return cbor2.CBORTag(40, [list(image.shape), cbor2.CBORTag(TYPED_ARRAY[stored.dtype.str], raw)])


def stream(scan, compression="none", order="<", series=12):
    ids = {"series_id": series, "series_unique_id": f"01HBV3JPF9T4ZDPADX5EVJ0SV{series}"}
    rows, columns = scan[0].image.shape
    start = {
        "type": "start",
        **ids,
        "arm_date": cbor2.CBORTag(0, "2026-11-26T03:00:00.000000+00:00"),
        "channels": ["threshold_1", "threshold_2"],
        "count_time": 0.5,
        "flatfield": {"threshold_1": image_item(np.ones((rows, columns), np.float32), "none")},
        "image_size_x": columns,
        "image_size_y": rows,
        "incident_energy": 8333.0,
        "number_of_images": len(scan),
        "threshold_energy": {"threshold_1": 4000.0, "threshold_2": 12000.0},
        "user_data": None,
    }
    yield [[cbor2.dumps(start)]]
    for k, shown in enumerate(scan):
        message = {
            "type": "image",
            **ids,
            "image_id": k,
            "real_time": [50000000, 100000000],
            "series_date": cbor2.CBORTag(0, "2026-11-26T03:00:00.000000+00:00"),
            "start_time": [k * 50000000, 100000000],
            "stop_time": [(k + 1) * 50000000, 100000000],
            "user_data": {"energy": shown.energy, "frame": shown.kind},
            "data": {
                "threshold_2": image_item(np.zeros_like(shown.image), compression, order),
                "threshold_1": image_item(shown.image, compression, order),
            },
        }
        yield [[cbor2.dumps(message)]]
    yield [[cbor2.dumps({"type": "end", **ids})]]


def plain(scan):
    return stream(scan)


def big_endian(scan):
    return stream(scan, order=">")


def lz4_(scan):
    return stream(scan, "lz4")


def bslz4(scan):
    return stream(scan, "bslz4")
