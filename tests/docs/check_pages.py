#!/usr/bin/env python3
"""check_pages.py PHASECAST: what the documentation says of the command is so, and its links lead somewhere."""

from __future__ import annotations

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCS = ROOT / "tools" / "docs"
REFERENCE = DOCS / "reference" / "commands.md"


def typed(page: str) -> list[list[str]]:
    """The phasecast commands in a page's code blocks, continued lines joined, without what comes behind | & ; > and #."""
    commands = []
    for block in re.findall(r"^```(?:sh|console)[^\n]*\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if found := re.match(r"(?:\$ |sudo )*phasecast (.*)", line):
                commands.append(re.split(r" [|&;>#]", found[1])[0].split())
    return commands


def options(reference: str) -> dict[str, set[str]]:
    sections = re.split(r"^## phasecast (.*)$", reference, flags=re.MULTILINE)[1:]
    return {
        name: set(re.findall(r"(?<![\w-])-{1,2}[a-z][\w-]*", " ".join(re.findall(r"^\| `([^`]*)`", text, re.MULTILINE))))
        for name, text in zip(sections[::2], sections[1::2])
    }


def unknown(page: str, known: dict[str, set[str]]) -> list[str]:
    faults = []
    for command, *words in typed(page):
        if command.startswith("-"):
            continue
        if command not in known:
            faults.append(f"no command {command}")
            continue
        used = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)}
        faults += [f"{command} has no option {option}" for option in used - known[command] - {"--help"}]
    return faults


def dead_links(path: pathlib.Path, page: str) -> list[str]:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", re.sub(r"```.*?```", "", page, flags=re.DOTALL))
    return [f"link to {link}" for link in links if "://" not in link and not (path.parent / link).exists()]


def main(phasecast: str) -> int:
    told = subprocess.run([phasecast, "help", "--as", "markdown"], capture_output=True, text=True, check=True).stdout
    faults = []
    if told != REFERENCE.read_text():
        faults.append(f"{REFERENCE.name}: outdated; phasecast help --as markdown > tools/docs/reference/commands.md")
    known = options(told)
    for path in sorted(DOCS.rglob("*.md")):
        page = path.read_text()
        faults += [f"{path.relative_to(DOCS)}: {fault}" for fault in unknown(page, known) + dead_links(path, page)]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
