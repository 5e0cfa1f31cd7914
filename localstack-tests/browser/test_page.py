"""What holds for every page: harmless, readable by everybody, with and without JavaScript."""

import re

import pytest
from chromium import Page

PAGES = ["small", "sample", "complete", "owner", "account", "hostile", "empty"]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_requested_or_logged(opened: Page, name: str) -> None:
    page = opened.open(name)
    assert page.find("h1").text
    assert page.find("#filters").is_displayed(), "the script did not run to its end"


def test_foreign_text_stays_text(opened: Page) -> None:
    page = opened.open("hostile")
    for button in page.all("#body .open"):
        button.click()
    assert page.browser.title == "Certificate inventory"
    assert page.all("main img, main svg:not([aria-hidden], .weeks), main script, body > *:nth-child(n+7)") == []
    text = page.find("main").text
    assert "<img src=x onerror=" in text and "${document.title='attacked'} {{ 7*7 }} $&" in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\u2028]", page.run("return document.body.textContent"))


def test_without_javascript_the_first_rows_can_be_read(opened: Page) -> None:
    opened.cdp("Emulation.setScriptExecutionDisabled", value=True)
    page = opened.open("large")
    assert len(page.all("#body > tr:not(.story)")) == 200
    assert "Without JavaScript this page shows the first 200 of 10,000 entries" in page.find(".noscript").text
    assert not page.find("#filters").is_displayed()
    page.find("#body details summary").click()
    assert "Issuer and validation" in page.find("#body details").text
    page.screenshot("without-javascript")


def test_what_was_not_read_says_so_everywhere(opened: Page) -> None:
    page = opened.open("small")
    page.select("#filter-2").select_by_value("not read: AccessDeniedException (tag:GetResources)")
    unread = page.find("#body td .unread")
    assert unread.text == "not read: AccessDeniedException (tag:GetResources)"
    assert "Allow it" in unread.get_attribute("title")
    page.find("#body .open").click()
    assert "Allow it in the inventory's role" in page.find("tr.story").text
    page.media(media="print")
    assert page.find("#body td .unread + .note").is_displayed()
    assert page.find("#body td .unread + .note").size["height"] > 5


@pytest.mark.parametrize("name", PAGES)
def test_screen_readers_have_what_they_need(opened: Page, name: str) -> None:
    page = opened.open(name)
    if page.all("#body .open"):
        page.find("#body .open").click()
    for problem, script in {
        "tables without a caption": "[...document.querySelectorAll('table')].filter((t) => !t.caption)",
        "heads without a scope": "[...document.querySelectorAll('th')].filter((t) => !t.scope)",
        "fields without a label": "[...document.querySelectorAll('input,select')].filter((f) => !f.labels.length)",
        "ids that are there twice": "[...document.querySelectorAll('[id]')].filter((e) => document.querySelectorAll('#' + CSS.escape(e.id)).length > 1)",
        "labels of nothing": "[...document.querySelectorAll('[aria-labelledby]')].filter((e) => e.getAttribute('aria-labelledby').split(' ').some((id) => !document.getElementById(id)))",
        "buttons without text": "[...document.querySelectorAll('button')].filter((b) => !b.textContent.trim())",
        "links to nowhere": "[...document.querySelectorAll('a')].filter((a) => !document.getElementById(a.getAttribute('href').slice(1)))",
        "style attributes": "[...document.querySelectorAll('[style]')]",
    }.items():
        assert page.run(f"return {script}.map((e) => e.outerHTML.slice(0, 90))") == [], problem
    assert page.find("#count").get_attribute("aria-live") == "polite"
    assert page.run("return document.documentElement.lang") == "en"


# WCAG 2.2, success criterion 1.4.3, of every text that is seen.
CONTRAST = """
const parse = (color) => color.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), bad = new Set();
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const e = node.parentElement, style = getComputedStyle(e);
  if (!node.textContent.trim() || e.closest('script,svg,.hidden,.skip,option') || !e.getClientRects().length) continue;
  const [a, b] = [light(parse(style.color)), light(ground(e))].sort((x, y) => y - x);
  const ratio = (a + .05) / (b + .05);
  if (ratio < 4.5) bad.add(ratio.toFixed(2) + ' ' + node.textContent.trim().slice(0, 40));
}
return [...bad];
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_is_enough(opened: Page, scheme: str) -> None:
    opened.media(scheme)
    page = opened.open("small")
    page.find("#body .open").click()
    assert page.run(CONTRAST) == []


def test_pictures_to_look_at(opened: Page) -> None:
    for scheme in ("light", "dark"):
        opened.media(scheme)
        page = opened.open("small")
        page.run("document.querySelectorAll('.open')[0].click()")
        page.screenshot(scheme, height=3600)
        opened.open("sample").screenshot(f"sample-{scheme}", height=2600)
    opened.media(media="print")
    opened.open("small").screenshot("print", width=1050, height=2400)
    opened.media()
    opened.open("small").screenshot("narrow", width=420, height=2400)
    assert len(opened.cdp("Page.printToPDF", landscape=True, printBackground=False)["data"]) > 10_000
