#!/usr/bin/env python3
"""service.py ROOT: starts the unit of the phasecast installed in ROOT as systemd would, and measures through it.

systemd itself needs a machine of its own to boot. So this takes its place: the unit's ExecStart as the unit's User in the unit's
WorkingDirectory, with NOTIFY_SOCKET and a watchdog, in ROOT and on a loopback of its own. (What the unit says about hardening is
systemd-analyze's to check.)
"""

from __future__ import annotations

import configparser
import os
import pathlib
import shutil
import socket
import subprocess
import sys

NO_NETWORK = "PHASECAST_TEST_ALONE"


class Root:
    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        passwd = (path / "etc" / "passwd").read_text().splitlines()
        self.uid, self.gid = next(map(int, line.split(":")[2:4]) for line in passwd if line.startswith("phasecast:"))

    def command(self, *words: str, user: str = "phasecast") -> list[str]:
        return ["chroot", f"--userspec={user}", str(self.path), *words]

    def folder(self, name: str) -> pathlib.Path:
        """A StateDirectory= or RuntimeDirectory=."""
        folder = self.path / name.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        return folder

    def run(self, *words: str) -> str:
        print("$", *words, flush=True)
        return subprocess.run(self.command(*words), check=True, stdout=subprocess.PIPE, text=True, timeout=300).stdout


def unit(root: Root) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(root.path / "lib" / "systemd" / "system" / "phasecast.service")
    return dict(parser["Service"])


def told(manager: socket.socket) -> str:
    return manager.recv(4096).decode()


def main(path: pathlib.Path) -> None:
    root = Root(path)
    service = unit(root)
    assert service["User"] == "phasecast" and service["Type"] == "notify", service
    state, run = root.folder(service["WorkingDirectory"]), root.folder("/run/" + service["RuntimeDirectory"])

    references = "/tmp/references"
    root.run("phasecast", "simulate", "--write-references", references)
    configuration = path / "etc" / "phasecast" / "phasecast.toml"
    files = sorted(str(file.relative_to(path)) for file in (path / references.lstrip("/")).iterdir())
    with configuration.open("a") as file:
        file.write("references = [" + ", ".join(f'"/{name}"' for name in files) + ']\npre-edge = "8180:8320"\norder = 1\n')

    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.settimeout(60)
    (run / "notify").unlink(missing_ok=True)
    manager.bind(str(run / "notify"))
    os.chown(run / "notify", root.uid, root.gid)
    environment = {"PATH": "/usr/sbin:/usr/bin", "NOTIFY_SOCKET": "/run/phasecast/notify",
                   "WATCHDOG_USEC": str(int(float(service["WatchdogSec"]) * 1e6 / 100))}
    start = root.command("/usr/bin/env", f"--chdir={service['WorkingDirectory']}", *service["ExecStart"].split())
    with (run / "log").open("w") as log:
        process = subprocess.Popen(start, env=environment, stdout=log, stderr=log)
    try:
        assert told(manager) == "READY=1"
        print("READY=1; user", pwd_name(process.pid, root), flush=True)
        print((run / "endpoints.json").read_text().strip())
        root.run("phasecast", "simulate", "--height", "96", "--width", "128", "--scans", "2",
                 "--to", "tcp://127.0.0.1:5555", "--control", "tcp://127.0.0.1:5557")
        assert told(manager).startswith("WATCHDOG=1\nSTATUS=")
        process.terminate()
        message = told(manager)
        while message.startswith("WATCHDOG=1"):
            print(message.split("\n")[1], flush=True)
            message = told(manager)
        assert message == "STOPPING=1", message
        assert process.wait(60) == 0
    finally:
        process.kill()
        print((run / "log").read_text())
    maps = list(state.rglob("maps*.h5"))
    assert len(maps) == 1 and len(list(state.rglob("scan_*.h5"))) == 2, list(state.rglob("*"))
    inside = "/" + str(maps[0].relative_to(path))
    root.run("phasecast", "export", inside, "-o", "/tmp/exported", "--overwrite")
    print((path / "tmp" / "exported" / "means.csv").read_text())
    assert (path / "tmp" / "exported" / "map_0001.png").stat().st_size > 10000  # letters need a font
    shutil.rmtree(run)


def pwd_name(pid: int, root: Root) -> str:
    uid = pathlib.Path(f"/proc/{pid}").stat().st_uid
    assert uid == root.uid, (uid, root.uid)
    return "phasecast"


if __name__ == "__main__":
    if NO_NETWORK not in os.environ:  # the service's own ports, whatever runs on this machine
        os.environ[NO_NETWORK] = "1"
        os.execvp("unshare", ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$0" "$@"', *sys.argv])
    main(pathlib.Path(sys.argv[1]))
