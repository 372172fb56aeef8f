from dataclasses import replace
from html.parser import HTMLParser

from audit_reports import finding, make_report, proved_route, public_route, violated_route
from typing_extensions import override

from sdd.audit.model import AuditReport
from sdd.audit.output.html import html
from sdd.audit.output.view import View

_VOID = frozenset({"meta", "input", "br", "link", "img"})
REPORT = make_report(
    finding(),
    finding(None),
    routes=(
        proved_route(),
        violated_route(),
        public_route(),
        proved_route("POST /t", entity="Tag"),
    ),
)


class _Page(HTMLParser):
    """Collects what a page is built of, and whether every tag is closed."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    @override
    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"script", "style"}:
            self.text += data

    def of_class(self, name: str) -> list[dict[str, str | None]]:
        """Return the attributes of every element of one class."""
        return [found for _, found in self.tags if name in str(found.get("class", "")).split()]


def _page(report: AuditReport = REPORT, sources: dict[str, bytes] | None = None) -> _Page:
    page = _Page(html(View(report=report, root="backend", sources=sources or {})))
    assert page.open == []
    return page


def test_the_map_has_a_row_for_each_route_and_a_column_for_each_entity() -> None:
    """Each row is followed by its proof, hidden until asked for."""
    page = _page()
    heads = [tag for tag, _ in page.tags if tag == "th"]

    assert len(page.of_class("route")) == 4
    assert len(page.of_class("proof")) == 4
    assert len(heads) == 3 + 2
    assert {row["data-verdict"] for row in page.of_class("route")} == {
        "proved",
        "violated",
        "public",
    }
    assert all("hidden" in row for row in page.of_class("proof"))


def test_a_cell_shows_operation_and_verdict() -> None:
    """A letter in the colour of the verdict, with words for those who do not see colours."""
    titles = [letter["title"] for letter in _page().of_class("letter")]

    assert titles == ["read Note: proved", "read Note: violated", "read Tag: proved"]


def test_the_proof_holds_reasons_attack_and_findings() -> None:
    """What the text report says can be read here too."""
    text = _page().text

    assert "Note.user_id = the token's sub" in text
    assert "Attack: a signed-in user sends another user's note_id" in text
    assert "through routes.py:7" in text
    assert "Findings of no single route" in text


def test_the_page_needs_nothing_from_anywhere() -> None:
    """No address, no source, no link; the policy forbids them too."""
    page = _page()

    assert not any({"src", "href", "action"} & set(found) for _, found in page.tags)
    assert "http" not in html(View(report=REPORT)).replace("http-equiv", "")
    assert any("default-src 'none'" in str(found.get("content")) for _, found in page.tags)


def test_everything_is_escaped() -> None:
    """Paths, names, reasons and excerpts come from foreign code."""
    evil = "\"'><script>alert(1)</script>&amp;"
    route = violated_route(f"GET /{evil}")
    access = replace(route.accesses[0], entity=evil, because=evil, attack=evil)
    route = replace(route, handler=evil, app=evil, accesses=(access,))
    report = make_report(
        replace(finding(route.name), message=evil, hint=evil, reason=evil, suppressed=evil),
        routes=(route, proved_route()),
    )
    page = _page(report, {"routes.py": f"\n\n\n\n\n\n\n{evil}\n".encode()})

    assert sum(tag == "script" for tag, _ in page.tags) == 1
    assert page.text.count("<script>alert(1)</script>&amp;") > 8


def test_no_routes_is_said() -> None:
    """An empty table would look like nothing to worry about."""
    assert "No routes were found." in _page(make_report()).text


def test_the_same_report_gives_the_same_page() -> None:
    """It can be committed or compared."""
    assert html(View(report=REPORT)) == html(View(report=REPORT))
