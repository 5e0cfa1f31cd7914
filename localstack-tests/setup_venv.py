#!/usr/bin/env python3
"""Makes target/venv with what requirements.txt pins. Standard library only.

`setup_venv.py custodian` makes target/venv-custodian with what requirements-custodian.txt pins, `setup_venv.py certbot`
target/venv-certbot, `setup_venv.py browser` target/venv-browser, and `setup_venv.py build` target/venv-build, which
builds the functions: nothing of the tests is installed or runs there.
Prints the path of the environment's Python. A second run finds the stamp and does nothing.
"""

import contextlib
import hashlib
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

if sys.version_info < (3, 11):
    sys.exit(
        f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}: "
        "set PYTHON to another one, for example make PYTHON=python3.11"
    )

HERE = Path(__file__).resolve().parent
SUFFIX = f"-{sys.argv[1]}" if len(sys.argv) > 1 else ""
REQUIREMENTS = HERE / f"requirements{SUFFIX}.txt"
# What builds packages that come as source. It is installed first, by its hash, since pip takes what it fetches for such a
# build without one.
SDIST_TOOLS = HERE / "requirements-sdist.txt"
VENV = HERE.parent / "target" / f"venv{SUFFIX}"
STAMP = VENV / "installed"


def wanted_stamp() -> str:
    """Changes with the requirements and with the Python that made the environment."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + SDIST_TOOLS.read_bytes()).hexdigest()
    return f"{digest} {sys.version.split()[0]}\n"


def venv_python() -> Path:
    """The environment's interpreter."""
    return VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def main() -> None:
    """Install unless the stamp says that it is done."""
    if not REQUIREMENTS.is_file():
        sys.exit(f"there is no {REQUIREMENTS.name}")
    if not (STAMP.is_file() and STAMP.read_text() == wanted_stamp() and venv_python().exists()):
        install()
    print(venv_python())


def install() -> None:
    """Make the environment again."""
    try:
        import ensurepip  # noqa: F401 - Debian and Ubuntu package it apart from Python
        import venv
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(f"Python's venv module is missing: apt install python{version}-venv, or the like")
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.parent.mkdir(parents=True, exist_ok=True)
    venv.create(VENV, with_pip=True)
    log = VENV / "install.log"
    with reporting(log):
        for arguments in steps():
            run_pip(arguments, log)
    STAMP.write_text(wanted_stamp())


def steps() -> list[list[str]]:
    """What pip is called with, one after the other."""
    if "--no-binary" not in REQUIREMENTS.read_text():
        return [["-r", str(REQUIREMENTS)]]
    return [["-r", str(SDIST_TOOLS)], ["--no-build-isolation", "-r", str(REQUIREMENTS)]]


def run_pip(arguments: list[str], log: Path) -> None:
    """Install what is pinned by hash, and nothing else."""
    command = [str(venv_python()), "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes", *arguments]
    with log.open("a") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            code = process.wait()
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if code != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        sys.exit(f"{tail}\npip failed; the whole log is {log}")


@contextlib.contextmanager
def reporting(log: Path) -> Iterator[None]:
    """Show how far it is, meanwhile."""
    log.touch()
    done = threading.Event()
    reporter = threading.Thread(target=report, args=(log, done))
    reporter.start()
    try:
        yield
    finally:
        done.set()
        reporter.join()


def report(log: Path, done: threading.Event) -> None:
    """Show how far pip is: on a terminal a line that changes, elsewhere one every 15 seconds."""
    total = sum("==" in line for line in REQUIREMENTS.read_text().splitlines())
    begin, terminal = time.monotonic(), sys.stderr.isatty()
    print(f"Installing {total} Python packages into target/{VENV.name} (once)", file=sys.stderr)
    while not done.wait(0.5 if terminal else 15):
        collected = log.read_text(errors="replace").count("Collecting ")
        phase = (
            "installing"
            if "Installing collected" in log.read_text(errors="replace")
            else "fetching"
        )
        line = f"  {phase}, {min(collected, total)}/{total}, {time.monotonic() - begin:.0f} s"
        print(
            f"\r\033[K{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr
        )
        sys.stderr.flush()
    if terminal:
        print("\r\033[K", end="", file=sys.stderr)
    print(f"  done after {time.monotonic() - begin:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; the next run installs again")
