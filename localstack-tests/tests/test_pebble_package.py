"""Where Pebble cannot be had, `make pebble` says so and is not a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

import pebble_renewals
from harness import pebble_package
from harness.pebble_package import NoPebble, programs


@pytest.fixture(autouse=True)
def no_package_yet(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As on a machine that has not run it."""
    monkeypatch.setattr(pebble_package, "_FOLDER", tmp_path)
    monkeypatch.setattr(pebble_package, "_PROGRAMS", tmp_path / "package" / "usr" / "bin")


def test_without_apt_it_is_skipped(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert pebble_renewals.main() == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "SKIPPED, nothing was renewed from Pebble: there is no apt-get"


@pytest.mark.parametrize(
    ("sources", "mirror"),
    [
        ("deb http://mirror.example/debian bookworm main\n", "http://mirror.example/debian"),
        ("deb [arch=amd64] https://mirror.example/debian/ sid main\n", "https://mirror.example/debian/"),
        ("deb http://mirror.example/debian-security bookworm main\n", None),
        ("deb http://mirror.example/ubuntu noble main\n", None),
    ],
)
def test_the_mirror_is_the_machines_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sources: str, mirror: str | None
) -> None:
    monkeypatch.setattr(pebble_package, "_APT", tmp_path)
    (tmp_path / "sources.list").write_text(sources)
    assert next(pebble_package._mirrors(), None) == mirror


def test_another_package_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands: list[str] = []

    def run(command: list[str], folder: Path | None = None) -> str:
        commands.append(command[0])
        if "download" in command:
            assert folder
            (folder / "pebble_1_amd64.deb").write_bytes(b"another package")
        return "amd64\n"

    monkeypatch.setattr(pebble_package, "_run", run)
    monkeypatch.setattr(pebble_package, "_mirrors", lambda: iter(["http://mirror.example/debian"]))
    monkeypatch.setattr(pebble_package.shutil, "which", lambda name: name)
    (tmp_path / "keyring").touch()
    monkeypatch.setattr(pebble_package, "_KEYRING", tmp_path / "keyring")
    with pytest.raises(NoPebble, match="not the one with the checksum"):
        programs()
    assert commands == ["dpkg", "apt-get", "apt-get"]
