import json
import shutil
import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from audit_reports import finding, make_report, proved_route, violated_route
from typing_extensions import override

from sdd.audit.output.html import html
from sdd.audit.output.view import View

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "headless_shell")
_WATCH = """
<script>
{
const said = [];
const rows = () => [...document.querySelectorAll("tr.route")];
const visible = item => item.getClientRects().length > 0;
const look = step => said.push({
  step,
  routes: rows().filter(visible).map(row => row.cells[0].innerText.trim()),
  proofs: [...document.querySelectorAll("tr.proof")].filter(visible).map(proof => proof.innerText),
  chosen: [...document.querySelectorAll(".chosen")].filter(visible).map(item => item.innerText),
  shown: document.getElementById("shown").innerText,
});
const type = text => {
  const box = document.getElementById("filter");
  box.value = text;
  box.dispatchEvent(new Event("input"));
};
const press = key => rows()[0].dispatchEvent(new KeyboardEvent("keydown", { key }));
STEPS
const result = document.createElement("pre");
result.id = "said";
result.textContent = JSON.stringify(said);
document.body.append(result);
}
</script>
"""


class _Said(HTMLParser):
    """The text of the element that the steps wrote what they saw into."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._inside = False
        self.feed(text)

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = ("id", "said") in attrs

    @override
    def handle_data(self, data: str) -> None:
        if self._inside:
            self.text += data

    @override
    def handle_endtag(self, tag: str) -> None:
        self._inside = False


@pytest.fixture
def browser() -> str:
    found = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if found is None:
        pytest.skip("there is no Chromium on the PATH")
    return found


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Path]:
    attacked = violated_route()
    report = make_report(
        finding(attacked.name),
        routes=(proved_route("GET /api/tags", entity="Tag"), attacked),
    )
    place = tmp_path / "map.html"
    place.write_text(html(View(report=report, root="backend")), encoding="utf-8")
    return place


def _seen(browser: str, page: Path, steps: str) -> dict[str, dict[str, Any]]:
    """Do steps in the page, and return what was visible after each."""
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("</body>", f"{_WATCH.replace('STEPS', steps)}</body>"))
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom",
        f"--user-data-dir={page.parent / 'profile'}", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return {item["step"]: item for item in json.loads(_Said(done.stdout).text)}


@pytest.mark.slow
def test_the_map_is_filtered_and_a_click_shows_the_proof(browser: str, page: Path) -> None:
    """In a real browser, under the page's own policy: words, verdicts, letters and keys."""
    seen = _seen(
        browser,
        page,
        """
        look("at first");
        type("TAG");
        look("filtered");
        type("");
        document.querySelector("button[data-verdict=proved]").click();
        look("without the proved");
        document.querySelector(".letter.violated").click();
        look("a cell was clicked");
        rows()[1].click();
        look("closed again");
        document.querySelector("button[data-verdict=proved]").click();
        press("Enter");
        look("opened by a key");
        """,
    )

    assert len(seen["at first"]["routes"]) == 2
    assert not seen["at first"]["proofs"]
    assert seen["filtered"]["routes"] == ["GET /api/tags"]
    assert seen["filtered"]["shown"] == "1 of 2 shown"
    assert seen["without the proved"]["routes"] == ["GET /api/notes/{note_id}"]
    [proof] = seen["a cell was clicked"]["proofs"]
    assert "Attack: a signed-in user sends another user's note_id" in proof
    [chosen] = seen["a cell was clicked"]["chosen"]
    assert "read Note" in chosen
    assert not seen["closed again"]["proofs"]
    [proof] = seen["opened by a key"]["proofs"]
    assert "read Tag" in proof
