"""Pebble, the ACME server that Let's Encrypt's own developers test clients with, from a package of Debian sid.

The package is fetched by apt into a folder of ours, with a list of packages of its own: nothing is installed on the machine.
Debian keeps no old versions in sid, so the package may be gone one day: then there is no Pebble.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import paths

VERSION = "2.10.0+ds1-2"
_SHA256 = "b9a3a3920143f1a6fc568dfa88247be22cafa96c845fe62938c08982a15df315"
_FOLDER = paths.TARGET / "pebble"
_PROGRAMS = _FOLDER / "package" / "usr" / "bin"
_NAMES = ("pebble", "pebble-challtestsrv")
_APT = Path("/etc/apt")
_KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
_SECONDS = 300


class NoPebble(Exception):
    """Pebble cannot be had here; the message says why."""


def programs() -> Path:
    """The folder with both programs, fetched if they are missing."""
    package = _FOLDER / f"pebble-{VERSION}.deb"
    if not _is_the_package(package):
        _fetch(package)
    if not all((_PROGRAMS / name).is_file() for name in _NAMES):
        _run(["dpkg-deb", "-x", str(package), str(_FOLDER / "package")])
    return _PROGRAMS


def _is_the_package(package: Path) -> bool:
    return package.is_file() and hashlib.sha256(package.read_bytes()).hexdigest() == _SHA256


def _fetch(package: Path) -> None:
    for program in ("apt-get", "dpkg-deb", "dpkg"):
        if not shutil.which(program):
            raise NoPebble(f"there is no {program}")
    if (architecture := _run(["dpkg", "--print-architecture"]).strip()) != "amd64":
        raise NoPebble(f"its package is pinned for amd64, and this machine is {architecture}")
    if not _KEYRING.is_file():
        raise NoPebble(f"{_KEYRING}, by which Debian's packages are verified, is missing")
    mirror = next(_mirrors(), None)
    if mirror is None:
        raise NoPebble(f"{_APT} names no mirror of Debian")
    fresh = _FOLDER / "apt"
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "lists" / "partial").mkdir(parents=True)
    (fresh / "cache" / "archives" / "partial").mkdir(parents=True)
    (fresh / "sources.list").write_text(f"deb [signed-by={_KEYRING}] {mirror} sid main\n")
    _apt(fresh, "update")
    _apt(fresh, "download", f"pebble={VERSION}")
    found = next(fresh.glob("pebble_*.deb"), None)
    if found is None or not _is_the_package(found):
        raise NoPebble(f"the package is not the one with the checksum {_SHA256}")
    found.rename(package)
    shutil.rmtree(fresh)


def _mirrors() -> Iterator[str]:
    """Where this machine has its own packages of Debian from."""
    lists = [_APT / "sources.list", *sorted((_APT / "sources.list.d").glob("*"))]
    for file in lists:
        if file.suffix in (".list", ".sources") and file.is_file():
            yield from re.findall(r"https?://\S+/debian/?(?=\s|$)", file.read_text())


def _apt(folder: Path, *arguments: str) -> None:
    options = {
        "Dir::State": folder,
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder / "cache",
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Acquire::Languages": "none",
        # Another user could not write here.
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
    }
    given = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
    _run(["apt-get", "-qq", *given, *arguments], folder)


def _run(command: list[str], folder: Path | None = None) -> str:
    """What a program prints."""
    try:
        ran = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NoPebble(f"{command[0]}: {error}") from error
    if ran.returncode:
        raise NoPebble(f"{command[0]} failed: {(ran.stderr or ran.stdout).strip()[-300:]}")
    return ran.stdout
