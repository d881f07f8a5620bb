"""The part of the program of v2 for the moments of a recording, as labelstore/formats/v2/moments.py sorts them.

The core finds which questions and answers repeat another moment, where this is told by the moment at hand and by
whether something is said at the start of a span; where it takes a comparison of all moments, Python does it.
"""

from collections.abc import Iterator

from labelstore.formats.compiled.assembler import Assembler
from labelstore.formats.compiled.operands import NOTHING, Item, Kind, Operand
from labelstore.formats.v2.annotations import ANSWER_KINDS
from labelstore.formats.v2.labels import Moment
from labelstore.formats.v2.questions import Answer, Classification

_HAS_SPANS, _TELLS, _IS_END = 1, 2, 4
"""What is noted of one: its feature has spans; it or what is below has the answer of one; a span of it ends now."""
_KINDS = {name: kind for name, (kind, _) in zip(Classification.exclusive, ANSWER_KINDS, strict=True)}
_LISTS = [name for name, kind in _KINDS.items() if kind == "checklist"]
_SINGLE = [name for name, kind in _KINDS.items() if kind != "checklist"]


class MomentsProgram:
    """Notes in each question and answer that repeats another moment whether a span ends there."""

    def __init__(self, code: Assembler) -> None:
        self.code = code
        self.timestamp, self.moments = code.variable(), code.variable()
        self.segments, self.features = code.variable(), code.variable()
        """What is sorted, and of each how much."""
        self.moment, self.now = code.variable(), code.variable()
        """The moment at hand, and its time."""
        self.ordinal = code.variable()
        """The place of the question at hand in the moment."""
        self.tells, self.has_spans, self.is_end, self.is_said = (code.variable() for _ in range(4))
        """What the routine that was called last found."""
        self.any_spans, self.any_end = code.variable(), code.variable()
        self.mark = code.routine(), code.routine()
        self.settle = code.routine(), code.routine()
        self.find = code.routine(), code.routine()
        """Of a question, and of an answer."""
        self.feature, self.start = code.routine(), code.routine()

    def begin(self, body: Item) -> None:
        """Say what is to be sorted."""
        for variable, value in (
            (self.timestamp, body["timestamp"]),
            (self.moments, body.count("timestamp")),
            (self.segments, body["segments"]),
            (self.features, body.count("segments")),
        ):
            self.code.copy(variable, value)

    def sort(self, moment: Item, now: Operand) -> None:
        """Note it for the questions of a moment."""
        code = self.code
        code.copy(self.moment, moment.itself)
        code.copy(self.now, now)
        with code.when(self.segments), code.each(moment["classifications"]) as loop:
            code.copy(self.ordinal, loop.ordinal)
            code.copy(self.any_spans, False)
            code.copy(self.any_end, False)
            code.call(self.mark[0], loop.value)
            with code.when(self.any_spans):
                code.call(self.settle[0], loop.value, self.tells, self.any_end)

    def define(self) -> None:
        """Write the routines."""
        self._define_mark()
        self._define_settle()
        self._define_find()
        self._define_feature()
        self._define_start()

    def _below(self, item: Item) -> Iterator[Operand]:
        """The answers of a question, or the questions that an answer opens; code written meanwhile is done for each."""
        code = self.code
        if item.cls is Answer:
            with code.each(item["classifications"]) as loop:
                yield loop.value
            return
        for name in _LISTS:
            with code.each(item[name]) as loop:
                yield loop.value
        for name in _SINGLE:
            with code.when(item.has(name)):
                yield item[name]

    # -- which questions and answers are repeated ---------------------------------------------------------------------

    def _define_mark(self) -> None:
        """Note what is told of the feature of each question and answer."""
        code = self.code
        for place, cls in enumerate((Classification, Answer)):
            with code.define(self.mark[place], 1) as (value,):
                item, tells, note = code.item(cls, value), code.register(), code.register()
                code.copy(tells, False)
                for inner in self._below(item):
                    code.call(self.mark[1 - place], inner)
                    code.copy(tells, code.chosen(self.tells, True, tells))
                code.call(self.feature, item["feature_id"])
                code.copy(tells, code.chosen(self.tells, True, tells))
                with code.when(self.has_spans):
                    code.copy(note, _HAS_SPANS)
                    code.copy(self.any_spans, True)
                    with code.when(tells):
                        code.set_bits(note, _TELLS)
                    with code.when(self.is_end):
                        code.set_bits(note, _IS_END)
                        code.copy(self.any_end, True)
                    code.copy(item.note, note)
                code.copy(self.tells, tells)

    def _define_settle(self) -> None:
        """Of one without spans, what is above it tells whether it is asked, and whether a span ends here."""
        code = self.code
        for place, cls in enumerate((Classification, Answer)):
            with code.define(self.settle[place], 3) as (value, is_asked, is_end):
                item = code.item(cls, value)
                with code.when(item.note):
                    code.copy(is_asked, code.has_bits(item.note, _TELLS))
                    code.copy(is_end, code.has_bits(item.note, _IS_END))
                code.copy(item.note, code.chosen(is_asked, NOTHING, is_end))
                for inner in self._below(item):
                    code.call(self.settle[1 - place], inner, is_asked, is_end)

    # -- what spans say -----------------------------------------------------------------------------------------------

    def _define_find(self) -> None:
        """Whether a feature is one of a question, or of what is below it."""
        code = self.code
        for place, cls in enumerate((Classification, Answer)):
            with code.define(self.find[place], 2) as (value, feature_id):
                item = code.item(cls, value)
                code.look()
                with code.when(code.is_equal(item["feature_id"], feature_id)):
                    code.copy(self.is_said, True)
                for inner in self._below(item):
                    code.call(self.find[1 - place], inner, feature_id)

    def _define_feature(self) -> None:
        """Whether a feature has spans, one ends now, and the question at hand has the answer of one."""
        code = self.code
        with code.define(self.feature, 1) as (feature_id,):
            for found in (self.has_spans, self.is_end, self.tells):
                code.copy(found, False)
            code.look(self.features)
            with (
                code.each(self.segments) as loop,
                code.when(code.is_equal(loop.key, feature_id)),
                code.when(code.is_kind(loop.value, Kind.LIST)),
                code.when(loop.value),
            ):
                code.copy(self.has_spans, True)
                self._tell(feature_id, loop.value)

    def _tell(self, feature_id: Operand, spans: Operand) -> None:
        """Where a span starts now, or one ends at whose start nothing is said, the last question has its answer."""
        code = self.code
        wanted, orphans, count = code.register(), code.register(), code.register()
        for number in (wanted, orphans, count):
            code.copy(number, 0)
        last, last_ordinal = code.register(), code.register()
        code.copy(last, NOTHING)
        for start, end in self._spans(spans):
            with code.when(code.is_equal(start, self.now)):
                code.add(wanted, 1)
            with code.when(code.is_equal(end, self.now)):
                code.copy(self.is_end, True)
        for start in self._ended(spans):
            code.call(self.start, start, feature_id, NOTHING)
            code.add(orphans, code.chosen(self.is_said, 0, 1))
        code.copy(wanted, code.chosen(wanted, wanted, orphans))
        with code.when(wanted):
            questions = code.item(Moment, self.moment)["classifications"]
            with code.each(questions) as loop:
                code.copy(self.is_said, False)
                code.call(self.find[0], loop.value, feature_id)
                with code.when(self.is_said):
                    code.add(count, 1)
                    code.copy(last, loop.value)
                    code.copy(last_ordinal, loop.ordinal)
            with code.unless(code.is_equal(count, 1)):
                code.hand_back_unless_any(code.is_equal(wanted, 1))
                for start in self._ended(spans):
                    code.call(self.start, start, feature_id, last)
            code.copy(self.tells, code.is_equal(last_ordinal, self.ordinal))

    def _spans(self, spans: Operand) -> Iterator[tuple[Operand, Operand]]:
        code, start, end = self.code, self.code.register(), self.code.register()
        with code.each(spans) as loop:
            code.look()
            with code.each(loop.value) as numbers:
                code.copy(start, end)
                code.copy(end, numbers.value)
            yield start, end

    def _ended(self, spans: Operand) -> Iterator[Operand]:
        """The starts of the spans that end now."""
        code = self.code
        for start, end in self._spans(spans):
            is_empty = code.is_equal(start, end)
            with code.unless(is_empty), code.when(code.is_equal(end, self.now)):
                yield start

    def _define_start(self) -> None:
        """Whether a feature is said at a time; never as in another question, if one is given."""
        code = self.code
        with code.define(self.start, 3) as (time, feature_id, other):
            is_said = code.register(value=False)
            code.look(self.moments)
            with code.each(self.timestamp) as loop:
                is_then = code.is_equal(code.whole_number(loop.key), time)
                questions = loop.item(Moment)["classifications"]
                with code.when(is_then), code.each(questions) as inner:
                    code.copy(self.is_said, False)
                    code.call(self.find[0], inner.value, feature_id)
                    with code.when(self.is_said):
                        code.copy(is_said, True)
                        with code.when(other):
                            self._differ(inner.item(Classification), code.item(Classification, other))
            code.copy(self.is_said, is_said)

    def _differ(self, *questions: Item) -> None:
        """Leave it to Python which of two questions it is if their answers are the same, or several."""
        code = self.code
        singles = [
            name for name, (kind, _) in zip(Classification.exclusive, ANSWER_KINDS, strict=True) if kind != "checklist"
        ]
        lists = set(Classification.exclusive) - {*singles}
        for question in questions:
            code.hand_back_if(*(question.has(name) for name in sorted(lists)))
        one, other = (code.item(Answer, code.first_of(*(item[name] for name in singles))) for item in questions)
        differs = code.register(value=False)
        for name in ("text", "feature_id", "name", "value"):
            with code.unless(code.is_equal(one[name], other[name])):
                code.copy(differs, True)
        with code.unless(differs):
            code.hand_back()
