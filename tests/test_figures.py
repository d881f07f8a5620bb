"""Numbers and times have one form, and nothing that is shown says its own."""

import re
from pathlib import Path

import pytest

from labelstore.figures import counted, duration, figure, moment, share, size

PACKAGE = Path(__file__).resolve().parent.parent / "labelstore"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0, "0"),
        (1234567, "1,234,567"),
        (-1234, "-1,234"),
        (2.0, "2"),
        (29.97, "29.97"),
        (0.85671, "0.857"),
        (0.00012345, "0.000123"),
        (123456.789, "123,457"),
        (-0.0, "0"),
        (1e300, "1e+300"),
        (float("nan"), "nan"),
    ],
)
def test_numbers(value: float | None, text: str) -> None:
    assert figure(value) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [(None, "–"), (0, "0 %"), (0.93, "93 %"), (0.001, "<1 %"), (0.9999, ">99 %"), (1, "100 %"), (float("nan"), "–")],
)
def test_shares(part: float | None, text: str) -> None:
    assert share(part) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "–"),
        (0.034, "0.034 s"),
        (3.25, "3.2 s"),
        (59, "59 s"),
        (125, "2 min 5 s"),
        (7500, "2 h 5 min"),
        (4e6, "1,111 h 6 min"),
        (-1, "-1"),
    ],
)
def test_durations(seconds: float | None, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, "–"),
        ("2024-03-20T02:06:25.123Z", "2024-03-20 02:06 UTC"),
        ("2024-03-20T02:06:25.000+02:00", "2024-03-20 00:06 UTC"),
        ("2024-03-20 02:06", "2024-03-20 02:06 UTC"),
        ("2024-03-20", "2024-03-20"),
        ("soon", "soon"),
        ("2024-13-20T02:06:25Z", "2024-13-20T02:06:25Z"),
        ("0001-01-01T00:00:00+05:00", "0001-01-01T00:00:00+05:00"),
    ],
)
def test_moments(text: str | None, shown: str) -> None:
    assert moment(text) == shown


def test_sizes() -> None:
    assert [size(999), size(1300000), size(2e9), size(1500)] == ["999 bytes", "1.3 MB", "2 GB", "1.5 kB"]


def test_nothing_has_a_form_of_its_own() -> None:
    own = re.compile(r"\{[^{}]*:,[^{}]*\}|strftime|:\.\df\} s\\b")
    texts = {
        path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
        for path in PACKAGE.rglob("*")
        if path.suffix in (".py", ".html")
    }
    assert len(texts) > 300
    assert {name for name, text in texts.items() if own.search(text)} == {"figures.py", "cli/progress.py"}


@pytest.mark.parametrize(
    ("number", "noun", "text"),
    [
        (0, "label", "0 labels"),
        (1, "label", "1 label"),
        (1200, "data row", "1,200 data rows"),
        (2, "class", "2 classes"),
    ],
)
def test_counted(number: int, noun: str, text: str) -> None:
    assert counted(number, noun) == text
