"""Assembles programs of rows, which the machine of the compiled core runs over each record (labelstore/core/shred.c).

A program does what the shredder of its generation does with the records that it knows, in the same order; all others it
hands back. A row of a declared class takes its columns from the class, and the given ones by their names.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from labelstore.formats.compiled.operands import (
    BYTE_OFFSET,
    FIRST_NODE,
    LOAD_ID,
    NOTHING,
    POSITION,
    RECORD_ID,
    Given,
    Item,
    Kind,
    Operand,
    Operation,
    Source,
)
from labelstore.formats.compiled.types import Types
from labelstore.formats.declaration import DECLARATIONS, Declaration
from labelstore.schema.tables import columns, content_tables

Pure = Callable[[str | None, str | None], str | None]
"""A function of two short texts."""


_MOST_LOOKS: Final = 1 << 20
_PATH: Final = ("coordinates", "min_x", "min_y", "max_x", "max_y", "area", "length", "width", "height")


@dataclass
class Routine:
    """A part of the program that can be called: where it begins, and how many registers it takes."""

    number: int
    begins: int = 0
    registers: int = 0


class Assembler:
    """Writes one program. What its methods return are operands for others."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self.tables = content_tables()
        self.mappings: list[Pure] = []
        self._code: list[int] = []
        self._constants: dict[tuple[Kind, str | int], int] = {}
        self._texts = bytearray()
        self._routines = [Routine(0)]
        self._routine = self._routines[0]
        self._globals = len((RECORD_ID, FIRST_NODE, LOAD_ID, POSITION, BYTE_OFFSET))
        self._looks = self.variable()

    # -- values -------------------------------------------------------------------------------------------------------

    def operand(self, value: Given) -> Operand:
        """The operand of a value: a constant for a text, an integer or a boolean."""
        if isinstance(value, Operand):
            return value
        if value is None:
            return NOTHING
        kind = Kind.TEXT if isinstance(value, str) else Kind.BOOLEAN if isinstance(value, bool) else Kind.INTEGER
        place = self._constants.setdefault((kind, value), len(self._constants))
        return Operand(Source.CONSTANT, place)

    def register(self, value: Given = None) -> Operand:
        """A new register with a value."""
        found = Operand(Source.REGISTER, self._routine.registers)
        self._routine.registers += 1
        if value is not None:
            self.copy(found, value)
        return found

    def variable(self) -> Operand:
        """A variable that all routines share, with nothing in it when a record begins."""
        self._globals += 1
        return Operand(Source.GLOBAL, self._globals - 1)

    def item(self, cls: Any, value: Operand) -> Item:
        """An object of a class."""
        return self._item(cls, value if value.source is Source.REGISTER else self.register(value))

    def _item(self, cls: Any, register: Operand) -> Item:
        return Item(cls, register.index, self.types.slots(cls))

    def as_of(self, cls: Any, item: Item) -> Item:
        """The same object, as one of a class whose members its own class inherits."""
        return Item(cls, item.register, item.slots)

    def copy(self, to: Operand, value: Given) -> None:
        """Set a register, a variable or a member of an object in a register."""
        self._emit(Operation.COPY, to, value)

    def next(self) -> Operand:
        """The number of the next row."""
        found = self.register()
        self._emit(Operation.NUMBER_NEXT, found)
        return found

    def is_kind(self, value: Given, *kinds: Kind) -> Operand:
        """Whether a value is of one of these kinds."""
        return self._made(Operation.IS_KIND, value, sum(1 << kind for kind in kinds))

    def is_none(self, value: Given) -> Operand:
        """Whether a value is null or not there."""
        return self.is_kind(value, Kind.NOTHING, Kind.NIL)

    def is_equal(self, one: Given, other: Given) -> Operand:
        """Whether two values are the same."""
        return self._made(Operation.IS_EQUAL, one, other)

    def is_false(self, value: Given) -> Operand:
        """Whether a value is nothing, null, false, 0 or empty."""
        found = self.register(value=True)
        with self.when(value):
            self.copy(found, False)
        return found

    def first_of(self, *values: Given) -> Operand:
        """The first value that is neither null nor missing."""
        found = self.register(values[0])
        for value in values[1:]:
            with self.when(self.is_none(found)):
                self.copy(found, value)
        return found

    def chosen(self, condition: Given, value: Given, otherwise: Given) -> Operand:
        """One value if a condition is true, else the other."""
        found = self.register()
        self.copy(found, otherwise)
        with self.when(condition):
            self.copy(found, value)
        return found

    def mapped(self, function: Pure, first: Given, second: Given = None) -> Operand:
        """What a pure function of short texts says; the core asks it once for each pair of texts."""
        if function not in self.mappings:
            self.mappings.append(function)
        return self._made(Operation.LOOK_UP, self.mappings.index(function), first, second)

    def joined(self, *texts: Given) -> Operand:
        """Texts put together."""
        found = self.register(texts[0])
        for text in texts[1:]:
            self.append(found, text)
        return found

    def append(self, to: Operand, text: Given) -> None:
        """Put a text behind that of a register."""
        self._emit(Operation.JOIN, to, to, text)

    def quoted(self, text: Given) -> Operand:
        """A text as a JSON string; one with control characters is for Python."""
        found = self._made(Operation.QUOTE, text)
        self.hand_back_if(self.is_none(found))
        return found

    def parameter(self, url: Given, name: str) -> Operand:
        """The value of a parameter in the query string of a URL; an escaped one is for Python."""
        found = self._made(Operation.PARAMETER, url, name)
        self.hand_back_if(self.is_kind(found, Kind.NIL))
        return found

    def suffix(self, name: Given) -> Operand:
        """The suffix of a file name or URL."""
        return self._made(Operation.SUFFIX, name)

    def contains(self, text: Given, part: str) -> Operand:
        """Whether a text has another one in it."""
        return self._made(Operation.CONTAINS, text, part)

    def begins_json(self, text: Given) -> Operand:
        """Whether a text may be a JSON object or array."""
        return self._made(Operation.BEGINS_JSON, text)

    def only(self, item: Item, *names: str) -> Operand:
        """The slot of the only one of these members that is there; two of them are for Python."""
        found = self._made(Operation.WHICH, item.itself, sum(1 << item.slots[name] for name in names))
        self.hand_back_if(self.is_kind(found, Kind.NIL))
        return found

    def whole_number(self, text: Given) -> Operand:
        """The number that a text spells, if it does."""
        return self._made(Operation.WHOLE_NUMBER, text)

    def read(self, cls: Any, text: Given) -> Item:
        """What a text holds as JSON, if it is an object of a class."""
        types = self.types
        return self.item(cls, self._made(Operation.READ, text, types.number(types.of_struct(cls))))

    def keys(self, values: Given) -> Operand:
        """The keys of a map of texts as they come, as a JSON array."""
        found = self.register("[")
        with self.each(values) as loop:
            with self.when(loop.ordinal):
                self.append(found, ",")
            self.append(found, self.quoted(loop.key))
        self.append(found, "]")
        return found

    def nulls(self, item: Item) -> Operand:
        """The members of an object that are null, as a JSON object; NULL without any."""
        found, before = self.register(""), self.register("{")
        for slot, field in enumerate(self.types.fields[self.types.struct(item.cls)]):
            with self.when(self.is_kind(Operand(Source.FIELD, item.register, slot), Kind.NIL)):
                self.append(found, before)
                self.append(found, f'"{field.key}":null')
                self.copy(before, ",")
        return self.chosen(found, self.joined(found, "}"), NOTHING)

    def sum(self, one: Given, other: Given) -> Operand:
        """The sum of two integers."""
        return self._made(Operation.ADD, one, other)

    def add(self, to: Operand, value: Given) -> None:
        """Add an integer to a variable."""
        self._emit(Operation.ADD, to, to, value)

    def set_bits(self, to: Operand, bits: Given) -> None:
        """Set bits of a variable."""
        self._emit(Operation.SET_BITS, to, to, bits)

    def has_bits(self, value: Given, bits: int) -> Operand:
        """Whether a variable has one of these bits."""
        return self._made(Operation.HAS_BITS, value, bits)

    def claim(self, text: Given) -> None:
        """Say that the record brings this id, which no other one may bring unseen."""
        self._emit(Operation.CLAIM, text)

    # -- control ------------------------------------------------------------------------------------------------------

    def done(self) -> None:
        """End the program for this record."""
        self._emit(Operation.DONE)

    def hand_back(self) -> None:
        """Leave the record to Python."""
        self._emit(Operation.HAND_BACK)

    def hand_back_if(self, *conditions: Given) -> None:
        """Leave the record to Python if one of these is true."""
        for condition in conditions:
            with self.when(condition):
                self.hand_back()

    def hand_back_unless_any(self, *conditions: Given) -> None:
        """Leave the record to Python unless one of these is true."""
        with self.alternatives() as found:
            for condition in conditions:
                with found.when(condition):
                    pass
            self.hand_back()

    def look(self, count: Given = 1) -> None:
        """Count elements that are looked at to find one for others; with very many, the record is left to Python."""
        self.add(self._looks, count)
        self.hand_back_if(self.has_bits(self._looks, -_MOST_LOOKS))

    @contextmanager
    def when(self, condition: Given) -> Iterator[None]:
        """What is done only if a condition is true: something that is not null, false, 0 or empty."""
        place = self._jump(Operation.JUMP_UNLESS, condition)
        yield
        self._land(place)

    @contextmanager
    def unless(self, condition: Given) -> Iterator[None]:
        """What is done only if a condition is not true."""
        place = self._jump(Operation.JUMP_IF, condition)
        yield
        self._land(place)

    @contextmanager
    def alternatives(self) -> Iterator["Alternatives"]:
        """Branches of which the first that applies is done."""
        found = Alternatives(self)
        yield found
        for place in found.ends:
            self._land(place)

    @contextmanager
    def each(self, values: Given) -> Iterator["Loop"]:
        """What is done with each element of a list or map."""
        loop = Loop(self, self.register(values), self.register(-1), self.register(), self.register())
        begin = len(self._code)
        self._emit(Operation.NEXT_ITEM, loop.value, loop.key, loop.values, loop.ordinal, 0)
        place = len(self._code) - 1
        yield loop
        self._emit(Operation.JUMP, begin)
        self._land(place)

    def routine(self) -> Routine:
        """A routine that is to be defined; it can be called before."""
        self._routines.append(Routine(len(self._routines)))
        return self._routines[-1]

    @contextmanager
    def define(self, routine: Routine, parameters: int) -> Iterator[Sequence[Operand]]:
        """The body of a routine, given its parameters."""
        outer, self._routine = self._routine, routine
        routine.begins = len(self._code)
        yield [self.register() for _ in range(parameters)]
        self._emit(Operation.RETURN)
        self._routine = outer

    def call(self, routine: Routine, *arguments: Given) -> None:
        """Call a routine."""
        self._emit(Operation.CALL, routine.number, len(arguments), *map(self.operand, arguments))

    # -- rows ---------------------------------------------------------------------------------------------------------

    def row(self, item: Item, *, told: Item | None = None, **given: Given) -> None:
        """Add the row of an object, with the values of the `given` columns by their names, as `JsonObject.row` does."""
        self.plain_row(DECLARATIONS[item.cls].table, **self.values(item, told=told, **given))

    def values(self, item: Item, *, told: Item | None = None, **given: Given) -> dict[str, Given]:
        """The columns of that row."""
        declaration = DECLARATIONS[item.cls]
        names = {*declaration.given, *(DECLARATIONS[told.cls].given if told else ())}
        if missing := names ^ given.keys():
            raise TypeError(f"{declaration}: given are {' '.join(names)}; see {' '.join(missing)}")
        values = self._values(item)
        for inner, member, of in self._blocks(item, declaration):
            values |= self._values(inner)
            if member:
                values[member] = of
        if declaration.told_by is not None:
            assert told is not None
            values |= self._values(told)
        return values | given

    def plain_row(self, table: str, **given: Given) -> None:
        """Add a row of a table, with NULL in the columns that are not given."""
        if unknown := given.keys() - columns()[table].keys():
            raise TypeError(f"table {table} has no column {', '.join(sorted(unknown))}")
        self._emit(
            Operation.ADD_ROW, self.tables.index(table), *(self.operand(given.get(name)) for name in columns()[table])
        )

    def patch(self, table: str, column: str, bits: int) -> None:
        """Set bits in a column of the last row of a table."""
        place = list(columns()[table]).index(column)
        self._emit(Operation.PATCH_ROW, self.tables.index(table), place, self.operand(bits))

    def path(self, path: Operand) -> dict[str, Operand]:
        """What the reader made of a list of points: text, bounds, sizes; a line has no area."""
        register = self.register(path).index
        return {name: Operand(Source.FIELD, register, place) for place, name in enumerate(_PATH)}

    def path_row(self, table: str, path: Operand, object_id: Given, *, form: Given = None) -> None:
        """Add the row of a polygon or polyline."""
        values = self.path(path)
        values["perimeter"] = values["length"]
        given = {name: values[name] for name in columns()[table] if name in values}
        self.plain_row(table, object_id=object_id, form=form, **given)

    def rows_of_list(self, cls: Any, values: Given, **given: Any) -> None:
        """Add the rows of a list of objects that contain no others; `given` are the columns that they share."""
        with self.each(values) as loop:
            self.row(loop.item(cls), node_id=self.next(), ordinal=loop.ordinal, closes=loop.is_last(), **given)

    def _values(self, item: Item) -> dict[str, Given]:
        """The columns that an object fills by itself."""
        declaration = DECLARATIONS[item.cls]
        values: dict[str, Given] = {}
        for name, member in declaration.of("key"):
            values[name] = item[name]
            if member.json_if:
                values[member.json_if] = self.is_kind(item[name], Kind.JSON)
        for name, member in declaration.of("array", "map"):
            values[member.count] = item.count(name)
        if declaration.extra:
            values[declaration.extra] = item["extra"]
        return values

    def _blocks(self, item: Item, declaration: Declaration) -> Iterator[tuple[Item, str, Operand]]:
        """The nested objects whose members have columns in the row, each with the column that says if it is there."""
        for name, member, inner in declaration.blocks():
            nested = self.item(inner.cls, item[name])
            yield nested, member.has, item.has(name)
            yield from self._blocks(nested, inner)

    # -- words --------------------------------------------------------------------------------------------------------

    def _made(self, operation: Operation, *values: Given) -> Operand:
        found = self.register()
        self._emit(operation, found, *values)
        return found

    _INTEGERS: Final = {
        Operation.IS_KIND: (2,),
        Operation.LOOK_UP: (1,),
        Operation.READ: (2,),
        Operation.WHICH: (2,),
        Operation.NEXT_ITEM: (4,),
        Operation.JUMP: (0,),
        Operation.JUMP_IF: (1,),
        Operation.JUMP_UNLESS: (1,),
        Operation.CALL: (0, 1),
        Operation.ADD_ROW: (0,),
        Operation.PATCH_ROW: (0, 1),
    }
    """The words of an operation that are no operands."""

    def _emit(self, operation: Operation, *words: Given) -> None:
        integers = self._INTEGERS.get(operation, ())
        self._code.append(operation)
        for place, word in enumerate(words):
            if place in integers:
                assert isinstance(word, int)
                self._code.append(word)
            else:
                self._code.append(self.operand(word).code)

    def _jump(self, operation: Operation, condition: Given) -> int:
        self._emit(operation, condition, 0)
        return len(self._code) - 1

    def jump(self) -> int:
        """A jump to a place that is not known yet."""
        self._emit(Operation.JUMP, 0)
        return len(self._code) - 1

    def _land(self, place: int) -> None:
        """Let a jump lead to what comes next."""
        self._code[place] = len(self._code)

    def program(self, root: Any, code: int) -> "Words":
        """The finished program for records of a class; `code` is that of their generation."""
        types = self.types
        fields: list[int] = []
        structs: list[int] = []
        root_type = types.number(types.of_struct(root))
        for number, members in enumerate(types.fields):
            structs += [len(fields) // 4, len(members), len(fields) // 4 + number, types.on_others[number]]
            for key, type_number, is_required in members:
                fields += [*self._text(key), type_number, is_required]
        constants: list[int] = []
        for kind, value in self._constants:
            constants += [kind, *(self._text(value) if isinstance(value, str) else (int(value), 0)), 0]
        routines = [word for routine in self._routines for word in (routine.begins, routine.registers)]
        head = [
            len(types.types),
            len(types.fields),
            len(fields) // 4,
            len(self.tables),
            len(self._constants),
            len(self._routines),
            len(self._code),
            0,
            root_type,
            self._globals,
            len(self.mappings),
            code,
        ]
        tables = [len(columns()[table]) for table in self.tables]
        words = [*head, *(word for one in types.types for word in one), *structs, *fields, *tables, *constants]
        return Words(array("i", [*words, *routines, *self._code]), bytes(self._texts), self.mappings)

    def _text(self, text: str) -> tuple[int, int]:
        """Place and length of a text among all."""
        encoded = text.encode()
        place = self._texts.find(encoded)
        if place < 0:
            place = len(self._texts)
            self._texts += encoded
        return place, len(encoded)


@dataclass(frozen=True)
class Words:
    """A finished program: its words and texts, and the functions of texts that it asks."""

    words: "array[int]"
    texts: bytes
    mappings: Sequence[Pure]


class Alternatives:
    """Branches of which at most one is done; what stands after the last is done if none was."""

    def __init__(self, assembler: Assembler) -> None:
        self._assembler = assembler
        self.ends: list[int] = []

    @contextmanager
    def when(self, condition: Given) -> Iterator[None]:
        """A branch for a condition, if no branch before was done."""
        with self._assembler.when(condition):
            yield
            self.ends.append(self._assembler.jump())

    @contextmanager
    def unless(self, condition: Given) -> Iterator[None]:
        """A branch for a condition that is not true, if no branch before was done."""
        with self._assembler.unless(condition):
            yield
            self.ends.append(self._assembler.jump())


@dataclass(frozen=True)
class Loop:
    """A loop over a list or map: the element at hand, its key in a map, its place."""

    assembler: Assembler
    values: Operand
    ordinal: Operand
    value: Operand
    key: Operand

    def is_last(self) -> Operand:
        """Whether no element comes after the one at hand."""
        return self.assembler._made(Operation.IS_LAST, self.values, self.ordinal)

    def item(self, cls: Any) -> Item:
        """The element as an object of a class."""
        return self.assembler.item(cls, self.value)
