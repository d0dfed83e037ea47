"""What the command says of itself in other forms: manual pages, completion, configuration files, --version."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

PHASECAST = os.environ["PHASECAST_COMMAND"]


def say(*arguments: str, status: int = 0) -> str:
    done = subprocess.run([PHASECAST, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == status, (arguments, done.returncode, done.stderr)
    return done.stdout + done.stderr


def commands() -> list[str]:
    return re.findall(r"^## phasecast (.*)$", say("help", "--as", "markdown"), re.MULTILINE)


def options_in_help(command: str) -> list[str]:
    return re.findall(r"^  (?:-\w,)?(--[a-z][\w-]*)", say(*command.split(), "--help"), re.MULTILINE)


class TestReference(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.known = commands()
        self.assertIn("run", self.known)

    def test_every_option_of_the_help_is_in_the_reference_and_the_manual(self) -> None:
        reference = say("help", "--as", "markdown")
        for command in self.known:
            section = reference.split(f"\n## phasecast {command}\n")[1].split("\n## ")[0]
            manual = say("help", command, "--as", "man")
            for option in options_in_help(command):
                if option == "--help":
                    continue
                self.assertRegex(section, rf"`[^`\n]*{option}[ `]", f"{command} {option} in the reference")
                self.assertIn("\\fB" + option.replace("-", "\\-"), manual, f"{command} in the manual")

    def test_groff_has_nothing_to_say_against_the_manual_pages(self) -> None:
        say("help", "--write", str(self.folder))
        pages = sorted((self.folder / "man" / "man1").iterdir())
        self.assertEqual(len(pages), len(self.known) + 1)
        for page in pages:
            groff = ["groff", "-k", "-man", "-Tutf8", "-ww", "-P-cbou", str(page)]
            done = subprocess.run(groff, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page.name)
            self.assertIn("SYNOPSIS", done.stdout)
            self.assertTrue(done.stdout.replace("\n", "").isprintable(), page.name)
        self.assertIn("PATH[:column=NAME][=name][@shift_eV]", self.as_read("run"))

    def as_read(self, command: str) -> str:
        page = self.folder / "man" / "man1" / f"phasecast-{command}.1"
        done = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou", page], capture_output=True, text=True)
        return " ".join(done.stdout.split())

    def completed(self, *words: str) -> list[str]:
        script = f"""
            source <({PHASECAST} help --as bash)
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _phasecast 2>/dev/null; printf '%s\\n' "${{COMPREPLY[@]}}"
        """
        done = subprocess.run(["bash", "-c", script, "bash", *words], capture_output=True, text=True, cwd=self.folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash_completes_commands_options_choices_and_files(self) -> None:
        (self.folder / "maps.h5").touch()
        (self.folder / "mapped").mkdir()
        self.assertEqual(self.completed("phasecast", "repl"), ["replay"])
        self.assertEqual(set(self.completed("phasecast", "")), {*self.known, "--help", "--version"})
        self.assertEqual(self.completed("phasecast", "run", "--pre"), ["--pre-edge"])
        self.assertEqual(self.completed("phasecast", "unmix", "--method", "rum-"), ["rum-tv", "rum-bm3d", "rum-cnn"])
        self.assertEqual(self.completed("phasecast", "help", "unm"), ["unmix"])
        self.assertEqual(set(self.completed("phasecast", "export", "map")), {"maps.h5", "mapped"})
        self.assertEqual(self.completed("phasecast", "run", "--output", "map"), ["mapped"])
        for command in self.known:
            self.assertEqual(
                {*self.completed("phasecast", command, "--")}, {*options_in_help(command), "--help"}, command
            )

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_reads_its_completion(self) -> None:
        text = say("help", "--as", "zsh")
        self.assertEqual(subprocess.run(["zsh", "-n"], input=text, text=True, capture_output=True).stderr, "")

    def configuration(self, command: str) -> dict[str, str]:
        """What `help COMMAND --as toml` says: key -> value, each commented out there."""
        lines = say("help", command, "--as", "toml").splitlines()
        return dict(line[1:].split(" = ", 1) for line in lines if re.match(r"#[a-z0-9-]+ = ", line))

    def test_the_configuration_file_has_every_option_and_its_defaults_are_taken(self) -> None:
        for command in ("run", "recover", "unmix"):
            told = self.configuration(command)
            self.assertEqual({"--" + key for key in told}, {*options_in_help(command)} - {"--help", "--config"})
        section = say("help", "--as", "markdown").split("\n## phasecast recover\n")[1].split("\n## ")[0]
        have_one = set(re.findall(r"^\| `--([\w-]+)[^`]*` \| `", section, re.MULTILINE)) - {"output"}
        defaults = {key: value for key, value in self.configuration("recover").items() if key in have_one}
        self.assertGreater(len(defaults), 25)
        file = self.folder / "all.toml"
        file.write_text("".join(f"{key} = {value}\n" for key, value in defaults.items()))
        self.assertIn("received 0", say("recover", "--output", str(self.folder), "--config", str(file)))

    def test_the_version_says_how_it_was_built(self) -> None:
        facts = say("--version")
        self.assertRegex(facts, r"^phasecast \d+\.\d+\.\d+\n")
        for what in ("commit", "g++", "-march=", "x86-64-v", "libzmq", "HDF5", "oneTBB", "oneDNN", "Eigen"):
            self.assertIn(what, facts)
        self.assertNotRegex(facts, r"[ (,]\.\d|, ,|\d, $", "a version is empty")

    def test_a_command_that_is_not_there_is_said(self) -> None:
        told = say("help", "rune", "--as", "man", status=1)
        self.assertIn("rune: no such command, expected one of run, ", told)


if __name__ == "__main__":
    unittest.main()
