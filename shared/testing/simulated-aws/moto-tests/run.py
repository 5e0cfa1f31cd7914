#!/usr/bin/env python3
"""Runs moto's own tests against simulated-aws, and compares the results with results.tsv.

results.tsv has a line for each test that passes, and for each that fails with its class and the reason in one line.
A failure after an answer "NotModelled" needs none. Fails when a test that is listed as passing fails, and when a failure is
not listed. `--write` writes the file again, with class `unclassified` for what is new.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[3] / "target"
WORK = TARGET / "moto-tests"
RESULTS = HERE / "results.tsv"
PROGRAM = Path(os.environ.get("SIMULATED_AWS", TARGET / "debug" / "simulated-aws"))
# The files whose tests call what is modelled, by service. Those that test moto's own server or parts are not here.
FILES = {
    "acm": ["test_acm", "test_acm_integration"],
    "acmpca": ["test_acmpca"],
    "config": ["test_config", "test_config_rules", "test_config_tags"],
    "events": ["test_events"],
    "route53": ["test_route53", "test_route53_delegationsets", "test_route53_vpcs"],
    "secretsmanager": ["test_list_secrets", "test_secretsmanager"],
    "sns": ["test_publish_batch", "test_publishing", "test_subscriptions", "test_topics"],
    "sqs": ["test_sqs", "test_sqs_message_attributes"],
    "ssm": ["test_ssm", "test_ssm_parameterstore"],
    "sts": ["test_sts"],
}


def main() -> None:
    """Run, then write or compare."""
    results = run(unpacked())
    listed = read_listed()
    if "--write" in sys.argv[1:]:
        write(results, listed)
    report(results)
    wrong = [text for test, result in sorted(results.items()) if (text := problem(test, result, listed))]
    if wrong:
        sys.exit("\n".join(wrong))


def unpacked() -> Path:
    """The folder of moto's source, with its tests."""
    folder = WORK / "source"
    if not folder.is_dir():
        WORK.mkdir(parents=True, exist_ok=True)
        pip("download", "--no-deps", "--no-build-isolation", "--require-hashes", "--dest", str(WORK))
        (archive,) = WORK.glob("moto-*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(WORK, filter="data")
        (freezegun,) = WORK.glob("freezegun-*.whl")
        (source,) = (path for path in WORK.glob("moto-*") if path.is_dir())
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(source), str(freezegun)]
        subprocess.run(command, check=True)
        cut_chain(source / "tests" / "test_acm" / "resources" / "ca.pem")
        source.rename(folder)
    return folder


def cut_chain(chain: Path) -> None:
    """Leave the issuer of moto's certificates: the second one in the file did not issue the first, which AWS refuses."""
    end = "-----END CERTIFICATE-----\n"
    chain.write_text(chain.read_text().split(end)[0] + end)


def pip(*arguments: str) -> None:
    """What requirements.txt pins."""
    command = [sys.executable, "-m", "pip", *arguments, "--quiet", "--disable-pip-version-check"]
    subprocess.run([*command, "-r", str(HERE / "requirements.txt")], check=True)


def run(source: Path) -> dict[str, tuple[str, str]]:
    """Each test's result and the last line of its failure."""
    output = WORK / "results.tsv"
    output.unlink(missing_ok=True)
    files = [f"tests/test_{service}/{name}.py" for service, names in FILES.items() for name in names]
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHONPATH": os.pathsep.join([str(HERE), str(source)]),
        "SIMULATED_AWS": str(PROGRAM),
        "MOTO_TESTS_RESULTS": str(output),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        # A 501 would be tried again.
        "AWS_MAX_ATTEMPTS": "1",
    }
    command = [sys.executable, "-m", "pytest", "-p", "plugin", "-q", "--tb=line", "-p", "no:cacheprovider", *files]
    with (WORK / "log").open("w") as log:
        subprocess.run(command, cwd=source, env=environment, stdout=log, stderr=subprocess.STDOUT)
    if not output.is_file():
        sys.exit(f"no test ran: {WORK / 'log'}")
    lines = (line.rstrip("\n").split("\t") for line in output.read_text().splitlines())
    return {test: (result, why) for test, result, why in lines}


def read_listed() -> dict[str, tuple[str, str]]:
    """The file's lines, by test."""
    if not RESULTS.is_file():
        return {}
    lines = (line.split("\t") for line in RESULTS.read_text().splitlines() if not line.startswith("#"))
    return {test: (kind, why) for kind, test, why in lines}


def problem(test: str, result: tuple[str, str], listed: dict[str, tuple[str, str]]) -> str | None:
    """What is wrong with one result."""
    kind = listed.get(test, ("", ""))[0]
    outcome, why = result
    if kind == "passed" and outcome != "passed":
        return f"{test} passed, and now: {outcome} {why}"
    if outcome == "failed" and kind in ("", "unclassified"):
        return f"{test} fails and is not classified: {why}"
    return None


def write(results: dict[str, tuple[str, str]], listed: dict[str, tuple[str, str]]) -> None:
    """The file, with the classes that it had."""
    lines = ["# Class, test, reason. README.md says what the classes mean."]
    for test, (outcome, why) in sorted(results.items()):
        if outcome == "passed":
            lines.append(f"passed\t{test}\t")
        elif outcome == "failed":
            known = listed.get(test, ("passed", ""))
            kind, reason = known if known[0] not in ("passed", "unclassified") else ("unclassified", why)
            lines.append(f"{kind}\t{test}\t{reason}")
    RESULTS.write_text("\n".join(lines) + "\n")


def report(results: dict[str, tuple[str, str]]) -> None:
    """The numbers by service."""
    counts = Counter((test.split("/")[1].removeprefix("test_"), outcome) for test, (outcome, _) in results.items())
    outcomes = ["passed", "failed", "not-modelled", "skipped"]
    print(f"{'':16}" + "".join(f"{outcome:>14}" for outcome in outcomes))
    for service in [*FILES, "all"]:
        total = [sum(n for (s, o), n in counts.items() if o == outcome and service in (s, "all")) for outcome in outcomes]
        print(f"{service:16}" + "".join(f"{number:14}" for number in total))


if __name__ == "__main__":
    main()
