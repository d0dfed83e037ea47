from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).parents[2]
PACKAGE = ROOT / "tools" / "python"


class TestPackage(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def run_python(self, *arguments: str, **environment: str) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=os.environ | environment, capture_output=True, text=True
        )
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_the_committed_protobuf_code_is_that_of_the_proto(self) -> None:
        messages = ROOT / "messages" / "wire"
        command = ["protoc", f"--proto_path={messages}", f"--python_out={self.folder}", "phasecast.proto"]
        subprocess.run(command, check=True)
        committed = (PACKAGE / "phasecast" / "phasecast_pb2.py").read_text()
        made = (self.folder / "phasecast_pb2.py").read_text()
        self.assertTrue(
            committed == made, "phasecast_pb2.py is outdated; tools/python/README.md has the command"
        )

    def test_pip_installs_it_whole(self) -> None:
        shutil.copytree(PACKAGE, self.folder / "source", ignore=shutil.ignore_patterns("build", "*.egg-info"))
        installed = self.folder / "installed"
        self.run_python(
            *("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"),
            *("--root-user-action", "ignore", "--target", str(installed), str(self.folder / "source")),
        )
        there = {path.name for path in (installed / "phasecast").iterdir() if path.is_file()}
        self.assertEqual(there, {path.name for path in (PACKAGE / "phasecast").iterdir() if path.is_file()})
        where = self.run_python(
            "-c", "import phasecast; print(phasecast.__file__)", PYTHONPATH=str(installed)
        )
        self.assertEqual(pathlib.Path(where.strip()).parent, installed / "phasecast")

    def test_package_and_examples_are_typed_strictly(self) -> None:
        configuration = PACKAGE / "pyproject.toml"
        for name in ("phasecast", "examples"):
            (self.folder / name).symlink_to(PACKAGE / name)
        output = self.run_python("-m", "mypy", "--config-file", str(configuration), "--cache-dir", os.devnull)
        self.assertIn("Success", output)

    def test_the_version_is_that_of_the_package(self) -> None:
        version = (PACKAGE / "pyproject.toml").read_text().split('\nversion = "')[1].split('"')[0]
        self.assertEqual(
            self.run_python("-c", "import phasecast; print(phasecast.__version__)").strip(), version
        )
        self.assertIn(f"VERSION {version}", (ROOT / "CMakeLists.txt").read_text())
