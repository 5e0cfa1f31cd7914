#!/usr/bin/env python3
"""Builds functions for Lambda into target/lambda, with cargo-lambda and zig from target/venv-build.

On Linux these are the very artifacts that are deployed. Elsewhere LocalStack runs programs of this
machine, so natively built ones are put there instead, unless --arch asks for Lambda's.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LAMBDA = ROOT / "target" / "lambda"
FLAGS = {"arm64": "--arm64", "x86_64": "--x86-64"}


def main() -> None:
    """Parse the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", choices=FLAGS, help="processor of the functions; default: this machine's")
    parser.add_argument("functions", nargs="+")
    options = parser.parse_args()
    if shutil.which("cargo") is None:
        sys.exit("Rust is missing: install it from https://rustup.rs")
    print("Building " + ", ".join(options.functions) + " (the first time takes some minutes)", flush=True)
    if options.arch or platform.system() == "Linux":
        build_for_lambda(options.functions, options.arch)
    else:
        build_natively(options.functions)


def selection(functions: list[str]) -> list[str]:
    """Cargo's arguments that select these packages."""
    return [argument for function in functions for argument in ("--package", function)]


def build_for_lambda(functions: list[str], arch: str | None) -> None:
    """Link against the C library of Amazon Linux 2023, through zig."""
    command = ["cargo", "lambda", "build", "--release", "--locked", *selection(functions)]
    run([*command, FLAGS[arch]] if arch else command)


def build_natively(functions: list[str]) -> None:
    """Build for this machine and lay the programs where the tests look for them."""
    run(["cargo", "build", "--release", "--locked", *selection(functions)])
    for function in functions:
        (LAMBDA / function).mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / "target" / "release" / function, LAMBDA / function / "bootstrap")


def run(command: list[str]) -> None:
    """Run in the project's root; cargo says itself what is wrong."""
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": search_path()})
    if done.returncode:
        sys.exit(done.returncode)


def search_path() -> str:
    """The environment's programs first: cargo-lambda and zig live there."""
    return f"{ROOT / 'target' / 'venv-build' / 'bin'}{os.pathsep}{os.environ['PATH']}"


if __name__ == "__main__":
    main()
