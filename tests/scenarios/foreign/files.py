"""A scan as files that appear, or as one file that grows."""

import os

import h5py
import tifffile


def folder(scan, target):
    """One TIFF file for each image: written in place, or under another name that is changed at the end."""
    for k, shown in enumerate(scan):
        name = os.path.join(target, f"{shown.kind}_{shown.energy!r}eV_{k:05d}.tif")
        if k % 2:
            tifffile.imwrite(name, shown.image)
        else:
            tifffile.imwrite(os.path.join(target, f".{k}.tmp"), shown.image)
            os.rename(os.path.join(target, f".{k}.tmp"), name)


def growing(scan, target, swmr=True, sized=False):
    with h5py.File(target, "w", libver="latest") as file:
        rows, columns = scan[0].image.shape
        data = file.create_dataset(
            "/entry/data/data", (len(scan) if sized else 0, rows, columns), scan[0].image.dtype,
            maxshape=(None, rows, columns), chunks=(1, rows, columns),
        )
        if swmr:
            file.swmr_mode = True
        for k, shown in enumerate(scan):
            if not sized:
                data.resize(k + 1, axis=0)
            data[k] = shown.image
            data.flush()


def sized(scan, target):
    """As long as it will be from the start: what reads as zero has not come yet."""
    growing(scan, target, sized=True)


def closed(scan, target):
    growing(scan, target, swmr=False)
