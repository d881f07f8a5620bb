"""The first law on pairs of texts, on generated records, and at the rims: depth, length, malformed text."""

import json
import random
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from labelstore.json import equality
from labelstore.json.equality import Comparison, Difference, differences, duplicate_keys, same, same_and_plain
from tests.strategies import v1_records, v2_records

EQUAL = [
    ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}'),
    ("[1, 2]", "[1,\n\t2\r]"),
    ('{"a": 1, "a": 2}', '{"a": 2}'),
    ('{"a": 1, "\\u0061": true}', '{"a": true}'),
    ("362", "362.0"),
    ("362", "3.62e2"),
    ("0", "-0.0"),
    ("-0", "0e5"),
    ("9007199254740993.0", "9007199254740992"),
    ("0.1", "0.1000000000000000055511151231257827"),
    ("1180591620717411303424", "1180591620717411303424.0"),
    ("1e400", "1e500"),
    ("-1e400", "-2e999"),
    ("5e-324", "4.9e-324"),
    ("1e-400", "0"),
    ("[true, false, null]", "[true,false,null]"),
    ('"\\u00e9\\/\\ud83d\\ude00"', '"é/😀"'),
    ('"\\u0074rue"', '"true"'),
    ('["\\u0074rue", true]', '["true", true]'),
    ('["\\true", true]', '["\\u0009rue", true]'),
    ('{"true": true}', '{"tru\\u0065": true}'),
    ('"\\ud800"', '"\\uD800"'),
    ("9" * 5000, "9" * 5000 + " "),
    (f"[{'9' * 5000}, true]", f"[{'9' * 5000},true]"),
    ("{}", " { } "),
]
UNEQUAL = [
    ("[1, 2]", "[2, 1]", "/0", "1", "2"),
    ("[1]", "[1, null]", "/1", "absent", "null"),
    ("[1, [2]]", "[1]", "/1", "[2]", "absent"),
    ('{"a": null}', "{}", "/a", "null", "absent"),
    ("{}", '{"a": null}', "/a", "absent", "null"),
    ('{"a": 1, "a": 2}', '{"a": 1}', "/a", "2", "1"),
    ("[]", "{}", "", "[]", "{}"),
    ("null", "false", "", "null", "false"),
    ("true", "1", "", "true", "1"),
    ("1.0", "true", "", "1.0", "true"),
    ('{"a": [false]}', '{"a": [0]}', "/a/0", "false", "0"),
    ("-0.0", "false", "", "-0.0", "false"),
    ("[[true]]", "[true]", "/0", "[true]", "true"),
    ('["true", true]', '["[true]", true]', "/0", '"true"', '"[true]"'),
    ('["[\\u0074rue]", true]', '["true", true]', "/0", '"[true]"', '"true"'),
    ('{"true": 1}', '{"[true]": 1}', "/true", "1", "absent"),
    ("1", '"1"', "", "1", '"1"'),
    ("9007199254740993", "9007199254740992.0", "", "9007199254740993", "9007199254740992.0"),
    ("9007199254740993", "9007199254740993.0", "", "9007199254740993", "9007199254740992.0"),
    ("99999999999999999999998", "99999999999999999999999", "", "9" * 22 + "8", "9" * 23),
    ("99999999999999999999999", "1e23", "", "99999999999999999999999", "1e+23"),
    ("0.1", "0.10000000000000002", "", "0.1", "0.10000000000000002"),
    ("1e400", "-1e400", "", "Infinity", "-Infinity"),
    ("1e400", "1.7976931348623157e308", "", "Infinity", "1.7976931348623157e+308"),
    ('"\\u00e9"', '"e\\u0301"', "", '"\\u00e9"', '"e\\u0301"'),
    ('"a"', '"a\\u0000"', "", '"a"', '"a\\u0000"'),
    ('{"a/b": {"~": {"": 1}}}', '{"a/b": {"~": {"": 2}}}', "/a~1b/~0/", "1", "2"),
    ("9" * 5000, "9" * 4999 + "8", "", "9" * 59 + "…", "9" * 59 + "…"),
    (f'"{"x" * 70}"', "[" + "1," * 70 + "1]", "", '"' + "x" * 58 + "…", "[" + "1," * 29 + "…"),
]  # fmt: skip
MALFORMED = [
    b"", b" ", b"nul", b"tru", b"True", b"NaN", b"-Infinity", b"01", b"1.", b".5", b"-", b"+1", b"1e",
    b"1 2", b"1,", b"[", b"[1", b"[1,", b"[1,]", b"[1 2]", b"[1}", b"]", b"{", b'{"a"', b'{"a":',
    b'{"a":1', b'{"a":1,', b'{"a":1,}', b"{1:2}", b"{true:1}", b'{"a" 1}', b'{"a":1 "b":2}', b'{"a":}',
    b'"', b'"\x01"', b'"\n"', b'"\\q"', b'"\\u12g4"', b'"\xff"', b'"\xed\xa0\x80"', b"\xef\xbb\xbf1",
    b"1\x00", b"\x0b1", b"truefalse", b"1true", b'{"a":1}}', b"[1e400,]", b'["\\ud800"',
    "[\u00a01]".encode(),
]  # fmt: skip

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from(["true", "false", "[true]", "\ttrue", "é", ":", "a"])
    | st.sampled_from([0, 1, 0.0, 1.0, -0.0, 2**53, 2**53 + 1, float(2**53), 2**70, 1e23, 10**23])
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "b", "true", "/", ""]), inner, max_size=4)
    ),
    max_leaves=12,
)


