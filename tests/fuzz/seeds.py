#!/usr/bin/python3
"""seeds.py DIR: the part of the corpus in other people's formats: foreign HDF5, TIFF, spectra as text, TOML."""

import gzip
import pathlib
import struct
import sys

import h5py
import numpy
import tifffile

sys.path.append(str(pathlib.Path(__file__).parents[1] / "scenarios" / "foreign"))
import bluesky  # noqa: E402
import dectris  # noqa: E402
import json_blob  # noqa: E402
from scan import Shown  # noqa: E402

folder = pathlib.Path(sys.argv[1])


def write(path: str, content: str | bytes) -> None:
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content.encode() if isinstance(content, str) else content)


def write_hdf5() -> None:
    images = numpy.arange(24).reshape(4, 2, 3)
    for name, library in (("old", "earliest"), ("new", "latest")):
        with h5py.File(folder / f"hdf5/fxi_{name}", "w", libver=library) as f:
            f["img_xanes"] = images.astype("f4")
            f["img_bkg"] = numpy.ones((4, 2, 3), "f4")
            f["img_dark"] = numpy.zeros((1, 2, 3), "f4")
            f["X_eng"] = [8.33, 8.34, 8.35, 8.36]
            f["X_eng"].attrs["units"] = "keV"
            f["Pixel Size"], f["note"], f["scan_id"] = "80nm", "a note", 17
        with h5py.File(folder / f"hdf5/aps_{name}", "w", libver=library) as f:
            f.create_dataset("exchange/data", data=images.astype("u2"), chunks=(1, 2, 3), compression="gzip")
            f.create_dataset("exchange/data_flat", data=images.astype("u2") + 9, chunks=(2, 2, 3), shuffle=True)
            f["exchange/energy"] = [8330.0, 8330.0, 8340.0, 8340.0]
            f["measurement/per_step/timestamp_epoch"] = [1.5e9, 1.5e9 + 1, 1.5e9 + 2, 1.5e9 + 3]
    with h5py.File(folder / "hdf5/fxi_transmission", "w") as f:
        f["img_xanes"], f["X_eng"] = images / 24, [8.33, 8.34, 8.35, 8.36]
    with h5py.File(folder / "hdf5/data_exchange", "w") as f:
        f["exchange/data"], f["exchange/data_white"] = images.astype("u2"), images.astype("u2") + 9
        f["exchange/data_dark"], f["exchange/energy"] = images[:2].astype("u2"), [8.33, 8.34, 8.35, 8.36]
    with h5py.File(folder / "hdf5/mantis", "w") as f:
        f["exchange/data"] = images.transpose(2, 1, 0).astype("f4")
        f["exchange/data"].attrs["axes"] = "x:y"
        f["exchange/energy"], f["exchange/x"], f["exchange/y"] = [280.0, 284, 288, 300], [0, 0.5, 1], [0, 0.5]
        f["exchange/energy"].attrs["units"] = "ev"
        f["spectromicroscopy/optical_density"] = images.transpose(2, 1, 0) / 24
    with h5py.File(folder / "hdf5/nxstxm", "w", libver="earliest") as f:
        entry = f.create_group("entry1")
        entry.attrs["NX_class"] = numpy.bytes_("NXentry")
        entry["definition"], entry["title"] = [b"NXstxm"], [b"a sample"]
        counter = entry.create_group("counter0")
        counter.attrs["NX_class"], counter.attrs["signal"] = numpy.bytes_("NXdata"), numpy.bytes_("data")
        counter.attrs["axes"] = [b"energy", b"sample_y", b"sample_x"]
        counter["data"], counter["energy"] = images.astype("f8"), [280.0, 284, 288, 300]
        counter["energy"].attrs["units"] = numpy.bytes_("eV")
        counter["sample_y"], counter["sample_x"], counter["count_time"] = [0, 0.5], [0, 0.5, 1], [0.01] * 4
    with h5py.File(folder / "hdf5/truth", "w") as f:
        f["truth/fraction"], f["truth/scale"] = numpy.ones((2, 2, 3), "f4"), numpy.ones((2, 3), "f4")
        f["truth/states"] = ["a", "b"]


