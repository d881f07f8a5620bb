"""Text without secrets: what goes, what stays, and that hostile text costs no more than its length."""

import json
from typing import Any

import pytest

from labelstore.equality import same
from labelstore.publishing.records import RecordRedactor, Selection
from labelstore.publishing.redaction import REMOVED, Redactor, applied, moved, names_a_secret


def redacted(text: str, **options: bool) -> str:
    return Redactor(b"salt", **options).text(text)


def name(address: str) -> str:
    return Redactor(b"salt").name_of(address)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example/b.jpg?Signature=x&Expires=1", "https://a.example/b.jpg"),
        ("https://a.example?project=p1", "https://a.example"),
        ("https://a.example/b#part", "https://a.example/b"),
        ("https://a.example/b#part?x=1", "https://a.example/b"),
        ("https://ada:pw@a.example/b", "https://a.example/b"),
        ("https://ada%40x.org:p@w@a.example/b?c", "https://a.example/b"),
        (
            "see https://a.example/b?x=1, and (https://a.example/c?y=2).",
            "see https://a.example/b, and (https://a.example/c).",
        ),
        ("[here](https://a.example/b?x=1)", "[here](https://a.example/b)"),
        ("<a href='https://a.example/b?x=1'>b</a>", "<a href='https://a.example/b'>b</a>"),
        ('<a href="https://a.example/b?x=1&amp;y=2">b</a>', '<a href="https://a.example/b">b</a>'),
        ("gs://bucket/b?x=1", "gs://bucket/b"),
        ("//a.example/b?x=1", "//a.example/b"),
        ("HTTPS://A.EXAMPLE/B?X=1", "HTTPS://A.EXAMPLE/B"),
        ("/masks/1.png?sig=abc", "/masks/1.png"),
        ("masks.png?sig=abc&next=https://a.example/", "masks.png"),
        ("https://a.example/b%3Fsig%3Dabc", "https://a.example/b"),
        ("https://a.example/b?name=my file&sig=abc more", "https://a.example/b  more"),
        ('https://a.example/b?q="x&sig=abc"', 'https://a.example/b""'),
        ("https://a.example/{z}/{x}/{y}.png?token=abc", "https://a.example/{z}/{x}/{y}.png"),
        ("access_token=abc123 rest", f"access_token={REMOVED} rest"),
        ("x-amz-security-token=abc", f"x-amz-security-token={REMOVED}"),
        ("sv=2020&sig=abc%3D&se=1", f"sv=2020&sig={REMOVED}&se=1"),
        ("Authorization: Bearer abcdefghijklmnop.qrs", f"Authorization: Bearer {REMOVED}"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.abc-_1", REMOVED),
        ("key AKIAABCDEFGHIJKLMNOP", f"key {REMOVED}"),
    ],
)
def test_what_goes(text: str, expected: str) -> None:
    assert redacted(text) == expected
    assert redacted(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Is this a car?",
        "a // b ? c",
        "https://a.example/b.jpg",
        "is it https://a.example/b?",
        "2 @ 3, @ada, ada@, npm i @types/node@1.2.3",
        "A token of my appreciation",
        "x=1, y=2",
        "data:image/png;base64,iVBORw0KGgo=",
        "clb1a2b3c000001l5f6g7h8i9",
        "Bearer of news",
        "POLYGON((1 2, 3 4))",
    ],
)
def test_what_stays(text: str) -> None:
    redactor = Redactor(b"salt")
    assert redactor.text(text) == text
    assert not redactor.counts.total()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada.B+c@Mail.Example.COM", "ada.b+c@mail.example.com"),
        ("ask ada@example.com!", "ada@example.com"),
        ("<ada@example.com>", "ada@example.com"),
        ("mailto:ada@example.com", "ada@example.com"),
        ("(ada@example.com)", "ada@example.com"),
        ("by=ada@example.com&x=1", "ada@example.com"),
        ("https://a.example/users/ada%40example.com/1.jpg", "ada@example.com"),
        ("ädä@exämple.com", "ädä@exämple.com"),
        ("ada&#64;example.com", "ada@example.com"),
        ("x" * 100 + "@example.com", "x" * 100 + "@example.com"),
    ],
)
def test_an_address_gets_a_name(text: str, address: str) -> None:
    found = redacted(text)
    assert name(address) in found
    assert found.replace(name(address), "").lower() in text.lower().replace(address, "").replace(
        address.replace("@", "%40"), ""
    ).replace(address.replace("@", "&#64;"), "")
    assert redacted(text, emails=False) == text


def test_names_depend_on_the_salt_and_on_nothing_else() -> None:
    one, other = Redactor(b"one"), Redactor(b"other")
    assert one.text("ada@example.com") == one.text("ADA@example.com") != one.text("bob@example.com")
    assert one.text("ada@example.com") != other.text("ada@example.com")
    assert one.counts["e-mail addresses"] == 4
    assert len(one.names) == 2


def test_several_addresses_in_one_run() -> None:
    assert redacted("ada@example.com,bob@example.com") == f"{name('ada@example.com')},{name('bob@example.com')}"


@pytest.mark.parametrize("secret", ["token", "sasToken", "api_key", "X-Api-Key", "client-secret", "Authorization"])
def test_names_of_secrets(secret: str) -> None:
    assert names_a_secret(secret)


@pytest.mark.parametrize("plain", ["tokens", "token_count", "name", "key", "", "secretary", "signatures"])
def test_names_of_no_secrets(plain: str) -> None:
    assert not names_a_secret(plain)