def reference(left: Any, right: Any) -> bool:
    """The law in the fewest words; recursive, on decoded values."""
    match left, right:
        case dict(), dict():
            return left.keys() == right.keys() and all(reference(left[key], right[key]) for key in left)
        case list(), list():
            return len(left) == len(right) and all(map(reference, left, right))
        case (bool(), _) | (_, bool()):
            return left is right
        case (int() | float(), int() | float()):
            return Decimal(left) == Decimal(right)
        case _:
            return type(left) is type(right) and left == right


class Respelled(json.JSONEncoder):
    """Writes the same value in another way: keys shuffled, numbers and strings spelled otherwise."""

    def __init__(self, source: random.Random) -> None:
        super().__init__()
        self.source = source

    def encode(self, value: Any) -> str:
        space = self.source.choice(["", " ", "\n\t"])
        match value:
            case dict():
                members = [f"{self.encode(key)}{space}:{self.encode(item)}" for key, item in value.items()]
                self.source.shuffle(members)
                return "{" + f",{space}".join(members) + space + "}"
            case list():
                return "[" + space + f"{space},".join(map(self.encode, value)) + "]"
            case str():
                return self.source.choice([json.dumps(value), json.dumps(value, ensure_ascii=False), escaped(value)])
            case float() if value.is_integer():
                return self.source.choice([repr(value), str(int(value)), f"{value:.17e}"])
            case int() if not isinstance(value, bool) and abs(value) < 2**53:
                return self.source.choice([str(value), f"{value}.0", f"{value}.00e0", f"{value}E+0"])
            case _:
                return json.dumps(value)


def escaped(text: str) -> str:
    units = text.encode("utf-16-be").hex()
    return '"' + "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4)) + '"'


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize(("left", "right"), EQUAL)
def test_same_record(left: str, right: str) -> None:
    for expected, found in ((left, right), (right, left), (left, left)):
        assert same(expected.encode(), found.encode())
        assert differences(expected.encode(), found.encode()) == []


@pytest.mark.parametrize(("left", "right", "pointer", "expected", "found"), UNEQUAL)
def test_other_record(left: str, right: str, pointer: str, expected: str, found: str) -> None:
    assert not same(left.encode(), right.encode())
    assert not same(right.encode(), left.encode())
    assert differences(left.encode(), right.encode())[0] == Difference(pointer, expected, found)
    assert differences(right.encode(), left.encode())