def write_tiff() -> None:
    """The first byte of an input is for the target: how many energies."""
    stack = numpy.arange(3 * 20 * 18).reshape(3, 20, 18)
    styles = {
        "strips": dict(data=stack.astype("u2"), rowsperstrip=7),
        "big_endian": dict(data=stack.astype("u2"), byteorder=">"),
        "floats": dict(data=stack.astype("f4")),
        "doubles": dict(data=stack.astype("f8") / 1000, compression="zlib", predictor=3),
        "tiles": dict(data=stack.astype("u1"), tile=(16, 16)),
        "tiles_lzw": dict(data=stack.astype("u4"), tile=(16, 32), compression="lzw"),
        "packbits": dict(data=stack.astype("u1"), compression="packbits"),
        "deflate": dict(data=stack.astype("u2"), compression="zlib", predictor=2),
        "zstd": dict(data=stack.astype("u2"), compression="zstd"),
        "lzma": dict(data=stack.astype("u2"), compression="lzma"),
        "signed": dict(data=stack.astype("i2")),
        "color": dict(data=numpy.zeros((3, 20, 18, 3), "u1"), photometric="rgb"),
    }
    for name, style in styles.items():
        for big in (False, True) if name in ("strips", "tiles") else (False,):
            data, options = style["data"], {k: v for k, v in style.items() if k != "data"}
            path = folder / "tiff" / (name + ("_big" if big else ""))
            path.parent.mkdir(parents=True, exist_ok=True)
            order = options.pop("byteorder", None)
            try:
                with tifffile.TiffWriter(path, bigtiff=big, byteorder=order) as out:
                    for page in data:
                        out.write(page, metadata=None, **{"photometric": "minisblack", **options})
            except (KeyError, ImportError, ValueError, RuntimeError) as missing:  # a codec that this machine lacks
                print(f"{path.name} left out: {missing}", file=sys.stderr)
                path.unlink(missing_ok=True)
                continue
            path.write_bytes(b"\x03" + path.read_bytes())


ATHENA_PERL = """# Athena project file -- Athena version 0.8.039
$old_group = 'wosk';
@args = ('bkg_e0',7117,'bkg_eshift',0.5,'is_xmu',1,'label','fes2 \\'a\\'','titles',['%name: FeS2','x'],'npts',3);
@x = ('7100','7101.5','7103');
@y = ('0.1','0.5','1.1');
@stddev = ();
[record]   # create object and set arrays in ifeffit

$old_group = 'qrst';
@args = ('label','foil','is_xmu',1);
@x = (7100,7102,7104);
@y = (0.2,0.4,1.2);
@i0 = (1,2,3);
@signal = (4,5,6);
[record]   #

@journal = ('Project: x',"it's");
@plot_features = ('e_mu','mu');
1;

# Local Variables:
# truncate-lines: t
# End:
"""

ATHENA_JSON = """{"_____emacs_mode": "-*- mode: json; truncate-lines: t -*-",
"_____header1": "# Athena project file -- Demeter version 0.9.26",
"_____order": ["fens_003","fens_004"],
"fens_003": {
           "args": {"label":"fenis 003","bkg_eshift":"0.25","datatype":"xmu","titles":["a","b"],"x":null},
           "x": ["8227.951","8238.174","8248.045"],
           "y": ["10026.0","10090.0","9943.0"],
           "i0": [1,2,3]
},
"fens_004": {"args": {"label":"caf\\u00e9"}, "x": [8227.9, 8238.0, 8248.0], "y": [1e0, 2.5, -3]},
"_____journal": {}
}
"""


def write_references() -> None:
    """The first line of an input is for the target: what follows the path."""
    texts = {
        "spaces": "\n8330 0.5\n8333.5 1.5\n8340 1e0\n",
        "name_and_shift": "=NiO@-0.25\n# energy_eV mu\n8330\t0.5\n8333.5\t1.5\n8340\t1\n",
        "csv": ":column=mu2\nenergy,mu,mu2\r\n8330,0.5,1\r\n8333.5,+1.5,2\r\n8340,1,2\r\n",
        "semicolons": "\nEnergy (eV); mu\n8330; 0.5\n 8333.5; 1.5\n8340; 1\n",
        "byte_order_mark": "\n\ufeff8.330 0.5\n# a note between\n8.3335 1.5\n8.340 1",
        "nor": ":column=oxide.avg\n# Column.1: energy eV\n# Column.2: foil\n# Column.3: oxide.avg\n#---\n"
        "7100 0.1 0.2\n7101 0.3 0.4\n",
        "xdi_transmission": "\n# XDI/1.0\n# Column.1: energy keV\n# Column.2: i0\n# Column.3: itrans\n"
        "# Mono.d_spacing: 3.1\n# ///\n# a note\n#----\n# energy i0 itrans\n7.100 200 100\n7.101 300 50\n",
        "xdi_fluorescence": "\n# XDI/1.0\n# Column.1: energy eV\n# Column.2: i0\n# Column.3: ifluor\n#----\n"
        "7100 200 100\n7101 300 50\n",
        "xdi_mutrans": "\n# XDI/1.0 GSE/1.0\n# Column.1: energy eV\n# Column.2: mutrans\n# Column.3: murefer\n#----\n"
        "7100 0.2 0.1\n7101 0.3 0.5\n",
        "xdi_angle": "\n# XDI/1.0\n# Column.1: angle degrees\n# Column.2: mutrans\n# Mono.d_spacing: 3.13\n#----\n"
        "14 0.2\n13 0.3\n",
        "prj_perl": ":column=foil=Fe@1\n" + ATHENA_PERL,
        "prj_perl_quoted": ":column=fes2 'a'\n" + ATHENA_PERL,
        "prj_json": ":column=fenis 003\n" + ATHENA_JSON,
        "prj_unchosen": "\n" + ATHENA_JSON,
    }
    for name, text in texts.items():
        write(f"references/{name}", text)
    for name, text in (("perl", ATHENA_PERL), ("json", ATHENA_JSON)):
        label = b":column=foil\n" if name == "perl" else b":column=fenis 003\n"
        write(f"references/prj_{name}_gzip", label + gzip.compress(text.encode(), mtime=0))
    write("references/gzip_bomb", b"\n" + gzip.compress(b" " * 4_000_000, mtime=0))


