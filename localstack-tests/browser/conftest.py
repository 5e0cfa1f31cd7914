"""Chromium and the sample pages. Where Chromium cannot be had, every test is skipped, and the reason is shown."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from chromium import Page, missing, start
from selenium.webdriver import Chrome

TARGET = Path(__file__).resolve().parents[2] / "target"
PAGES = Path(os.environ.get("SAMPLE_PAGES", TARGET / "browser/pages"))
SCREENSHOTS = TARGET / "browser/screenshots"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A skipped suite must not look like a green one."""
    if reason := missing():
        terminalreporter.write_line(f"SKIPPED: no page was tested in a browser: {reason}", yellow=True, bold=True)


@pytest.fixture(scope="session")
def browser() -> Iterator[Chrome]:
    """One browser for all tests, which can reach nothing."""
    if reason := missing():
        pytest.skip(reason)
    profile = tempfile.mkdtemp(prefix="browser-tests-")
    chrome = start(profile)
    yield chrome
    chrome.quit()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture
def opened(browser: Chrome) -> Iterator[Page]:
    """Opens sample pages by name. In the end, nothing was logged and nothing was requested."""
    page = Page(browser, PAGES, SCREENSHOTS)
    page.reset()
    yield page
    assert page.console() == []
    assert page.requests() == [], json.dumps(page.requests())