@pytest.mark.parametrize(
    "text",
    [
        "?" * 300_000,
        "@" * 300_000,
        "//" * 200_000,
        "a" * 500_000 + "@",
        "a." * 200_000 + "@b",
        "@" + "a." * 200_000,
        ")" * 300_000 + "https://a.example/?x",
        "%40" * 100_000,
        "token" * 100_000 + "=",
        "eyJ" * 100_000,
        "eyJaaaaaa." * 50_000,
        "//a@" * 100_000,
        "Bearer " * 50_000,
        "&#64;" * 60_000,
        "-" * 300_000 + "token",
        "[" * 300_000 + "@a.example",
        "https://a.example/?" + "?sig" * 100_000,
        "a@b." * 100_000 + "1",
        "a@b.example," * 50_000,
        "sig=" * 100_000,
        '{"a":' * 50_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    RecordRedactor(Redactor(b"salt"), Selection()).text(text)


def record(value: Any, **selection: Any) -> Any:
    raw = RecordRedactor(Redactor(b"salt"), Selection(**selection)).record(json.dumps(value))
    return json.loads(raw)


def test_keys_and_documents_in_strings() -> None:
    layer = '\n {"tileLayerUrl": "https:\\/\\/t.example\\/{z}?sig\\u003dabc", "by": "ada\\u0040example.com", "n": 1.0}'
    found = record(
        {"Labeled Data": layer, "bob@example.com": {"https://a.example/?x=1": 1, "https://a.example/?x=2": 2}}
    )
    assert json.loads(found["Labeled Data"]) == {
        "tileLayerUrl": "https://t.example/{z}",
        "by": name("ada@example.com"),
        "n": 1.0,
    }
    assert found[name("bob@example.com")] == {"https://a.example/": 1, "https://a.example/ (2)": 2}


def test_values_under_names_of_secrets() -> None:
    value = {
        "sasToken": "abcd1234",
        "nested": [{"api-key": "abcd", "secret": "it is a long story"}],
        "metadata_fields": [{"schema_name": "Token", "value": "abcd"}, {"schema_name": "Town", "value": "Ulm"}],
        "location": {"start": 1, "end": 4, "token": "word"},
        "Label": {"Signature": "yes", "token": "POLYGON((1 2, 3 4))"},
    }
    assert record(value) == {
        "sasToken": REMOVED,
        "nested": [{"api-key": REMOVED, "secret": "it is a long story"}],
        "metadata_fields": [{"schema_name": "Token", "value": REMOVED}, {"schema_name": "Town", "value": "Ulm"}],
        "location": {"start": 1, "end": 4, "token": "word"},
        "Label": {"Signature": "yes", "token": "POLYGON((1 2, 3 4))"},
    }


def test_numbers_keep_their_value() -> None:
    raw = f'{{"a": {10**30}, "b": 1e300, "c": -0.0, "d": 0.1, "e": {"9" * 5000}, "f": true, "g": null}}'
    found = RecordRedactor(Redactor(b"salt"), Selection()).record(raw)
    assert same(found, raw.encode())


def test_spans_move_with_the_text() -> None:
    text = "Write to ada@example.com or https://a.example/b?sig=abc in Ulm."
    start = text.index("Ulm")
    spans = {"objects": [{"data": {"location": {"start": start, "end": start + 2}}}]}
    found = record({"Labeled Data": text, "Label": spans})
    place = found["Label"]["objects"][0]["data"]["location"]
    assert found["Labeled Data"][place["start"] : place["end"] + 1] == "Ulm"
    edits = Redactor(b"salt").edits(text)
    assert applied(text, edits) == found["Labeled Data"]
    assert [moved(place, edits) for place in (0, len(text))] == [0, len(found["Labeled Data"])]


def test_an_address_that_is_marked_stays_marked() -> None:
    text = "Write to ada@example.com now"
    start, end = text.index("ada"), text.index(" now") - 1
    line = {
        "data_row": {"id": "r", "row_data": text},
        "projects": {"p": {"labels": [{"annotations": {"objects": [{"location": {"start": start, "end": end}}]}}]}},
    }
    found = record(line)
    place = found["projects"]["p"]["labels"][0]["annotations"]["objects"][0]["location"]
    assert found["data_row"]["row_data"][place["start"] : place["end"] + 1] == name("ada@example.com")


def test_selections() -> None:
    label = {"id": "l", "label_details": {"reviews": [{"id": "r"}]}}
    line = {
        "data_row": {"id": "d"},
        "projects": {"p1": {"labels": [label]}, "p2": {"labels": [label]}},
        "experiments": {"e": {"runs": {"r": {"labels": [label], "predictions": [label]}}}},
    }
    bare = {"id": "l", "label_details": {"reviews": []}}
    assert record(line, projects=frozenset({"p2"})) == {
        "data_row": {"id": "d"},
        "projects": {"p2": {"labels": [label]}},
    }
    assert record(line, reviews=False) == {
        "data_row": {"id": "d"},
        "projects": {"p1": {"labels": [bare]}, "p2": {"labels": [bare]}},
        "experiments": {"e": {"runs": {"r": {"labels": [bare], "predictions": [bare]}}}},
    }
    assert record(label, reviews=False) == bare
    assert record({"ID": "l", "Reviews": [{"id": "r"}]}, reviews=False) == {"ID": "l", "Reviews": []}
