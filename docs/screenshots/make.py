"""Pictures of every page in both languages and themes: python docs/screenshots/make.py --results results.

Needs Chromium and Playwright (requirements-dev.txt). README shows some of them; all are looked at before a release.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

PAGES = {
    "overview": "/", "vehicles": "/vehicles", "types": "/types", "findings": "/findings", "quality": "/quality",
    "methods": "/methods", "dictionary": "/dictionary?q=soc",
}  # fmt: skip
LOOKS = (("ko", "light", 1440), ("en", "dark", 1440), ("ko", "dark", 360))
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def main() -> None:
    """Serve the results on a free port, visit every page, save pictures."""
    from playwright.sync_api import sync_playwright
    from waitress.server import create_server

    from baas.web.app import create_app
    from baas.web.fleet import Reader
    from baas.web.view import View

    line = argparse.ArgumentParser(description=__doc__)
    line.add_argument("--results", type=Path, default=Path("results"))
    line.add_argument("--out", type=Path, default=HERE)
    given = line.parse_args()
    fleet = Reader(given.results).fleet()
    scored = sorted(
        (row for row in fleet.vehicles if row["total_score"] is not None), key=lambda row: row["total_score"]
    )
    pages = PAGES | ({"vehicle": View().vehicle(scored[0]["device_no"])} if scored else {})
    server = create_server(create_app(given.results), host="127.0.0.1", port=0)
    threading.Thread(target=server.run, daemon=True).start()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        for lang, theme, width in LOOKS:
            context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
            page = context.new_page()
            for name, path in pages.items():
                mark = "&" if "?" in path else "?"
                page.goto(f"http://127.0.0.1:{server.effective_port}{path}{mark}lang={lang}&theme={theme}")
                page.screenshot(path=given.out / f"{name}-{lang}-{theme}-{width}.png", full_page=True)
            context.close()
        browser.close()
    server.close()


if __name__ == "__main__":
    main()
