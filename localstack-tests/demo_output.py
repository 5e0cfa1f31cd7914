"""How the demos show what came of it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from harness import events, paths
from harness.backend import Backend
from harness.console import Console, wrapped
from harness.subscribers import Notice, Person

RENEWAL_TITLES = ("Before the renewal", "After the renewal", "Statuses", "Notices")
# What `aws lambda invoke` needs besides the function.
INVOKE_SWEEP = (
    f"--cli-binary-format raw-in-base64-out --payload '{json.dumps(events.SWEEP)}' /dev/stdout"
)


def renewal_cells(part: dict) -> tuple[str, ...]:
    """Those of `RENEWAL_TITLES`, of a certificate's part of the summary."""
    changed = part["serial_before"] != part["serial_after"]
    reason = [f"({part['reason']})"] if part["reason"] else []
    return (
        f"{_short(part['serial_before'])}\n{part['not_after_before'][:10]}",
        f"{_short(part['serial_after'])}\n{part['not_after_after'][:10]}" if changed else "unchanged",
        "\n".join(part["statuses"] + reason) or "-",
        "\n".join(wrapped(part["notices"])) or "-",
    )


def _short(serial: str) -> str:
    """Enough of a serial number to distinguish two."""
    return serial[:11] + "…" if len(serial) > 12 else serial


def show_notice(console: Console, person: Person, title: str, notice: Notice) -> None:
    """A whole notice."""
    mails = [text for _, text in person.mails() if (notice.arn or "") in text]
    mails = [text for text in mails if notice.body["whatHappened"] in text] or mails[-1:]
    console.line()
    console.line(f"{title} as a person gets it", bold=True)
    console.line(f"Subject: {notice.subject}")
    attributes = ", ".join(f"{key}={value}" for key, value in sorted(notice.attributes.items()))
    console.line(f"Attributes: {attributes}")
    console.line()
    text = mails[0] if mails else json.dumps(notice.body, indent=2)
    console.line(text.rstrip())


def show_end(
    console: Console, problems: list[str], begin: float, backend: Backend, summary: Path
) -> None:
    """Whether all is as it should be, and how long it took since `begin`."""
    for problem in problems:
        console.line(f"✘ {problem}", "red")
    elapsed = f"{time.monotonic() - begin:.0f} s on {backend.name}"
    if problems:
        console.line(f"{len(problems)} not as it should be, after {elapsed}", "red", bold=True)
    else:
        console.line(f"All as it should be, in {elapsed}", "green", bold=True)
    console.line(f"Summary: {summary.relative_to(paths.PROJECT)}", "grey")
