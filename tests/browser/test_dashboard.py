"""What people do with the dashboard, in a real browser."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkers import checker
from playwright.sync_api import Browser, Page, expect

PAGES = ("/", "/vehicles", "/types", "/findings", "/quality", "/methods", "/dictionary", "/vehicles/01200000002")
#: rules of axe that the product holds: WCAG 2.2 A and AA, and good practice
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def quiet(page: Page, site: str) -> Iterator[Page]:
    """A page on which any console error, failed request or request to another host fails the test."""
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("request", lambda asked: None if asked.url.startswith((site, "data:")) else faults.append(asked.url))
    page.on("response", lambda got: faults.append(f"{got.status} {got.url}") if got.status >= 400 else None)
    yield page
    assert faults == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_loads_without_errors_and_asks_no_other_host(quiet: Page, site: str, path: str) -> None:
    quiet.goto(site + path)
    expect(quiet.locator("h1")).to_contain_text("?")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_pages_are_accessible_in_both_themes_and_languages(quiet: Page, site: str, theme: str, lang: str) -> None:
    for path in PAGES:
        quiet.goto(f"{site}{path}?theme={theme}&lang={lang}")
        quiet.evaluate(checker("axe-core/axe.min.js").read_text(encoding="utf-8"))
        found = quiet.evaluate("tags => axe.run({runOnly: tags})", AXE_TAGS)["violations"]
        told = [(one["id"], one["nodes"][0]["html"][:120], one["nodes"][0].get("failureSummary")) for one in found]
        assert told == [], path


@pytest.mark.parametrize("width", [360, 768, 3840])
def test_no_page_scrolls_sideways(quiet: Page, site: str, width: int) -> None:
    quiet.set_viewport_size({"width": width, "height": 800})
    for path in PAGES:
        quiet.goto(site + path)
        over = quiet.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, path


def test_filter_sort_drill_down_and_back(quiet: Page, site: str) -> None:
    quiet.goto(site + "/vehicles")
    quiet.locator("select[name=grade]").select_option("B")
    quiet.wait_for_url("**/vehicles?grade=B")
    expect(quiet.locator("tbody tr")).to_have_count(2)
    quiet.get_by_role("link", name="총점").first.click()
    quiet.wait_for_url("**sort=total_score*")
    expect(quiet.locator("th[aria-sort=ascending]")).to_contain_text("총점")
    quiet.locator("tbody th a").first.click()
    quiet.wait_for_url("**/vehicles/01200000003")
    quiet.go_back()
    expect(quiet.locator("select[name=grade]")).to_have_value("B")
    expect(quiet.locator("tbody tr")).to_have_count(2)


def test_a_tile_leads_to_the_vehicles_it_counts(quiet: Page, site: str) -> None:
    quiet.goto(site + "/")
    tile = quiet.locator(".tile").first
    count = tile.locator(".value").inner_text()
    tile.locator("a").click()
    expect(quiet.locator("tbody tr")).to_have_count(int(count))


def test_language_and_theme_switch_and_stay(quiet: Page, site: str) -> None:
    quiet.goto(site + "/vehicles?grade=D")
    quiet.get_by_role("link", name="English").click()
    expect(quiet.locator("html")).to_have_attribute("lang", "en")
    expect(quiet.locator("select[name=grade]")).to_have_value("D")
    quiet.get_by_role("link", name="Dark").click()
    quiet.goto(site + "/types")
    expect(quiet.locator("html")).to_have_attribute("data-theme", "dark")
    expect(quiet.locator("html")).to_have_attribute("lang", "en")


def test_the_keyboard_reaches_pages_search_vehicles_and_help(quiet: Page, site: str) -> None:
    quiet.goto(site + "/")
    quiet.keyboard.press("g")
    quiet.keyboard.press("v")
    quiet.wait_for_url("**/vehicles")
    quiet.keyboard.press("/")
    quiet.keyboard.type("Leaf")
    quiet.keyboard.press("Enter")
    quiet.wait_for_url("**q=Leaf")
    quiet.locator("tbody th a").click()
    quiet.wait_for_url("**/vehicles/01200000010")
    quiet.keyboard.press("[")
    quiet.wait_for_url("**/vehicles/01200000003")
    quiet.keyboard.press("]")
    quiet.wait_for_url("**/vehicles/01200000010")
    quiet.keyboard.press("?")
    expect(quiet.locator("dialog")).to_be_visible()
    quiet.keyboard.press("Escape")
    expect(quiet.locator("dialog")).to_be_hidden()


def test_everything_can_be_read_without_javascript(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "/vehicles/01200000002")
    expect(page.locator("#score tbody tr")).to_have_count(7)
    expect(page.locator("#cells svg.cellmap")).to_be_visible()
    expect(page.locator("button.zoom").first).to_be_hidden()
    page.goto(site + "/vehicles")
    page.locator("select[name=grade]").select_option("B")
    page.get_by_role("button", name="적용").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    context.close()


def test_zoom_draws_a_chart_from_the_same_rows(quiet: Page, site: str) -> None:
    quiet.goto(site + "/vehicles/01200000002")
    quiet.locator("#driving button.zoom").click()
    expect(quiet.locator("#driving .live canvas")).to_be_visible()
    label = quiet.locator("#driving .live").get_attribute("aria-label")
    assert label
    assert "하루 주행 거리" in label


def test_first_load_fits_the_budget(quiet: Page, site: str) -> None:
    sizes: list[int] = []
    quiet.on("requestfinished", lambda asked: sizes.append(asked.sizes()["responseBodySize"]))
    for path in PAGES:
        sizes.clear()
        quiet.goto(f"{site}{path}", wait_until="networkidle")
        assert sum(sizes) <= 60_000, path


def test_a_vehicle_prints_on_a_few_pages(quiet: Page, site: str) -> None:
    quiet.goto(site + "/vehicles/01200000002")
    pdf = quiet.pdf(format="A4")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") <= 4
    quiet.emulate_media(media="print")
    expect(quiet.locator("header.top")).to_be_hidden()
    expect(quiet.locator("#score")).to_be_visible()


def test_pages_are_valid_html(quiet: Page, site: str, tmp_path: Path) -> None:
    paths = []
    for at, path in enumerate((*PAGES, "/nothing", "/vehicles?lang=en&grade=Z")):
        answer = quiet.request.get(site + path)
        paths.append(tmp_path / f"{at}.html")
        paths[-1].write_text(answer.text(), encoding="utf-8")
    jar = checker("vnu-jar/build/dist/vnu.jar")
    run = subprocess.run(
        ["java", "-jar", str(jar), "--stdout", *map(str, paths)], capture_output=True, text=True, check=False
    )
    assert run.stdout == ""
    assert run.returncode == 0
