"""infra/policies.py as a command: files, index, table, and one line for each mistake."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from harness import paths

PROGRAM = paths.TEMPLATE.parent / "policies.py"
CA = "arn:aws:acm-pca:eu-central-1:123456789012:certificate-authority/4d215512-45b4-4243-997a-459a60c7ee0f"
GRANTS = {"domains": ["example.com"], "exportableDomains": [""], "privateCas": [CA, ""], "secrets": [], "issuerChange": False}
ORGANIZATION = {"id": "o-a1b2c3d4e5", "regions": ["eu-central-1"]}


def run(folder: Path, written: Any, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run it on what would be a file."""
    text = written if isinstance(written, str) else json.dumps(written)
    command = [sys.executable, "-B", str(PROGRAM), "-", "--to", str(folder), *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False)


def test_one_file_for_each_policy_and_an_index(tmp_path: Path) -> None:
    result = run(tmp_path, GRANTS)
    assert (result.returncode, result.stderr) == (0, "")
    index = json.loads((tmp_path / "policies.json").read_text())["policies"]
    assert [one["file"] for one in index] == ["certificates.json", "ca-administrator.json", "ca-issuer.json", "ca-deleter.json"]
    assert [one["type"] for one in index] == ["SERVICE_CONTROL_POLICY"] + ["IDENTITY_POLICY"] * 3
    for one in index:
        text = (tmp_path / one["file"]).read_text()
        assert len(text) == one["characters"] <= 5120 and text == json.dumps(json.loads(text), separators=(",", ":"))
        assert one["file"] in result.stdout and ", ".join(one["attachTo"]) in result.stdout


def test_policies_of_the_last_time_are_removed_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text("{}")
    run(tmp_path, GRANTS)
    assert run(tmp_path, GRANTS | {"privateCas": []}).returncode == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["certificates.json", "mine.json", "policies.json"]
    (tmp_path / "policies.json").write_text("[]")
    assert "was not written by this program: choose another folder" in run(tmp_path, GRANTS).stderr


def test_accounts_with_the_same_grants_share_a_policy(tmp_path: Path) -> None:
    accounts = [{"id": str(digit) * 12} for digit in range(1, 5)]
    row = {"accounts": ["1" * 12, "3" * 12], "domains": ["example.com"], "privateCas": [CA]}
    result = run(tmp_path, ORGANIZATION | {"accounts": accounts, "grants": [row]})
    assert result.returncode == 0, result.stderr
    index = json.loads((tmp_path / "policies.json").read_text())["policies"]
    assert {one["file"]: one["attachTo"] for one in index[:2]} == {
        f"certificates-{'1' * 12}.json": ["1" * 12, "3" * 12],
        f"certificates-{'2' * 12}.json": ["2" * 12, "4" * 12],
    }
    assert CA in (tmp_path / "ca-issuer.json").read_text()


MISTAKES: list[tuple[Any, str]] = [
    ("example.com", "it is not JSON"),
    ([], "it has to be an object such as"),
    ({"domain": ["example.com"]}, "there is no field `domain`, only domains,"),
    ({"domains": "example.com"}, "`domains` has to be a list of texts"),
    ({"domains": ["exa mple.com"]}, "in `domains`: `exa mple.com` is not a domain"),
    ({"domains": ["*.example.com"]}, "in `domains`: `*.example.com` is not a domain"),
    ({"domains": ["müller.example"]}, "in `domains`: `müller.example` is not a domain"),
    ({"domains": ["\u212aelvin.example"]}, "is not a domain"),
    ({"domains": ["example..com"]}, "is not a domain"),
    ({"domains": ["."]}, "in `domains`: `.` is not a domain"),
    ({"exportableDomains": ["${aws:username}.example.com"]}, "in `exportableDomains`: `${aws:username}.example.com`"),
    ({"privateCas": ["the-moon"]}, "in `privateCas`: `the-moon` is not a CA's ARN"),
    (ORGANIZATION | {"grant": []}, "there is no field `grant` in organization settings"),
    (ORGANIZATION | {"grants": {}}, "`grants` has to be a list of objects"),
    (ORGANIZATION | {"grants": [{}, {"domain": []}]}, "entry 2 of `grants`: there is no field `domain`"),
    (ORGANIZATION | {"grants": [{"accounts": ["1"]}]}, "entry 1 of `grants`: `1` is not an account id of twelve digits"),
    (ORGANIZATION | {"grants": [{"units": ["ou-1"]}]}, "entry 1 of `grants`: `ou-1` is not the id of a unit"),
    (ORGANIZATION | {"grants": [{"accounts": ["1" * 12], "domains": ["a b"]}]}, "entry 1 of `grants`: in `domains`: `a b`"),
    (ORGANIZATION | {"accounts": [{"name": "x"}]}, "in `accounts`: `` is not an account id"),
    (ORGANIZATION | {"excludedTag": "x", "accounts": [{"id": "1" * 12}]}, "`excludedTag` and the tags of accounts have to be objects"),
]


@pytest.mark.parametrize(("written", "said"), MISTAKES, ids=[said for _, said in MISTAKES])
def test_a_mistake_is_said_in_one_line_and_nothing_is_written(tmp_path: Path, written: Any, said: str) -> None:
    result = run(tmp_path / "policies", written)
    assert (result.returncode, result.stdout) == (2, "") and not (tmp_path / "policies").exists()
    assert result.stderr.startswith("policies.py: -: ") and result.stderr.count("\n") == 1
    assert said in result.stderr


OPTIONS = [
    (["--protect", "arn:aws:acm:eu-central-1:1:certificate/1"], "is not a certificate's ARN"),
    (["--except", "*"], "`*` is not the ARN of a role or user"),
    (["--except", "arn:aws:iam::*:role/${aws:username}"], "is not the ARN of a role or user"),
    (["--characters", "6000"], "invalid choice"),
    (["--nothing"], "unrecognized arguments"),
]


@pytest.mark.parametrize(("arguments", "said"), OPTIONS, ids=[said for _, said in OPTIONS])
def test_a_mistake_in_an_option_is_said_in_one_line(tmp_path: Path, arguments: list[str], said: str) -> None:
    result = run(tmp_path, GRANTS, *arguments)
    assert result.returncode == 2 and said in result.stderr and result.stderr.count("\n") == 1


def test_too_many_domains_say_for_whom(tmp_path: Path) -> None:
    row = {"accounts": ["1" * 12], "domains": [f"department-{number}.example.com" for number in range(120)]}
    result = run(tmp_path, ORGANIZATION | {"grants": [row]})
    assert result.returncode == 2 and f"for {'1' * 12}: the statement RequestOtherNames needs" in result.stderr
    assert run(tmp_path, ORGANIZATION | {"grants": [row]}, "--characters", "10240").returncode == 0


def test_the_documentation_shows_what_is_printed(tmp_path: Path) -> None:
    readme = (PROGRAM.parent / "README.md").read_text()
    section = readme.split("\n### Settings of an organization\n")[1]
    settings = section.split("```json organization.schema.json\n")[1].split("```")[0]
    shown = readme.split("\n## Prevention\n")[1].split("```console\n")[1].split("```")[0]
    command, _, printed = shown.partition("\n")
    options = shlex.split(command.split('OPTIONS="')[1].rstrip('"'))
    result = run(tmp_path, settings, *options)
    assert result.stdout + result.stderr == printed
