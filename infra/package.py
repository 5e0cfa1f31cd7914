#!/usr/bin/env python3
"""Makes target/package/acm-autopilot-<version>-<arch>.zip: the templates with the functions as zips, ready for `sam deploy`.

Packages of the same binaries are the same byte for byte, so that their checksums can be compared.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
import zipfile
from io import BytesIO
from pathlib import Path

INFRA = Path(__file__).resolve().parent
ROOT = INFRA.parent
LAMBDA = ROOT / "target" / "lambda"
PACKAGES = ROOT / "target" / "package"
CODE = re.compile(r"CodeUri: \.\./target/lambda/([a-z-]+)/")
ARCHITECTURE = re.compile(r"(?m)^(  Architecture:\n(?:    .*\n)*?    Default: )\w+")
# As samconfig.example.toml has it.
ARCHITECTURE_OVERRIDE = re.compile(r'("Architecture=)\w+')
# The oldest time that a zip can hold: the packages do not depend on when they were made.
NO_TIME = (1980, 1, 1, 0, 0, 0)
# What Lambda needs to start the program, and what people need to read a file.
EXECUTABLE, READABLE = 0o755, 0o644
# ELF's numbers of the processors.
MACHINES = {"arm64": 183, "x86_64": 62}


def main() -> None:
    """Parse the command line and make the package."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", choices=MACHINES, help="processor that target/lambda was built for")
    parser.add_argument("--print-version", action="store_true", help="print the version and do nothing else")
    options = parser.parse_args()
    if options.print_version:
        print(version())
    elif options.arch:
        print(make_package(options.arch).relative_to(ROOT))
    else:
        parser.error("--arch is missing")


def version() -> str:
    """The version of the workspace."""
    return tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]


def make_package(arch: str) -> Path:
    """Write the package and return its path."""
    PACKAGES.mkdir(parents=True, exist_ok=True)
    package = PACKAGES / f"acm-autopilot-{version()}-{arch}.zip"
    templates = {path.name: path.read_text() for path in sorted(INFRA.glob("*.yaml"))}
    functions = {
        function: function_zip(function, arch)
        for function in sorted(set(CODE.findall("".join(templates.values()))))
    }
    with zipfile.ZipFile(package, "w") as archive:
        for name, text in templates.items():
            add(archive, name, packaged(text, arch).encode(), READABLE)
        for path in (INFRA / "samconfig.example.toml", INFRA / "README.md", ROOT / "LICENSE", ROOT / "CHANGELOG.md"):
            text = ARCHITECTURE_OVERRIDE.sub(rf"\g<1>{arch}", path.read_text())
            add(archive, path.name, text.encode(), READABLE)
        for function, code in functions.items():
            add(archive, f"functions/{function}.zip", code, READABLE)
    return package


def packaged(template: str, arch: str) -> str:
    """The template with the functions beside it and the processor that they were built for."""
    return ARCHITECTURE.sub(rf"\g<1>{arch}", CODE.sub(r"CodeUri: functions/\1.zip", template))


def function_zip(function: str, arch: str) -> bytes:
    """The function as Lambda takes it."""
    program = LAMBDA / function / "bootstrap"
    if not program.is_file():
        sys.exit(f"{program.relative_to(ROOT)} is missing: run make build ARCH={arch}")
    code = program.read_bytes()
    if code[:4] != b"\x7fELF" or int.from_bytes(code[18:20], "little") != MACHINES[arch]:
        sys.exit(f"{program.relative_to(ROOT)} was built for another processor: run make build ARCH={arch}")
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        add(archive, "bootstrap", code, EXECUTABLE)
    return buffer.getvalue()


def add(archive: zipfile.ZipFile, name: str, content: bytes, mode: int) -> None:
    """Add a file, the same way on every machine."""
    entry = zipfile.ZipInfo(name, NO_TIME)
    entry.create_system = 3  # Unix: its modes count
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)


if __name__ == "__main__":
    main()