SDF = """
ScanDefinition = { Label = "NS_1.hdr"; Type = "NEXAFS Image Scan"; Flags = "Image Stack"; Dwell = 4; Dwell2 = -6.2e+066;
\tRegions = (1,
{
\t\t\tPAxis = { Name = "Sample X"; Unit = "um"; Min = 0; Max = 1; Dir = 1;
\t\t\t\tPoints = (3, 0.0000, 0.5000, 1.0000);
};
\t\t\tQAxis = { Name = "Sample Y"; Unit = "um"; Min = 7; Max = 7.5; Dir = 1;
\t\t\t\tPoints = (2, 7.0000, 7.5000);
};
});
\tStackAxis = { Name = "Energy"; Unit = "eV"; Min = 850; Max = 865; Dir = 1;
\t\tPoints = (2, 853.0000, 857.7500);
};
\tChannels = (1,
{ Name = "V/F"; Unit = "counts";});
};
 Time = "2018 November 10 23:57:34"; BeamFeedback = false;
ImageScan = { EnergyRegions = (1,
{ StartEnergy = 850; EndEnergy = 853; Points = 4;});
};
Image003_0 = {Energy = 853.00;};
"""


def write_sdf() -> None:
    """What follows \\xff is the image, which all energies share."""
    image = "1\t2\t3\n4\t5.5\t6e1\n"
    for name, text in {
        "stack": SDF + "\xff" + image,
        "short": SDF + "\xff1\t2\t3\n",
        "brace": SDF.replace("857.7500)", "857.7500})") + "\xff" + image,
        "kev": SDF.replace('"eV"', '"keV"').replace("853.0000, 857.7500", "0.853, 0.858") + "\xff" + image,
        "regions": SDF.replace("Regions = (1,\n{\n", "Regions = (2,\n{ PAxis = 1;},\n{\n") + "\xff" + image,
    }.items():
        write(f"sdf/{name}", text.encode("latin-1"))


