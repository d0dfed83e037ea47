#!/usr/bin/env python3
"""run_page.py PAGE BUILD: types what a page of tools/docs says, as it is written.

All blocks ```sh of the page are one bash session, in an empty folder and on a loopback of its own, so that a page may use
phasecast's usual ports. ```sh measured runs only where ../shared/data is, with its scans and references in that folder;
```console is not run. A line <!-- then: FILE... --> says what must be there afterwards. Status 77: cannot be tried here.
"""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
ALONE = ["unshare", "--net", "--pid", "--fork", "--kill-child"]
BEGIN = "set -euo pipefail\nip link set lo up\nset -v\n"


def alone() -> list[str] | None:
    """How to get a network of one's own: as root, or as a user that may."""
    for command in (ALONE, [*ALONE, "--user", "--map-root-user"]):
        if subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            return command
    return None


def blocks(page: str) -> list[tuple[str, str]]:
    return re.findall(r"^```(\S[^\n]*)?\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def script(page: str) -> str:
    measured = DATA.is_dir()
    if not measured and "```sh measured" in page:
        print("without the measured data in ../shared/data: only the other blocks")
    wanted = ("sh", "sh measured") if measured else ("sh",)
    return "".join(text for kind, text in blocks(page) if kind in wanted)


def main(path: pathlib.Path, build: pathlib.Path) -> int:
    command = alone()
    if command is None:
        print("no network namespace can be made here")
        return 77
    page = path.read_text()
    text = script(page)
    with tempfile.TemporaryDirectory(prefix="phasecast-docs-") as name:
        folder = pathlib.Path(name)
        if DATA.is_dir():
            for file in (*(DATA / "scans").iterdir(), *(DATA / "references").iterdir()):
                (folder / file.name).symlink_to(file)
        environment = os.environ | {
            "PATH": f"{build}:/usr/bin:{os.environ['PATH']}",  # Debian's python3 has numpy
            "PYTHONPATH": str(ROOT / "tools" / "python"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        status = subprocess.run([*command, "bash", "-c", BEGIN + text], cwd=folder, env=environment).returncode
        if status != 0:
            print(f"{path.name}: its commands ended with status {status}")
            return 1
        named = " ".join(re.findall(r"^<!-- then: (.*) -->$", page, re.MULTILINE)).split()
        missing = [file for file in named if not any(folder.glob(file))]
        if DATA.is_dir() and missing:
            print(f"{path.name}: there should be {', '.join(missing)}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
