#!/usr/bin/python3
"""seeds.py DIR: the part of the corpus in other people's formats: foreign HDF5, TIFF, spectra as text, TOML."""

import gzip
import pathlib
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
    for layout in range(5):
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
write_toml()
