"""Headless Chromium that can reach nothing, and one page in it."""

import base64
import json
import shutil
from functools import cache
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# No name is resolved, and nothing runs beside the page.
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--window-size=1440,1000",
)


@cache
def missing() -> str:
    """Why there is no browser; empty if there is one."""
    if not any(map(shutil.which, BROWSERS)):
        return "Chromium is missing: apt-get install chromium chromium-driver"
    if not shutil.which("chromedriver"):
        return "ChromeDriver is missing: apt-get install chromium-driver"
    return ""


def start(profile: str) -> Chrome:
    """A browser with this empty profile."""
    options = ChromeOptions()
    options.binary_location = next(path for path in map(shutil.which, BROWSERS) if path)
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Chrome(options=options, service=Service(shutil.which("chromedriver")))


class Page:
    """A sample page."""

    def __init__(self, browser: Chrome, pages: Path, screenshots: Path) -> None:
        """Open nothing yet."""
        self.browser, self.pages, self.screenshots = browser, pages, screenshots
        self.seen: list[str] = []

    def reset(self) -> None:
        """Forget what other tests set and logged."""
        self.browser.get("about:blank")
        self.media()
        self.cdp("Emulation.setScriptExecutionDisabled", value=False)
        self.browser.get_log("browser")
        self.browser.get_log("performance")

    def cdp(self, command: str, **arguments: object) -> dict:
        """Call the DevTools protocol."""
        return self.browser.execute_cdp_cmd(command, arguments)

    def media(self, scheme: str = "light", media: str = "") -> None:
        """Prefer light or dark, on screen or in print."""
        self.cdp("Emulation.setEmulatedMedia", media=media, features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, name: str) -> "Page":
        """Open a page as people do: as a file."""
        path = self.pages / f"{name}.html"
        assert path.is_file(), f"{path} is missing: make browser writes it"
        self.browser.get(path.as_uri())
        return self

    def run(self, script: str, *arguments: object) -> object:
        """What JavaScript returns."""
        return self.browser.execute_script(script, *arguments)

    def find(self, selector: str) -> WebElement:
        """The first element."""
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """All elements."""
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def select(self, selector: str) -> Select:
        """A list to choose from."""
        return Select(self.find(selector))

    def count(self) -> str:
        """What the live region says."""
        return self.find("#count").text

    def column(self, number: int) -> list[str]:
        """The first line of each cell in a column, from 1; stories left out."""
        return self.run(
            "return [...document.querySelectorAll('#body tr:not(.story)')]"
            ".map((row) => row.children[arguments[0] - 1].firstChild.textContent)",
            number,
        )

    def console(self) -> list[dict]:
        """What the page logged, whatever its level."""
        return self.browser.get_log("browser")

    def requests(self) -> list[str]:
        """What was asked for, but for the pages themselves."""
        for line in self.browser.get_log("performance"):
            message = json.loads(line["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self.seen.append(message["params"]["request"]["url"])
        own = self.pages.as_uri()
        return [url for url in self.seen if not (url.startswith(own) or url.startswith("about:"))]

    def screenshot(self, name: str, width: int = 1440, height: int = 1400) -> Path:
        """Save what is seen."""
        self.screenshots.mkdir(parents=True, exist_ok=True)
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        picture = self.cdp("Page.captureScreenshot", format="png")["data"]
        self.cdp("Emulation.clearDeviceMetricsOverride")
        path = self.screenshots / f"{name}.png"
        path.write_bytes(base64.b64decode(picture))
        return path
