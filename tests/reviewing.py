"""Ten tasks of a labeling manager and ten of an ML engineer, worked through in a browser.

`python -m tests.reviewing docs/how-to/reviewing.md` counts the clicks that each takes and writes them into the page.
"""

import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

from tests.browser import executable, follow
from tests.screenshots import served, store_of_samples

BEGIN, END = "<!-- tasks -->\n", "<!-- /tasks -->\n"
_NUMBER = re.compile(r"[\d,]+")


class Hands:
    """Who works with the pages: clicks are counted, and fields that something is typed into."""

    def __init__(self, page: Page, url: str, store: Path) -> None:
        self.page, self.url, self.store = page, url, store
        self.clicks = self.fields = 0
        page.goto(url)  # where `browse` begins: the gallery

    def click(self, target: Locator) -> None:
        self.clicks += 1
        follow(target.first)

    def link(self, name: str | re.Pattern[str], within: str = "main") -> None:
        """Click on a link by its text."""
        self.click(self.page.locator(within).get_by_role("link", name=name))

    def goto(self, entry: str) -> None:
        """Click on an entry of the header."""
        self.click(self.page.locator("header.bar").get_by_role("link", name=entry, exact=True))

    def type(self, target: Locator, text: str) -> None:
        self.fields += 1
        target.fill(text)

    def search(self, text: str) -> None:
        """Type into the box of the header, and press Enter."""
        box = self.page.locator("header.bar input[type=search]")
        self.type(box, text)
        with self.page.expect_navigation():
            box.press("Enter")

    def choose(self, group: str, value: str) -> None:
        """A value of a filter of the gallery."""
        box = self._opened(group)
        self.click(box.locator("ul.values a").filter(has_text=re.compile(rf"^\s*{re.escape(value)}")))

    def set(self, group: str, *texts: str) -> None:
        """The fields of a filter of the gallery, and the button beside them."""
        box = self._opened(group)
        for field, text in zip(box.locator("input:not([type=hidden])").all(), texts, strict=False):
            if text:
                self.type(field, text)
        self.click(box.get_by_role("button"))

    def _opened(self, group: str) -> Locator:
        summary = self.page.locator(".filters summary").filter(has_text=re.compile(rf"^\s*{re.escape(group)}\s*$"))
        box = summary.locator("xpath=..")
        if box.get_attribute("open") is None:
            self.clicks += 1
            summary.click()
        return box

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """What the store says."""
        with closing(sqlite3.connect(self.store)) as connection:
            return connection.execute(sql, values).fetchall()

    def value(self, sql: str, **values: Any) -> Any:
        return self.rows(sql, **values)[0][0]

    def found(self) -> int:
        """How many labels the gallery says it shows."""
        return number_in(self.page.locator("h1").inner_text())


def number_in(text: str) -> int:
    match = _NUMBER.search(text)
    assert match is not None, text
    return int(match[0].replace(",", ""))


class Task(NamedTuple):
    """A task of somebody, the way to it in words, and that way in a browser, which ends with a comparison."""

    role: str
    title: str
    way: str
    work: Callable[[Hands], None]


TASKS: list[Task] = []
MANAGER, ENGINEER = "manager", "engineer"


def task(role: str, title: str, way: str) -> Callable[[Callable[[Hands], None]], Callable[[Hands], None]]:
    """Register a way."""

    def registered(work: Callable[[Hands], None]) -> Callable[[Hands], None]:
        TASKS.append(Task(role, title, way, work))
        return work

    return registered


_CLASS = "exists (select 1 from objects as o where o.label_id = l.label_id and o.name = :name)"
_LAST = "(select r.score from reviews as r where r.label_id = l.label_id order by r.created_at desc limit 1)"
_OF_LABELERS = "select count(*) from labels as l where l.model_run_id is null"


@task(MANAGER, "Last month's rejected labels of one class, side by side", "Class, Review: rejected, a date under Made")
def rejected_of_class(hands: Hands) -> None:
    since = hands.value("select substr(max(created_at), 1, 7) || '-01' from labels where model_run_id is null")
    hands.choose("Class", "Car")
    hands.choose("Review", "rejected")
    hands.set("Made", since)
    sql = f"{_OF_LABELERS} and {_CLASS} and {_LAST} < 0 and l.created_at >= :since"
    assert hands.found() == hands.value(sql, name="Car", since=since)


@task(MANAGER, "Who is rejected most, and which labels these are", "Labelers, sorted by Rejected, the first number")
def rejected_of_labeler(hands: Hands) -> None:
    hands.goto("Labelers")
    hands.click(hands.page.locator("main table thead").get_by_role("link", name="Rejected", exact=True))
    numbers = hands.page.locator("main table a[href*='review=rejected']")
    expected = max(number_in(text) for text in numbers.all_inner_texts())
    assert number_in(numbers.first.inner_text()) == expected
    hands.click(numbers)
    assert hands.found() == expected > 0