def compound(streams: dict[str, bytes], size: int) -> bytes:
    """A compound file ([MS-CFB]) with sectors of 512 or 4096 bytes; all children of a storage in one chain."""
    small, sectors, table, small_table = b"", b"", [], []

    def chain(rows: list[int], count: int) -> int:
        first = len(rows)
        rows += [first + k + 1 for k in range(count - 1)] + [0xFFFFFFFE]
        return first

    def big(content: bytes) -> int:
        nonlocal sectors
        sectors += content + bytes(-len(content) % size)
        return chain(table, -(-len(content) // size))

    names, entries = {"": 0}, [["Root Entry", 5, 0xFFFFFFFF, 0xFFFFFFFF, 0, 0]]
    last: dict[str, int] = {}
    for path, content in streams.items():
        for parent, name in ([("", path.split("/")[0])] if "/" in path else []) + [path.rpartition("/")[::2]]:
            full = f"{parent}/{name}".lstrip("/")
            if full in names:
                continue
            names[full] = len(entries)
            kind, start = 1, 0
            if full == path:
                kind = 2
                if len(content) < 4096:
                    small += content + bytes(-len(content) % 64)
                    start = chain(small_table, -(-len(content) // 64))
                else:
                    start = big(content)
            entries.append([name, kind, 0xFFFFFFFF, 0xFFFFFFFF, start, len(content) if kind == 2 else 0])
            owner = entries[last[parent]] if parent in last else entries[names[parent]]
            owner[2 if parent in last else 3] = names[full]
            last[parent] = names[full]
    entries[0][4], entries[0][5] = big(small), len(small)
    packed = b"".join(
        name.encode("utf-16le").ljust(64, b"\0")
        + struct.pack("<HBBIII", 2 * len(name) + 2, kind, 0, 0xFFFFFFFF, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, length)
        for name, kind, right, child, start, length in entries
    )
    small_at = big(struct.pack(f"<{len(small_table)}I", *small_table))
    directory_at = big(packed)
    own = -(-len(table) // (size // 4))
    places = [len(table) + k for k in range(own)] + [0xFFFFFFFF] * (109 - own)
    table += [0xFFFFFFFF] * (own * size // 4 - len(table))
    shift, version = (9, 3) if size == 512 else (12, 4)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack(
        "<HHHHH6xIIIIIIIIII109I", 0x3E, version, 0xFFFE, shift, 6, 0, own, directory_at, 0, 4096, small_at,
        -(-len(small_table) * 4 // size), 0xFFFFFFFE, 0, 0xFFFFFFFF, *places[1:], 0xFFFFFFFF)[:512 - 24]
    header = header[:76] + struct.pack("<109I", *places)
    return header.ljust(size, b"\0") + sectors + struct.pack(f"<{len(table)}I", *table)


def write_xrm() -> None:
    number = lambda form, value: struct.pack("<" + form, value)
    for name, pixels, kind, size in (("uint16", numpy.arange(2304, dtype="u2"), 5, 512),
                                     ("uint16_large", numpy.arange(2304, dtype="u2"), 5, 4096),
                                     ("small", numpy.arange(6, dtype="u2"), 5, 512),
                                     ("floats", numpy.arange(6, dtype="f4"), 10, 512)):
        side = 48 if pixels.size == 2304 else 2
        write(f"xrm/{name}", compound({
            "ImageData1/Image1": pixels.tobytes(),
            "ImageInfo/DataType": number("I", kind), "ImageInfo/Date": b"05/29/16 15:03:16\0",
            "ImageInfo/Energy": number("f", 8333), "ImageInfo/ExpTimes": number("f", 0.5),
            "ImageInfo/ImageHeight": number("I", side), "ImageInfo/ImageWidth": number("I", pixels.size // side),
            "ImageInfo/ImagesTaken": number("I", 1), "ImageInfo/PixelSize": number("f", 0.0312),
            "Version": number("f", 4)}, size))


def write_toml() -> None:
    texts = {
        "all": 'frames = "tcp://127.0.0.1:5555"\nmethod = "lcf"\nreferences = ["a.txt=NiO", "b.txt@0.5"]\norder = 1\n'
        "in-flight = 512\ntolerance = 2e-3\nno-record = true\nview = 8050\n",
        "comments": '# a comment\n\n[nothing]\n"tolerance" = 1_000.5 # more\n',
        "dates": "order = 1979-05-27T07:32:00Z\n",
        "unknown": "lamda = 1\n",
        "tables": "[[references]]\na = {b = 1, c = [1, 2]}\n",
        "multiline": "frames = '''\na\nb'''\nmethod = \"\"\"\\\n  rum-tv\"\"\"\n",
        "numbers": "order = 0x1f\nin-flight = 0b101\ntolerance = inf\nview = -1\n",
        "escapes": 'frames = "\\u00e9\\t\\U0001F600"\n',
        "broken": "order = = 1\n",
        "config": 'config = "other.toml"\n',
        "deep": "a = [[[[[[[[[[1]]]]]]]]]]\n",
    }
    for name, text in texts.items():
        write(f"toml/{name}", text)


def write_hdf5_objects() -> None:
    """These are no files but choices: the last byte chooses the layout, the one before which version."""
    for layout in range(7):
        for version in (0, 1):
            write(f"hdf5_objects/start_{layout}{version}", bytes([7] * 40 + [version, 255, 255, layout]))


def write_foreign() -> None:
    """What the senders of tests/scenarios/foreign would send, of three tiny images."""
    images = numpy.arange(3 * 4 * 6, dtype=numpy.uint16).reshape(3, 4, 6)
    scan = [Shown(kind, 0, 8333.0 + k, images[k]) for k, kind in enumerate(("dark", "flat", "sample"))]
    between = b"\xff|\xff"
    for compression in ("none", "lz4", "bslz4"):
        for k, [[message]] in enumerate(dectris.stream(scan, compression)):
            write(f"stream_v2/{compression}_{k}", message)
    for encoding in ("json", "msgpack", "pickle", "json_pages"):
        write(f"bluesky/{encoding}", between.join(m for [m] in bluesky.messages(scan, encoding)))
    for k, source in enumerate((json_blob.adzmq, json_blob.sls, json_blob.recastx)):
        messages = [between.join(message) for frame in source(scan) for message in frame]
        write(f"json_stream/{source.__name__}", bytes([k]) + (2 * between).join(messages))


write_foreign()
write_hdf5()
write_hdf5_objects()
write_tiff()
write_references()
write_sdf()
write_xrm()
write_toml()