@pytest.mark.parametrize("text", MALFORMED)
def test_malformed_text(text: bytes) -> None:
    assert not same(b"[1]", text)
    assert not same(b'{"long": [1, 2, 3, "enough"]}', text)
    (difference,) = differences(b"[1]", text)
    assert difference[:2] == ("", "[1]")
    assert difference.found.startswith("malformed JSON: ")
    assert len(difference.found) <= 60
    for call in (same, differences):
        with pytest.raises(ValueError, match=r"."):
            call(text, text)
        with pytest.raises(ValueError, match=r"."):
            call(text, b"[1]")
    with pytest.raises(ValueError, match=r"."):
        duplicate_keys(text)


def test_differences_come_in_document_order_up_to_the_limit() -> None:
    expected, found = (
        dumped({"b": [1, 2, 3], "a": {"x": 1}, "c": 0}),
        dumped({"a": {"x": 2}, "d": 0, "b": [0, 2]}),
    )
    pointers = [difference.pointer for difference in differences(expected, found)]
    assert pointers == ["/b/0", "/b/2", "/a/x", "/c", "/d"]
    assert [difference.pointer for difference in differences(expected, found, limit=2)] == pointers[:2]


@pytest.mark.sampled(6)
@pytest.mark.parametrize("depth", [100, 900, 1000, 5000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[true,{"a":', "}]")])
def test_depth(depth: int, opening: str, closing: str) -> None:
    one, two = (f"{opening * depth}{leaf}{closing * depth}".encode() for leaf in ("1", "2"))
    assert same(one, one)
    assert same(one, one.replace(b",", b", ").replace(b"1", b"1.0"))
    assert not same(one, two)
    (difference,) = differences(one, two)
    assert difference.pointer.count("/") == depth * (1 + opening.startswith("[true"))
    assert not same(one, one[:-1])
    assert differences(b"0", one)[0].found.endswith("…")
    assert duplicate_keys(one) == []
    assert duplicate_keys(b'{"k":1,"k":' + one + b"}") == ["/k"]


@given(json_values, st.randoms(use_true_random=False))
def test_respelling_changes_nothing(value: Any, source: random.Random) -> None:
    expected, found = dumped(value), Respelled(source).encode(value).encode()
    assert same(expected, found)
    assert same(found, expected)
    assert differences(expected, found) == []
    assert duplicate_keys(found) == []


@given(v1_records() | v2_records(), st.randoms(use_true_random=False))
def test_respelling_a_record_changes_nothing(record: Any, source: random.Random) -> None:
    expected, found = dumped(record), Respelled(source).encode(record).encode()
    assert same(expected, found)
    assert differences(expected, found) == []


@given(json_values, json_values, st.randoms(use_true_random=False))
@example([True], [1], random.Random(0))
@example({"true": 0.0}, {"true": False}, random.Random(0))
def test_the_law(left: Any, right: Any, source: random.Random) -> None:
    expected, found = dumped(left), Respelled(source).encode(right).encode()
    assert same(expected, found) == reference(left, right)
    assert (differences(expected, found) == []) == reference(left, right)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of everything that is no container, or an empty one."""
    items = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [leaf for key, item in items for leaf in leaves(item, (*path, key))] if items else [path]


@given(v1_records() | v2_records(), json_values, st.data())
def test_one_other_leaf_is_found(record: Any, other: Any, data: st.DataObject) -> None:
    expected = dumped(record)
    *way, last = data.draw(st.sampled_from(leaves(record)))
    holder = record
    for key in way:
        holder = holder[key]
    assume(not reference(holder[last], other))
    holder[last] = other
    found = dumped(record)
    pointer = "".join("/" + str(key).replace("~", "~0").replace("/", "~1") for key in (*way, last))
    assert not same(expected, found)
    assert all(difference.pointer.startswith(pointer) for difference in differences(expected, found))
    assert differences(expected, found)


@given(json_values, st.data())
def test_damaged_text_is_malformed_or_read_as_by_json(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value)
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(len(text), start + 3)))
    damaged = text[:start] + data.draw(st.sampled_from(["", "true", "0", '"', "]", ",", "\\", ":", " "])) + text[stop:]
    try:
        read = json.loads(damaged, parse_constant=refuse)
    except ValueError:
        assert differences(dumped(value), damaged.encode())[0].found.startswith("malformed")
        assert not same(dumped(value), damaged.encode())
    else:
        assume("Infinity" not in json.dumps(read))
        assert same(dumped(value), damaged.encode()) == reference(value, read)


def refuse(constant: str) -> None:
    raise ValueError(constant)


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?", fullmatch=True))
@example("2.2250738585072011e-308")
@example("9007199254740993.0")
@example("8.5e22")
def test_numbers_are_the_nearest_doubles(text: str) -> None:
    is_integer = text.lstrip("-").isdigit()
    assert same(text.encode(), repr(float(text)).replace("inf", "1e999").encode()) == (
        not is_integer or int(text) == float(text)
    )


DUPLICATES = [
    ('{"a": 1, "a": 1}', ["/a"]),
    ('{"a": 1, "\\u0061": 1, "a": 2}', ["/a"]),
    ('[{"a": {"b": 1, "b/~": 2, "b/~": 3}}]', ["/0/a/b~1~0"]),
    ('{"a": 1, "a": 2, "c": "\\u003a"}', ["/a"]),
    ('{"a": 1, "a": 2, "c": "\\u003A"}', ["/a"]),
    ('{"a": ":", "a": "::", "b": [{"": 1, "": 2}]}', ["/a", "/b/0/"]),
    ('{"a": {"b": 1, "b": 2}, "a": 3}', ["/a/b", "/a"]),
    ('{"a": 1e400, "a": 2}', ["/a"]),
    ('{"a": 1, "b": {"a": 1}, "c": [{"a": 1}, {"a": 1}]}', []),
    ('{"a": "\\u003a", "a:": "a\\": 1, \\"a\\": 2", "A": "://"}', []),
    ('{"\\\\u003a": 1, "b": 1e400}', []),
    ("[]", []),
    ('":"', []),
]


@pytest.mark.parametrize(("text", "pointers"), DUPLICATES)
def test_duplicate_keys(text: str, pointers: list[str]) -> None:
    assert duplicate_keys(text.encode()) == pointers


@given(json_values.filter(lambda value: isinstance(value, dict) and value), st.data(), json_values)
def test_a_repeated_key_is_always_found(value: dict[str, Any], data: st.DataObject, other: Any) -> None:
    key = data.draw(st.sampled_from(list(value)))
    repeated = f"{{{escaped(key)}: {json.dumps(other)}, {json.dumps(value, ensure_ascii=False)[1:]}"
    assert duplicate_keys(repeated.encode()) == ["/" + key.replace("/", "~1")]
    assert duplicate_keys(f"[{repeated}]".encode()) == ["/0/" + key.replace("/", "~1")]
    assert same(dumped(value), repeated.encode())


@pytest.mark.parametrize(
    ("expected", "found", "verdict"),
    [
        (b'{"a": 1, "b": [true, null]}', b'{"b":[true,null],"a":1.0}', True),
        (b'{"a": 1}', b'{"a":true}', False),
        (b'{"a": 1, "a": 2}', b'{"a":2}', False),  # a key twice: equal, but to be told
        (b'{"a": "\\u003a"}', b'{"a":":"}', False),  # left open
        (b'{"a": "\\u0074rue"}', b'{"a":"true"}', False),
        (b'{"a": 1', b'{"a":1}', False),
    ],
)
def test_same_and_plain_is_sure_or_leaves_it_open(expected: bytes, found: bytes, verdict: bool) -> None:
    assert same_and_plain(expected, found) is verdict


@pytest.mark.parametrize("at_once", [0, 10, 40])
@given(json_values, json_values, st.data())
def test_a_text_that_is_compared_in_parts_gets_the_same_answer(
    at_once: int, value: Any, other: Any, data: st.DataObject
) -> None:
    expected = dumped(value)
    others = [dumped(other), json.dumps(value, indent=1).encode(), dumped({"a": value}), dumped([value, value])]
    found = data.draw(st.sampled_from([*others, expected.replace(b"true", b"1"), expected.replace(b"1", b"true")]))
    whole = [verdict(expected, found) for verdict in (same, same_and_plain)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(equality, "_AT_ONCE", at_once)
        assert [verdict(expected, found) for verdict in (same, same_and_plain)] == whole


def test_of_a_large_record_little_is_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    value = {"Label": [{"frameNumber": number, "objects": [{"n": number}] * 50} for number in range(40)]}
    expected, decoded = json.dumps(value).encode(), []
    decode = equality._decode

    def noted(text: bytes) -> Any:
        decoded.append(len(text))
        return decode(text)

    monkeypatch.setattr(equality, "_AT_ONCE", 2000)
    monkeypatch.setattr(equality, "_decode", noted)
    assert same_and_plain(expected, dumped(value))
    assert len(expected) > 10 * 2000
    assert max(decoded) <= 2000


@given(st.lists(json_values, min_size=1, max_size=6), st.data())
def test_what_a_comparison_has_learned_changes_no_verdict(values: list[Any], data: st.DataObject) -> None:
    value, other = data.draw(st.sampled_from(values)), data.draw(st.sampled_from(values))
    repeated = b'{"k":1,"k":' + dumped(value) + b"}"
    expected = data.draw(st.sampled_from([dumped(value), json.dumps(value, indent=1).encode(), repeated]))
    changed = [(b"true", b"1"), (b"1", b"true"), (b"null", b"[]"), (b"[]", b"{}"), (b"0", b"false"), (b",", b", ")]
    found = dumped(value)
    for old, new in data.draw(st.lists(st.sampled_from(changed), max_size=2)):
        found = found.replace(old, new)
    found = data.draw(st.sampled_from([found, dumped(other), b'{"k":' + found + b"}"]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(equality, "_STRANGE", 1)
        comparison = Comparison()
        for one in (*values, {"k": value}):
            assert comparison.same_and_plain(dumped(one), dumped(one)) or not same_and_plain(dumped(one), dumped(one))
        if same_and_plain(expected, found):
            assert comparison.same_and_plain(expected, found)
        if comparison.same_and_plain(expected, found):
            assert same(expected, found)
            assert not duplicate_keys(expected)


@pytest.mark.parametrize(
    ("learned", "expected", "found"),
    [
        ({"a": True}, b'{"a":true}', b'{"a":1}'),
        ({"a": 1}, b'{"a":1}', b'{"a":true}'),
        ([{"a": 1}, {"a": False}], b'[{"a":0}]', b'[{"a":false}]'),
        ({"a": None}, b'{"a":null}', b"{}"),
        ({"a": {}, "b": []}, b'{"a":{},"b":[]}', b'{"a":[],"b":[]}'),
        ({"a": 2**70}, b'{"a":1180591620717411303424}', b'{"a":1180591620717411303425}'),
        ({"a": "x"}, b'{"a":"x"}', b'{"a":"x","b":1}'),
        ({"a": "x"}, b'{"a":"x","b":1}', b'{"a":"x"}'),
        ({"a": 1}, b'{"a":2,"a":1}', b'{"a":1}'),
    ],
)
def test_a_comparison_that_knows_the_shape_sees_each_difference(learned: Any, expected: bytes, found: bytes) -> None:
    comparison = Comparison()
    for _ in range(20):
        assert comparison.same_and_plain(dumped(learned), dumped(learned))
    assert comparison.same_and_plain(found, found)
    assert not comparison.same_and_plain(expected, found)


def test_a_comparison_soon_knows_the_records_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """As generated ones are: with maps by ids, rare keys, empty lists and nulls; a strange one does no harm."""
    compared: list[bytes] = []

    def noted(expected: bytes, found: bytes) -> bool:
        compared.append(expected)
        return same_and_plain(expected, found)

    monkeypatch.setattr(equality, "same_and_plain", noted)
    comparison = Comparison()
    for number in range(400):
        record = {
            "id": f"label-{number}",
            "projects": {f"project-{number}": {"labels": [{"n": number, "by": None if number % 7 else "me"}]}},
            "marks": {f"mark-{number * 100 + place}": place for place in range(80)},
            "frames": [] if number % 3 else [{"number": number}],
            **({"rare": True} if number == 70 else {}),
            **({'a "key"': 1} if number == 300 else {}),
        }
        text = dumped(record)
        assert comparison.same_and_plain(text, json.dumps(dict(reversed(record.items()))).encode())
    assert len(compared) < 40