@task(MANAGER, "One labeler's labels in one project", "Project, Labeler")
def labeler_in_project(hands: Hands) -> None:
    sql = """
        select p.name, l.created_by, count(*) from labels as l join projects as p on p.project_id = l.project_id
        where l.model_run_id is null and l.created_by is not null and p.name in
            (select name from projects group by name having count(*) = 1)
        group by p.name, l.created_by order by 3 desc limit 1
    """
    ((project, labeler, labels),) = hands.rows(sql)
    hands.choose("Project", project)
    hands.choose("Labeler", labeler)
    assert hands.found() == labels


@task(MANAGER, "How far the projects are", "Projects")
def projects(hands: Hands) -> None:
    hands.goto("Projects")
    assert hands.page.locator("main svg").count() > 0
    assert hands.page.locator("main table tbody tr").count() > 0


@task(MANAGER, "Labels with open issues", "Home, the tile")
def open_issues(hands: Hands) -> None:
    hands.goto("Home")
    hands.link(re.compile("issues"))
    assert hands.found() == hands.value(f"{_OF_LABELERS} and l.has_open_issues > 0") > 0


@task(MANAGER, "What one labeler skipped", "Labeler, Skipped: yes")
def skipped(hands: Hands) -> None:
    sql = "select created_by, count(*) from labels where skipped and model_run_id is null group by 1 order by 2 desc"
    labeler, labels = hands.rows(sql)[0]
    hands.choose("Labeler", labeler)
    hands.choose("Skipped", "yes")
    assert hands.found() == labels


@task(MANAGER, "What a reviewer rejected", "Reviewers, the number under Rejected")
def rejected_by_reviewer(hands: Hands) -> None:
    hands.goto("Reviewers")
    hands.click(hands.page.locator("main table a[href*='reviewer=']"))
    assert hands.found() > 0


@task(MANAGER, "Keep a filter, and open it tomorrow", "Class, a name under Saved views, Save; Home, the view")
def saved_view(hands: Hands) -> None:
    hands.choose("Class", "Person")
    expected = hands.found()
    hands.set("Saved views", "All persons")
    hands.goto("Home")
    hands.link("All persons")
    assert hands.found() == expected == hands.value(f"{_OF_LABELERS} and {_CLASS}", name="Person")


@task(MANAGER, "Walk through the rejected labels one by one", "Review: rejected, the first picture, Next")
def walk(hands: Hands) -> None:
    hands.choose("Review", "rejected")
    expected = hands.found()
    hands.click(hands.page.locator(".wall a.tile"))
    hands.link(re.compile("Next label"))
    assert hands.page.locator(".pager [rel=up]").inner_text() == f"2 of {expected:,}"


@task(MANAGER, "Where the labels of one data row differ most", "Disagreement, the first data row")
def disagreement(hands: Hands) -> None:
    hands.goto("Disagreement")
    hands.click(hands.page.locator("main table tbody th a"))
    assert hands.page.locator(".sides li").count() > 1
    assert hands.page.locator("svg.drawing").count() > 0


@task(ENGINEER, "A car but no person", "Class, Without class")
def with_and_without(hands: Hands) -> None:
    hands.choose("Class", "Car")
    hands.choose("Without class", "Person")
    sql = f"{_OF_LABELERS} and {_CLASS} and not {_CLASS.replace(':name', ':other')}"
    assert hands.found() == hands.value(sql, name="Car", other="Person") > 0


@task(ENGINEER, "The labels with the most objects", "objects, in the line of sorts")
def most_objects(hands: Hands) -> None:
    hands.link("objects")
    most = hands.value("select max(objects_total) from labels where model_run_id is null")
    assert f"{most:,} objects" in hands.page.locator(".wall li").first.inner_text()


@task(ENGINEER, "A label by its external id", "the search box, Enter")
def by_external_id(hands: Hands) -> None:
    sql = "select external_id from data_rows group by 1 having count(*) = 1 and external_id <> '' limit 1"
    name = hands.value(sql)
    hands.search(name)
    assert name in hands.page.locator("h1").inner_text()


