"""Text without secrets: what goes, what stays, and that hostile text costs no more than its length."""

import json
import re
from typing import Any

import pytest

from labelstore.json.equality import same
from labelstore.publishing.recognising import names_a_secret
from labelstore.publishing.records import RecordRedactor, Selection
from labelstore.publishing.redaction import REMOVED, Redactor, applied, moved


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
        ("ghp_" + "a1B2" * 9, REMOVED),
        ("(github_pat_" + "a1B2_" * 9 + ")", f"({REMOVED})"),
        ("glpat-abcdefghij0123456789", REMOVED),
        ("x xoxb-12345678901-abcdefghij", f"x {REMOVED}"),
        ("AIza" + "a1-_b" * 7, REMOVED),
        ("sk_live_" + "a1B2" * 6, REMOVED),
        ("sk-proj-" + "a1B2" * 6, REMOVED),
        ("hf_" + "aB1c" * 8, REMOVED),
        ("https://hooks.slack.com/services/T00/B00/" + "x" * 24, f"https://hooks.slack.com/services/{REMOVED}"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nab+/=\n-----END RSA PRIVATE KEY-----\nrest", f"{REMOVED}\nrest"),
        ("Protocol=https;AccountKey=ab12cd==;X=y", f"Protocol=https;AccountKey={REMOVED};X=y"),
        ("Server=a;User Id=b;Password=hunter2;", f"Server=a;User Id=b;Password={REMOVED};"),
        ("password: hunter2", f"password: {REMOVED}"),
        ("the Api Key = abc123.", f"the Api Key = {REMOVED}."),
        ('{"clientSecret": "abcd1234", x}', f'{{"clientSecret": "{REMOVED}", x}}'),
        ("client-secret:'abcd1234'", f"client-secret:'{REMOVED}'"),
        ("Authorization: Basic YWRhOnB3MTIzNDU2", f"Authorization: Basic {REMOVED}"),
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
        "2024-01-01T10:00:00.000+00:00",
        "Signature: please sign here",
        "Is there a token: yes or no?",
        "Basic understanding of roads",
        "look (at) that. Or [at] this",
        "sk_lift and sk-8",
        "key-value",
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
        ("ada&#0064;example.com", "ada@example.com"),
        ("ada&commat;example.com", "ada@example.com"),
        ("ada\\u0040example.com", "ada@example.com"),
        ("ada%2540example.com", "ada@example.com"),
        ("ada\uff20example.com", "ada@example.com"),
        ("x" * 100 + "@example.com", "x" * 100 + "@example.com"),
    ],
)
def test_an_address_gets_a_name(text: str, address: str) -> None:
    found = redacted(text)
    assert name(address) in found
    local, _, domain = address.partition("@")
    kept = found.replace(name(address), "").lower()
    assert kept == re.sub(rf"{re.escape(local)}\S{{1,8}}?{re.escape(domain)}", "", text.lower())
    assert redacted(text, emails=False) == text


def test_names_depend_on_the_salt_and_on_nothing_else() -> None:
    one, other = Redactor(b"one"), Redactor(b"other")
    assert one.text("ada@example.com") == one.text("ADA@example.com") != one.text("bob@example.com")
    assert one.text("ada@example.com") != other.text("ada@example.com")
    assert one.counts["e-mail addresses"] == 4
    assert len(one.names) == 2


@pytest.mark.parametrize(
    "text", ["ada [at] example.com", "ada(at)example.com", "ada (at) example (dot) com", "ada {AT} example.com"]
)
def test_an_address_with_the_word_at(text: str) -> None:
    assert redacted(f"ask {text}, please") == f"ask {name('ada@example.com')}, please"


def test_several_addresses_in_one_run() -> None:
    assert redacted("ada@example.com,bob@example.com") == f"{name('ada@example.com')},{name('bob@example.com')}"


@pytest.mark.parametrize(
    "secret",
    [
        "token",
        "sasToken",
        "api_key",
        "X-Api-Key",
        "client-secret",
        "Authorization",
        "accessKeyId",
        "apiKeys",
        "sig",
        "auth",
        "DB_PASSWORD",
        "db pwd",
        "connectionString",
        "private key",
        "refreshTokens",
        "tokenValue",
        "aws_secret2",
    ],
)
def test_names_of_secrets(secret: str) -> None:
    assert names_a_secret(secret)


@pytest.mark.parametrize(
    "plain",
    [
        "tokens",
        "token_count",
        "name",
        "key",
        "",
        "secretary",
        "signatures",
        "design",
        "author",
        "keyboard",
        "max_tokens",
    ],
)
def test_names_of_no_secrets(plain: str) -> None:
    assert not names_a_secret(plain)


@pytest.mark.sampled(6)
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


def test_what_stands_under_a_name_of_secrets_goes_in_any_shape() -> None:
    found = record(
        {
            "DataRow Metadata": [{"name": "sasToken", "value": "SEKRETaa"}, {"name": "tag", "value": "night"}],
            "metadata_fields": [{"schema_name": "api key", "value": ["SEKRETbb", {"x": "SEKRETcc"}]}],
            "New": {"token": ["SEKRETdd"], "password": {"value": "SEKRETee with blanks"}, "auth": "SEKRETff"},
            "Project Name": '{"apiKey":"SEKRETgg"}',
            "objects": [
                {"name": "Signature", "value": "signature", "feature_id": "f"},
                {"title": "Token", "value": "token"},
            ],
        }
    )
    assert "SEKRET" not in json.dumps(found)
    assert found["DataRow Metadata"][1] == {"name": "tag", "value": "night"}
    assert [item["value"] for item in found["objects"]] == ["signature", "token"]


def test_ids_stay_apart() -> None:
    ids = [
        "https://h.example/p?sig=aaaa",
        "https://h.example/p?sig=bbbb",
        "ADA@example.com",
        "ada@example.com",
        "plain",
    ]
    for key in ("ID", "External ID", "external_id", "global_key", "Global Key", "id", "dataRowId"):
        found = [record({key: text})[key] for text in ids]
        assert len(set(found)) == len(ids)
        assert [record({key: text})[key] for text in ids] == found
        assert found[-2:] == [name("ada@example.com"), "plain"]
        assert "aaaa" not in found[0]
