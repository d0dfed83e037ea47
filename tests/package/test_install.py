"""What cmake --install puts where, and which build a package's command becomes."""

from __future__ import annotations

import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PHASECAST = pathlib.Path(os.environ["PHASECAST_COMMAND"])
BUILD = PHASECAST.parent


class TestInstall(unittest.TestCase):
    """Of the build under test: a build for this machine, below /usr/local, here below a folder of the test."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.folder.name)
        subprocess.run(["cmake", "--install", BUILD], env=os.environ | {"DESTDIR": str(cls.root)}, check=True, stdout=subprocess.DEVNULL)
        cls.prefix = cls.root / "usr" / "local"

    @classmethod
    def tearDownClass(cls) -> None:
        cls.folder.cleanup()

    def test_the_command_and_what_it_says_of_itself(self) -> None:
        told = subprocess.run([self.prefix / "bin" / "phasecast", "--version"], capture_output=True, text=True)
        self.assertEqual(told.returncode, 0)
        for path in ("man/man1/phasecast.1.gz", "man/man1/phasecast-run.1.gz", "bash-completion/completions/phasecast",
                     "zsh/vendor-completions/_phasecast", "doc/phasecast/run.toml", "doc/phasecast/copyright",
                     "doc/phasecast/licenses-of-the-page.txt", "phasecast/phasecast.proto"):
            self.assertTrue((self.prefix / "share" / path).is_file(), path)

    def test_links_between_the_pages_lead_somewhere_still(self) -> None:
        pages = self.prefix / "share" / "doc" / "phasecast"
        found = sorted(pages.rglob("*.md"))
        self.assertGreater(len(found), 20)
        for page in found:
            text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
            for link in re.findall(r"\]\(([^)#\s]+\.(?:md|png))(?:#[^)]*)?\)", text):
                if "://" not in link:
                    self.assertTrue((page.parent / link).exists(), f"{page.relative_to(pages)}: {link}")

    def test_python_imports_the_client_from_there(self) -> None:
        where = next((self.prefix / "lib").glob("python3*/dist-packages"))
        import_it = "import phasecast; print(phasecast.__file__)"
        told = subprocess.run([sys.executable, "-c", import_it], capture_output=True, text=True, check=True,
                              env=os.environ | {"PYTHONPATH": str(where), "PYTHONDONTWRITEBYTECODE": "1"})
        self.assertTrue(told.stdout.startswith(str(where)))

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_the_unit_is_one_and_names_what_is_installed(self) -> None:
        unit = self.prefix / "lib" / "systemd" / "system" / "phasecast.service"
        text = unit.read_text()
        for path in re.findall(r"ExecStart=(\S+) run --config (\S+)", text)[0]:
            self.assertTrue((self.root / path.lstrip("/")).exists(), path)
            text = text.replace(path, str(self.root / path.lstrip("/")))
        here = self.root / "phasecast.service"  # systemd-analyze looks for the command where the unit says
        here.write_text(text.replace("file:/usr/local", f"file:{self.prefix}"))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", here], capture_output=True, text=True)
        ours = [line for line in done.stderr.splitlines() if "phasecast" in line]
        self.assertEqual((done.returncode, ours), (0, []))

    def test_the_configuration_that_comes_along_is_taken(self) -> None:
        file = self.prefix / "etc" / "phasecast" / "phasecast.toml"
        arguments = ["recover", "--config", file, "--output", self.root]
        told = subprocess.run([PHASECAST, *arguments], capture_output=True, text=True, timeout=60)
        self.assertEqual(told.returncode, 0, told.stderr)


class TestLauncher(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        (self.folder / "bin").mkdir()
        self.command = self.folder / "bin" / "phasecast"
        shutil.copy(BUILD / "launcher" / "phasecast", self.command)

    def add_build(self, level: int) -> None:
        build = self.folder / "libexec" / "phasecast" / f"x86-64-v{level}" / "phasecast"
        build.parent.mkdir(parents=True)
        build.write_text(f'#!/bin/sh\necho v{level} "$@"\n')
        build.chmod(0o755)

    def start(self, **environment: str) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if name != "PHASECAST_CPU_LEVEL"}
        return subprocess.run([self.command, "run", "two words"], capture_output=True, text=True, env=clean | environment)

    def cpu_level(self) -> int:
        return int(re.findall(r"this CPU +x86-64-v(\d)", subprocess.run([PHASECAST, "--version"], capture_output=True, text=True).stdout)[0])

    def test_it_becomes_the_best_build_that_is_there_and_runs(self) -> None:
        self.add_build(2)
        self.assertEqual(self.start().stdout, "v2 run two words\n")
        self.add_build(self.cpu_level() + 1)  # of a CPU that is newer than this one
        self.assertEqual(self.start().stdout, "v2 run two words\n")
        if self.cpu_level() > 2:
            self.add_build(3)
            self.assertEqual(self.start().stdout, "v3 run two words\n")
            self.assertEqual(self.start(PHASECAST_CPU_LEVEL="2").stdout, "v2 run two words\n")

    def test_it_says_what_is_wrong(self) -> None:
        self.assertEqual(self.start().returncode, 1)
        self.assertIn("holds no build for this CPU", self.start().stderr)
        for level in ("1", "9", "x", ""):
            told = self.start(PHASECAST_CPU_LEVEL=level)
            self.assertEqual(told.returncode, 2)
            self.assertIn(f"PHASECAST_CPU_LEVEL is '{level}', expected 2 to ", told.stderr)

    @unittest.skipUnless(platform.machine() == "x86_64" and shutil.which("objdump"), "objdump looks at x86-64")
    def test_it_holds_no_instruction_that_an_old_cpu_lacks(self) -> None:
        code = subprocess.run(["objdump", "-d", self.command], capture_output=True, text=True, check=True).stdout
        self.assertNotRegex(code, r"%[yz]mm|\tv(mov|add|mul|xor|p)\w* |\tpopcnt|\tpcmpgtq|\tcrc32")


class TestContainerfile(unittest.TestCase):
    def test_it_takes_its_packages_from_the_one_list(self) -> None:
        text = (ROOT / "Containerfile").read_text()
        installed = [words.split("apt-get install")[1].split("&&")[0] for words in re.findall(r"RUN .*", text.replace("\\\n", " ")) if "apt-get install" in words]
        for packages in installed:
            for word in packages.split():
                self.assertRegex(word, r"^(-|/|ca-certificates)", f"{word} is installed beside tools/packages.txt and the .deb")
        self.assertIn("tools/setup.sh", text)
        self.assertRegex(text, r"(?m)^USER phasecast$")
        self.assertEqual(len(re.findall(r"(?m)^FROM debian:12-slim", text)), 2)
        for path in re.findall(r"tools/\w+\.sh", text):
            self.assertTrue((ROOT / path).is_file(), path)


if __name__ == "__main__":
    unittest.main()
