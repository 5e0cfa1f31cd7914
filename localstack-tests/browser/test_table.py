"""Filters, sorting, stories, by mouse and by keyboard."""

import pytest
from chromium import Page
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys


def test_search_finds_names_tags_and_resources(opened: Page) -> None:
    page = opened.open("small")
    everything = len(page.column(2))
    for words, finds in [("shop", "shop"), ("OPS-24", "-24."), ("login DATA-LAKE", "login"), ("edge-24", "-24.")]:
        search = page.find("#search")
        search.clear()
        search.send_keys(words)
        names = page.column(2)
        assert 0 < len(names) < everything and all(finds in name for name in names), (words, names)
        assert page.count().startswith(f"{len(names)} of {everything} entries")
    page.find("#search").send_keys(" no such thing")
    assert page.column(2) == [] and page.count().startswith(f"0 of {everything}")
    page.find("#clear").click()
    assert len(page.column(2)) == everything


@pytest.mark.parametrize(("field", "column"), [(2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (8, 9)])
def test_each_select_shows_its_group(opened: Page, field: int, column: int) -> None:
    page = opened.open("small")
    select = page.select(f"#filter-{field}")
    for option in [option.get_attribute("value") for option in select.options][1:]:
        select.select_by_value(option)
        shown = page.column(column)
        assert shown and set(shown) == {option}
        number = next(chosen.text for chosen in select.all_selected_options).rsplit("(", 1)[1].rstrip(")")
        assert int(number.replace(",", "")) == len(shown)


def test_filters_narrow_each_other(opened: Page) -> None:
    page = opened.open("large")
    page.select("#filter-2").select_by_value("checkout")
    owner = int(page.count().split()[0].replace(",", ""))
    page.select("#filter-6").select_by_value("nobody")
    both = int(page.count().split()[0].replace(",", ""))
    assert 0 < both < owner
    assert set(page.column(3)) == {"checkout"} and set(page.column(7)) == {"nobody"}


def test_a_number_shows_its_rows(opened: Page) -> None:
    page = opened.open("small")
    for link in page.all(".numbers a[data-show]"):
        number, flag = int(link.find_element(By.TAG_NAME, "strong").text.replace(",", "")), link.get_attribute("data-show")
        total = link.find_element(By.TAG_NAME, "strong").get_attribute("data-total")
        page.run("arguments[0].click()", link)
        assert page.find("#show").get_attribute("value") == flag
        # One row may have several findings.
        assert len(page.column(2)) == number or total == "findings"
    assert page.run("return document.activeElement.id") == "rows"


def test_an_owner_shows_its_rows(opened: Page) -> None:
    page = opened.open("small")
    page.run("arguments[0].click()", page.find("#owners a[data-value=payments]"))
    assert set(page.column(3)) == {"payments"}


def test_columns_sort_both_ways(opened: Page) -> None:
    page = opened.open("small")
    assert page.find("th[aria-sort]").text.startswith("Expires")
    for column in range(2, 10):
        button = page.find(f"thead th:nth-child({column}) .sort")
        button.click()
        values = [value.lower() for value in page.column(column)]
        assert values == sorted(values), column
        button.click()
        values = [value.lower() for value in page.column(column)]
        assert values == sorted(values, reverse=True), column
        assert [head.get_attribute("aria-sort") for head in page.all("th[aria-sort]")] == ["descending"]
    page.find("thead th:nth-child(1) .sort").click()
    days = page.run("return [...document.querySelectorAll('#body .expires .note')].map((note) => note.textContent)")
    assert days == sorted(days)


def test_a_story_opens_and_closes_by_keyboard(opened: Page) -> None:
    page = opened.open("small")
    page.find("#clear").send_keys(Keys.TAB)
    stops = 0
    while "open" not in page.run("return document.activeElement.className") and stops < 30:
        page.browser.switch_to.active_element.send_keys(Keys.TAB)
        stops += 1
    button = page.browser.switch_to.active_element
    assert page.run("return getComputedStyle(arguments[0]).outlineStyle", button) == "solid"
    button.send_keys(Keys.ENTER)
    assert button.get_attribute("aria-expanded") == "true"
    story = page.find(f"#{button.get_attribute('aria-controls')}")
    for word in ("Verdicts", "Used by", "Serial", "Owner and tags"):
        assert word in story.text
    button.send_keys(Keys.SPACE)
    assert button.get_attribute("aria-expanded") == "false" and page.all("tr.story") == []


def test_an_open_story_stays_open_when_rows_are_sorted(opened: Page) -> None:
    page = opened.open("small")
    page.find("#body .open").click()
    text = page.find("tr.story").text
    page.find("thead th:nth-child(2) .sort").click()
    assert page.find("tr.story").text == text


def test_a_command_is_copied_or_selected(opened: Page) -> None:
    page = opened.open("small")
    page.select("#filter-6").select_by_value("nobody")
    page.find("#body .open").click()
    command = page.find(".command code").text
    arn = page.find("tr.story dd").text and page.run(
        "return [...document.querySelectorAll('tr.story dt')].find((term) => term.textContent === 'ARN').nextSibling.textContent"
    )
    assert f"--certificate-arn {arn} " in command
    page.run("navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'))")
    page.find(".command button").click()
    assert page.run("return getSelection().toString()").strip() == command.strip()
    assert page.find(".command button").text.startswith("Selected")
    assert page.count().startswith("Selected")


def test_more_rows_are_listed_on_demand(opened: Page) -> None:
    page = opened.open("large")
    assert len(page.column(1)) == 100 and "the first 100 are listed" in page.count()
    assert not page.find("#all").is_displayed(), "ten thousand rows at once would take seconds"
    page.find("#more").click()
    assert len(page.column(1)) == 600
    page.select("#filter-6").select_by_value("not known")
    page.find("#all").click()
    assert page.count() == f"{len(page.column(1))} of 10,000 entries." and not page.find("#more").is_displayed()
