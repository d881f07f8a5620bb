"""What of a query string is a token, which each export writes anew, and what is content."""

import json
from pathlib import Path

import pytest

from labelstore.engines import open_database
from labelstore.formats.shredding import hashes
from labelstore.formats.signed_urls import split_tokens, without_tokens
from labelstore.loading import load

ONLY_TOKENS = [
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A{0}%2F20240101%2Fs3&X-Amz-Date={0}&X-Amz-Signature={0}",
    "AWSAccessKeyId=A&Expires={0}&Signature={0}%3D&x-amz-security-token={0}",
    "Expires={0}&Signature={0}&Key-Pair-Id=K{0}",
    "Policy=e{0}&Signature={0}&Key-Pair-Id=K",
    "X-Goog-Algorithm=GOOG4&X-Goog-Credential=a%40b&X-Goog-Expires={0}&X-Goog-SignedHeaders=host&X-Goog-Signature={0}",
    "GoogleAccessId=a%40example.com&Expires={0}&Signature={0}%2F%2B%3D",
    "Expires={0}&KeyName=k&Signature=A-_{0}%3D%3D",
    "sv=2022-11-02&ss=b&srt=sco&sp=r&st=2024-01-01T00%3A00%3A00Z&se={0}&spr=https&sr=b&sig={0}%3D",
    "skoid={0}&sktid=t&skt=a&ske={0}&sks=b&skv=2020&sv=2020&sr=b&sig={0}",
    "OSSAccessKeyId={0}&Expires={0}&Signature={0}",
    "x-oss-signature-version=OSS4&x-oss-date={0}&x-oss-signature={0}",
    "auth_key={0}-0-0-{0}",
    "q-sign-algorithm=sha1&q-ak={0}&q-sign-time={0}&q-key-time={0}&q-header-list=host&q-signature={0}",
    "hdnea=exp={0}~acl=/*~hmac={0}",
    "hdnts=exp={0}~hmac={0}",
    "__gda__={0}_{0}",
    "__token__=exp={0}~hmac={0}",
    "verify=170000{0}-abc%2B{0}%3D",
    "s=0123456789abcdef0123456{0}",
    "expires={0}&s=0123456789abcdef0123456{0}",
    "token={0}&expires={0}&token_path=%2F{0}%2F",
    "ex={0}&is={0}&hm=" + "a" * 55 + "{0}",
    "md5={0}&expires={0}",
    *(f"{name}={{0}}" for name in ("access_token", "sasToken", "auth", "jwt", "JWT", "api_key", "apikey", "signature")),
]
WITH_CONTENT = {
    "alt=media&token={0}": "alt=media",
    "id=5&token={0}": "id=5",
    "token={0}&id=5": "&id=5",
    "id=5&X-Amz-Signature={0}&versionId=7&X-Amz-Date={0}": "id=5&versionId=7",
    "x-oss-process=image/resize&Signature={0}": "x-oss-process=image/resize",
    "w=200&s=0123456789abcdef0123456{0}&h=5": "w=200&h=5",
    "v=3&sv=2020&sr=b&sig={0}": "v=3",
    "a=1&amp;token={0}&amp;b=2": "a=1&amp;b=2",
    "jwt={0}#part": "#part",
}
CONTENT = [
    "id=5&project=x",
    "s=200&d=mm",
    "sv=5&sr=b",
    "policy=a&is=b&ex=c",
    "tokenizer=bert&signatures=3",
    "position=4&design=2",
    "verify=yes",
    "md5=0123",
    "key=folder/image.png",
    "",
    " a token=5",
]
ENDS = ("111111111", "222222222")


def url(query: str, end: str = "") -> str:
    return f"https://example.com/a/1.png?{query.replace('{0}', end)}"


def in_json(text: str) -> bytes:
    return json.dumps({"a": text, "b": f'"{text}" and {text}'}).encode()


class TestTexts:
    @pytest.mark.parametrize("query", ONLY_TOKENS)
    def test_nothing_but_tokens(self, query: str) -> None:
        assert without_tokens(url(query, ENDS[0])) == url("")
        assert without_tokens(f"see {url(query, ENDS[0])} and {url(query, ENDS[1])}") == f"see {url('')} and {url('')}"

    @pytest.mark.parametrize("query", WITH_CONTENT)
    def test_tokens_beside_content(self, query: str) -> None:
        assert without_tokens(url(query, ENDS[0])) == url(WITH_CONTENT[query])

    @pytest.mark.parametrize("query", CONTENT)
    def test_content(self, query: str) -> None:
        assert without_tokens(url(query)) == url(query)
        assert split_tokens(in_json(url(query))) == ([in_json(url(query))], [])


class TestDigests:
    @pytest.mark.parametrize("query", [*ONLY_TOKENS, *WITH_CONTENT])
    @pytest.mark.parametrize("ampersand", ["&", "\\u0026"])
    def test_other_tokens_are_told_apart_from_other_content(self, query: str, ampersand: str) -> None:
        first, second = (in_json(url(query, end)).replace(b"&", ampersand.encode()) for end in ENDS)
        one, two = hashes(first), hashes(second)
        assert one.content == two.content
        assert one.urls != two.urls
        assert hashes(first.replace(b"/1.png", b"/2.png")).content != one.content

    def test_slashes_with_escapes(self) -> None:
        texts = [in_json(url("Signature=a/{0}/b", end)).replace(b"/", b"\\/") for end in ENDS]
        assert hashes(texts[0]).content == hashes(texts[1]).content

    def test_text_without_tokens_is_still_json(self) -> None:
        for query in (*ONLY_TOKENS, *WITH_CONTENT):
            pieces, _ = split_tokens(in_json(url(query, ENDS[0])))
            assert json.loads(b"?".join(pieces))["a"] == without_tokens(url(query, ENDS[0]))


@pytest.mark.parametrize("name", ["labels.db", "labels.duckdb"])
def test_another_id_beside_a_token_is_another_asset(name: str, tmp_path: Path) -> None:
    store, file = tmp_path / name, tmp_path / "export.json"
    elements = [{"ID": f"l{n}", "Labeled Data": url(f"id={n}&token={{0}}", ENDS[0])} for n in (1, 2)]
    file.write_text(json.dumps(elements))
    load(store, [file])
    file.write_text(json.dumps(elements).replace(ENDS[0], ENDS[1]))
    assert load(store, [file]).total("unchanged") == 2
    file.write_text(json.dumps(elements).replace("id=1", "id=3"))
    assert load(store, [file]).total("changed") == 1
    with open_database(store, read_only=True) as database:
        assert database.value("select count(distinct data_row_id) from labels") == 2