@task(
    ENGINEER,
    "One class out of the way, and closer",
    "Asset type, objects, a picture, a class of the legend, zoom in",
)
def one_class(hands: Hands) -> None:
    hands.choose("Asset type", "image")
    hands.link("objects")
    hands.click(hands.page.locator(".wall a.tile"))
    shapes = hands.page.locator("svg.drawing .shape:visible")
    count = shapes.count()
    hands.click(hands.page.locator(".legend a.switch"))
    assert 0 < shapes.count() < count
    width = (shapes.first.bounding_box() or {"width": 0})["width"]
    hands.click(hands.page.get_by_role("link", name="Zoom in", exact=True))
    assert (shapes.first.bounding_box() or {"width": 0})["width"] > 1.5 * width > 0


@task(ENGINEER, "The labels with one answer to one question", "Question, Answer")
def with_answer(hands: Hands) -> None:
    sql = """
        select c.name, a.name, count(distinct l.label_id) from answers as a
        join classifications as c on c.classification_id = a.classification_id
        join labels as l on l.label_id = c.label_id
        where l.model_run_id is null and c.kind = 'radio' group by 1, 2 order by 3 desc limit 1
    """
    question, answer, labels = hands.rows(sql)[0]
    hands.choose("Question", question)
    hands.choose("Answer", answer)
    assert hands.found() == labels


@task(ENGINEER, "Predictions of a model run beside the labels", "Disagreement, the model run, the first data row")
def predictions(hands: Hands) -> None:
    hands.goto("Disagreement")
    choice = hands.page.locator("select[name=model_run]")
    hands.fields += 1
    choice.select_option(index=1)
    hands.click(hands.page.get_by_role("button", name="Show"))
    hands.click(hands.page.locator("main table tbody th a"))
    assert hands.page.locator(".sides").get_by_text("prediction").count() > 0


@task(ENGINEER, "Step through the labelled frames of a video", "Asset type, objects, a picture, the next frame")
def frames(hands: Hands) -> None:
    hands.choose("Asset type", "video")
    hands.link("objects")
    hands.click(hands.page.locator(".wall a.tile"))
    here = hands.page.locator(".picker [aria-current]").first.inner_text()
    hands.click(hands.page.get_by_role("link", name=re.compile("^next (labelled )?frame")))
    hands.page.wait_for_function(
        "here => document.querySelector('.picker [aria-current]').innerText !== here", arg=here
    )


@task(ENGINEER, "What a label was before", "the search box, Enter; History")
def history(hands: Hands) -> None:
    label_id = hands.value("select label_id from versions where not removed limit 1")
    hands.search(label_id)
    hands.link(re.compile("version|history", re.I))
    assert hands.page.locator("svg.drawing").count() > 0
    assert "moved" in hands.page.locator("main").inner_text()


@task(ENGINEER, "The objects of a canned query as pictures", "Queries, the query, as a gallery")
def query_as_gallery(hands: Hands) -> None:
    hands.goto("Queries")
    hands.link("Nearest objects")
    hands.link(re.compile("as a gallery", re.I), "body")
    assert hands.page.locator(".gallery-page").count() == 1


@task(ENGINEER, "The texts that hold a word", "the search box, Enter; all labels with these words")
def words(hands: Hands) -> None:
    hands.search("Person")
    hands.link(re.compile("labels? with th"))
    assert hands.found() > 0


@contextmanager
def store_to_review() -> Iterator[tuple[str, Path]]:
    """The address and the file of a store of samples."""
    with store_of_samples() as store, served(store) as url:
        yield url, store


def counted(browser: BrowserContext, url: str, store: Path, one: Task) -> tuple[int, int]:
    """Clicks and fields of a task."""
    page = browser.new_page()
    try:
        hands = Hands(page, url, store)
        one.work(hands)
        return hands.clicks, hands.fields
    finally:
        page.close()


def row_of(one: Task, clicks: int, fields: int) -> str:
    """A row of the table in docs/how-to/reviewing.md."""
    typed = f", {fields} typed" if fields else ""
    return f"| {one.title} | {one.way} | {clicks}{typed} |"


def table(role: str, rows: list[str]) -> str:
    """The tasks of a role, as Markdown."""
    return "\n".join([f"## Ten tasks of {'a labeling manager' if role == MANAGER else 'an ML engineer'}", "",
                      "| task | way | clicks |", "|---|---|---|", *rows, ""])  # fmt: skip


def main(page: Path) -> None:
    """Write the tables into the page."""
    rows: dict[str, list[str]] = {MANAGER: [], ENGINEER: []}
    with store_to_review() as (url, store), sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch_persistent_context(
            folder, executable_path=executable(), args=["--no-sandbox", "--disable-gpu"]
        )
        for one in TASKS:
            print(row_of(one, *(done := counted(browser, url, store, one))), file=sys.stderr)
            rows[one.role].append(row_of(one, *done))
        browser.close()
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    tables = "\n".join(table(role, found) for role, found in rows.items())
    page.write_text(f"{before}{BEGIN}{tables}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
