#!/usr/bin/python3
"""mutated.py READER [--copies N] [--seed S] [KIND...]: damages copies of real files (../shared/data, where it is
present) and of the corpus, reads each in a process of its own, and checks that it is read or refused by its name:
never a crash, never a hang. READER is read_file, or phasecast itself, whose `inspect` then has to survive them."""

import argparse
import collections
import concurrent.futures
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile

root = pathlib.Path(__file__).resolve().parents[2]
corpus = root / "tests/fuzz/corpus"

#: kind: how it is read, and the file; relative to the folder of real data, or in the corpus
REAL = {
    "fxi": ("scan", pathlib.Path("scans/als_fe2p_fxi.h5")),
    "32id": ("scan", pathlib.Path("scans/ssrl_nca_2energy_32id.h5")),
    "data_exchange": ("scan", corpus / "hdf5/data_exchange"),
    "mantis": ("scan", corpus / "hdf5/mantis"),
    "nxstxm": ("scan", pathlib.Path("formats/nxstxm/Sample_Stack_2021-03-16_128.hdf5")),
    "sdf": ("scan", pathlib.Path("formats/sdf/stxm-scan.hdr")),
    "xim": ("scan", pathlib.Path("formats/sdf/stxm-scan_a003.xim")),
    "xrm": ("scan", pathlib.Path("formats/xrm_ssrl/rep01_20161456_ssrl-test-data_08324.0_eV_001of003.xrm")),
    "tiff": ("stack", pathlib.Path("formats/tiff_nor/test_stack.tiff")),
    "nor": ("reference:column=Fe_SIDERITE_5_13_tr_cl.avg", pathlib.Path("formats/tiff_nor/test_ref_athena.nor")),
    "xdi": ("reference", pathlib.Path("formats/xdi/Fe2O3_rt_01.xdi")),
    "prj": ("reference", pathlib.Path("formats/athena_prj/FeS2.prj")),
    "prj_gzip": ("reference:column=fenis_ni_rt_xafs_003", pathlib.Path("formats/athena_prj/Ni_FeNiS20_RT.prj")),
    "text": ("reference", pathlib.Path("references/als_fe2p_reduced.txt")),
    "recording": ("scan", corpus / "hdf5/recording"),
    "maps": ("maps", corpus / "hdf5/maps"),
}
GOOD = ("read", "refused", "refused as libhdf5 crashed")
HEAD = 8192  # where most of a file's structure lies


def mutated(content: bytes, choose: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(choose.choice((1, 1, 2, 4, 16))):
        reach = min(HEAD, len(damaged)) if choose.random() < 0.6 else len(damaged)
        if reach == 0:
            break
        at = choose.randrange(reach)
        length = min(choose.choice((1, 1, 2, 4, 8, 64, 512)), len(damaged) - at)
        match choose.randrange(6):
            case 0:
                damaged[at] ^= 1 << choose.randrange(8)
            case 1:
                damaged[at : at + length] = choose.randbytes(length)
            case 2:
                damaged[at : at + length] = bytes([choose.choice((0, 255))]) * length
            case 3:
                source = choose.randrange(reach)
                damaged[at : at + length] = damaged[source : source + length]
            case 4:
                del damaged[at : at + length]
            case 5 if choose.random() < 0.3:
                del damaged[at:]
    return bytes(damaged)


def lay_out(copy: int, content: bytes, original: pathlib.Path, folder: pathlib.Path) -> pathlib.Path:
    """Writes a damaged copy where its kind is looked for, with the sound files that belong to it; the path to read."""
    place = folder / str(copy)
    place.mkdir()
    if original.suffix == ".xim":
        for sound in original.parent.glob(original.name.split("_a")[0] + "*"):
            (place / sound.name).symlink_to(sound)
        (place / original.name).unlink()
        (place / original.name).write_bytes(content)
        return place / (original.name.split("_a")[0] + ".hdr")
    if original.suffix == ".hdr":
        for image in original.parent.glob(original.stem + "_a*.xim"):
            (place / image.name).symlink_to(image)
    (place / original.name).write_bytes(content)
    return place / original.name


def outcome(reader: str, kind: str, path: pathlib.Path) -> str:
    kind, _, column = kind.partition(":")
    if pathlib.Path(reader).name == "phasecast":  # whatever the kind
        arguments = ["inspect", str(path)]
    else:
        arguments = [kind, f"{path}:{column}" if column else str(path), *(["57"] if kind == "stack" else [])]
    try:
        done = subprocess.run([reader, *arguments], capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return "hangs"
    if done.returncode == 0:
        return "read"
    if done.returncode == 1 and b"library crashed" in done.stderr:
        return "refused as libhdf5 crashed" if str(path).encode() in done.stderr else "crash without its name"
    if done.returncode == 1:
        named = str(path.with_suffix("")).encode() in done.stderr  # a part of it (.xim) is named by its own name
        return "refused" if named else "refused without its name"
    return f"signal {-done.returncode}" if done.returncode < 0 else f"exit {done.returncode}"


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("reader")
    options.add_argument("--copies", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=pathlib.Path, help="folder for the copies that something went wrong with")
    options.add_argument("--data", type=pathlib.Path, default=root.parent / "shared/data")
    options.add_argument("kinds", nargs="*")
    given = options.parse_intermixed_args()
    wrong = 0
    for kind in given.kinds or REAL:
        how, original = REAL[kind]
        original = given.data / original
        if not original.exists():
            print(f"{kind}: {original} is not here: skipped")
            continue
        content = original.read_bytes()
        counts: collections.Counter[str] = collections.Counter()

        with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:

            def one(copy: int) -> tuple[int, str]:
                choose = random.Random(f"{given.seed} {kind} {copy}")
                damaged = mutated(content, choose)
                path = lay_out(copy, damaged, original, pathlib.Path(folder))
                result = outcome(given.reader, how, path)
                if result not in GOOD:
                    print(f"{kind} seed {given.seed} copy {copy}: {result}", flush=True)
                    if given.keep:
                        given.keep.mkdir(parents=True, exist_ok=True)
                        (given.keep / f"{kind}_{given.seed}_{copy}").write_bytes(damaged)
                shutil.rmtree(path.parent)
                return copy, result

            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                for _, result in pool.map(one, range(given.copies)):
                    counts[result] += 1
        print(f"{kind}: {given.copies} copies, " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
        wrong += sum(n for what, n in counts.items() if what not in GOOD)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
