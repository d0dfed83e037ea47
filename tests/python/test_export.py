"""What `phasecast export` writes, read by what people open it with."""

from __future__ import annotations

import csv
import pathlib
import subprocess
import tempfile
import unittest
from typing import Any

import h5py
import numpy as np
import tifffile
from PIL import Image

from live import COMMAND

SCANS, SHAPE, PIXEL_SIZE_UM = 3, (32, 40), 0.05
SCENE = ["--scene", "particle", "--height", str(SHAPE[0]), "--width", str(SHAPE[1])]
REGION = (8, 4, 20, 16)
LAYERS = ("fraction", "uncertainty", "scale", "residual", "mask")


def run(*arguments: object) -> str:
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout


class TestExport(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="phasecast-export-")))
        references, maps = self.folder / "references", self.folder / "maps.h5"
        run(COMMAND, "simulate", *SCENE, "--pixel-size", PIXEL_SIZE_UM, "--scans", SCANS, "--write-references",
            references, "-o", self.folder / "scan.h5")  # fmt: skip
        self.scans = sorted(self.folder.glob("scan_*.h5"))
        run(COMMAND, "unmix", *self.scans, "--references", *sorted(references.iterdir()), "--pre-edge",
            "8180:8320", "-o", maps)  # fmt: skip
        self.file = self.enterContext(h5py.File(maps))
        self.maps = self.file["entry/chemical_state"]
        self.states = [name.decode() for name in self.maps["state"]]

    def export(self, *options: object) -> pathlib.Path:
        folder = self.folder / "exported"
        run(COMMAND, "export", self.folder / "maps.h5", "-o", folder, *options)
        return folder

    def stacks(self) -> dict[str, Any]:
        """File name -> what h5py reads, [scan, Y, X]."""
        stacks = {f"{name}.tif": self.maps[name][:] for name in ("scale", "residual", "mask")}
        for place, state in enumerate(self.states):
            for name in ("fraction", "uncertainty"):
                stacks[f"{name}_{state}.tif"] = self.maps[name][:, place]
        return stacks

    def assert_same_bits(self, read: Any, expected: Any, name: str) -> None:
        self.assertEqual((read.shape, read.dtype), (expected.shape, expected.dtype), name)
        self.assertEqual(read.tobytes(), expected.tobytes(), name)

    def test_tifffile_reads_the_bits_of_the_map_file_and_a_calibrated_series(self) -> None:
        folder = self.export("--tiff")
        stacks = self.stacks()
        self.assertEqual({path.name for path in folder.iterdir()}, set(stacks))
        for name, expected in stacks.items():
            with tifffile.TiffFile(folder / name) as tiff:
                self.assertEqual(len(tiff.pages), SCANS)
                self.assert_same_bits(tiff.asarray(), expected, name)
                self.assertEqual(tiff.series[0].axes, "TYX")
                self.assertEqual(tiff.imagej_metadata["unit"], "um")
                pixels, per_um = tiff.pages[0].tags["XResolution"].value
                self.assertEqual(per_um / pixels, PIXEL_SIZE_UM)

    def test_imagej_finds_all_scans_in_one_block_behind_the_first_offset(self) -> None:
        """As its TiffDecoder does for a description that says how many images there are."""
        folder = self.export("--tiff")
        for name, expected in self.stacks().items():
            with tifffile.TiffFile(folder / name) as tiff:
                self.assertEqual(tiff.imagej_metadata["images"], SCANS)
                offset = tiff.pages[0].dataoffsets[0]
            block = np.fromfile(folder / name, expected.dtype, expected.size, offset=offset)
            self.assert_same_bits(block.reshape(expected.shape), expected, name)

    def test_pillow_reads_every_page(self) -> None:
        folder = self.export("--tiff")
        for name, expected in self.stacks().items():
            with Image.open(folder / name) as image:
                self.assertEqual(image.n_frames, SCANS)
                for scan in range(SCANS):
                    image.seek(scan)
                    self.assert_same_bits(np.asarray(image), expected[scan], name)

    def test_imagemagick_reads_masks_exactly_and_fractions_to_its_16_bits(self) -> None:
        folder = self.export("--tiff")
        raw = self.folder / "page.gray"
        valid = self.maps["mask"][:] == 0
        for scan in range(SCANS):
            run("/usr/bin/convert", f"{folder}/mask.tif[{scan}]", "-depth", 8, raw)
            np.testing.assert_array_equal(
                np.fromfile(raw, np.uint8).reshape(SHAPE), self.maps["mask"][scan]
            )
            for place, state in enumerate(self.states):
                run("/usr/bin/convert", "-quiet", f"{folder}/fraction_{state}.tif[{scan}]", "-depth", 16, "-endian",
                    "LSB", raw)  # fmt: skip
                read = np.fromfile(raw, "<u2").reshape(SHAPE)[valid[scan]] / 65535
                np.testing.assert_allclose(
                    read, self.maps["fraction"][scan, place][valid[scan]], rtol=0, atol=0.51 / 65535
                )

    def test_numpy_finds_the_means_of_the_table(self) -> None:
        x, y, width, height = REGION
        region = f"{x},{y},{width},{height}=core"
        folder = self.export("--csv", "--region", region, "--recordings", *self.scans)
        with open(folder / "means.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["region"] for row in rows], ["whole", "core"] * SCANS)
        for number, row in enumerate(rows):
            scan = number // 2
            part = np.s_[:, :] if row["region"] == "whole" else np.s_[y : y + height, x : x + width]
            layers = {name: self.maps[name][scan][(..., *part)] for name in LAYERS}
            valid = layers["mask"] == 0
            scale = layers["scale"][valid].astype(float)
            self.assertEqual(int(row["valid_pixels"]), valid.sum())
            self.assertGreater(valid.sum(), 0)
            self.assertAlmostEqual(float(row["scale"]), scale.mean(), 12)
            self.assertAlmostEqual(float(row["residual"]), layers["residual"][valid].mean(dtype=float), 12)
            for place, state in enumerate(self.states):
                mean = np.average(layers["fraction"][place][valid], weights=scale)
                deviation = np.linalg.norm(scale * layers["uncertainty"][place][valid]) / scale.sum()
                self.assertAlmostEqual(float(row[f"fraction {state}"]), mean, 12)
                self.assertAlmostEqual(float(row[f"uncertainty {state}"]), deviation, 12)
            with h5py.File(self.scans[scan]) as recording:
                metadata = recording["entry/scan_start/metadata"].attrs
                self.assertEqual(row["potential_V"], metadata["potential_V"])

    def test_pictures_and_animation_are_of_the_same_size_and_number(self) -> None:
        folder = self.export("--png", "--gif")
        pictures = sorted(folder.glob("*.png"))
        self.assertEqual([path.name for path in pictures], [f"map_{scan:04}.png" for scan in range(SCANS)])
        sizes = {run("/usr/bin/identify", "-format", "%wx%h", path) for path in pictures}
        frames = run("/usr/bin/identify", "-format", "%wx%h %T\n", folder / "maps.gif").splitlines()
        self.assertEqual(frames, [f"{sizes.pop()} 50"] * SCANS)
        self.assertEqual(sizes, set())

    def test_without_a_format_all_are_written_for_the_scans_asked_for(self) -> None:
        folder = self.export("--scans", "0,2")
        table, pictures = {"means.csv", "maps.gif"}, {"map_0000.png", "map_0002.png"}
        self.assertEqual({path.name for path in folder.iterdir()}, set(self.stacks()) | table | pictures)
        np.testing.assert_array_equal(tifffile.imread(folder / "scale.tif"), self.maps["scale"][::2])

    def test_a_second_export_is_refused_and_changes_nothing_unless_it_may_overwrite(self) -> None:
        folder = self.export("--tiff")
        (folder / "mask.tif").write_text("mine")
        before = {path.name: path.read_bytes() for path in folder.iterdir()}
        with self.assertRaisesRegex(RuntimeError, r"\.tif is 'there already', expected .* --overwrite"):
            self.export()
        self.assertEqual({path.name: path.read_bytes() for path in folder.iterdir()}, before)
        self.export("--tiff", "--overwrite")
        np.testing.assert_array_equal(tifffile.imread(folder / "mask.tif"), self.maps["mask"][:])

    def test_a_file_without_maps_is_refused_by_name(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "scan_000.h5: field /entry/chemical_state is 'absent'"):
            run(COMMAND, "export", self.scans[0], "-o", self.folder / "exported")
        self.assertFalse((self.folder / "exported").exists())
