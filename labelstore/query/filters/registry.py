"""The filters: their names, what is true of a label, and how values are counted."""

from typing import NamedTuple

from labelstore.query.filters.forms import Form, Moment, Names, Options, Range, Words, yes_no
from labelstore.query.projects import OF_PROJECTS

_FIRST = "case when l.{0} is null then seconds_of(l.{1}) else seconds_of(l.{0}) end"
_MADE = _FIRST.format("created_at", "updated_at")
"""When the label was made, in seconds since 1970."""
_UPDATED = _FIRST.format("updated_at", "created_at")
"""When it was changed last."""
LAST_SCORE = """(
    select v.score from reviews as v where v.label_id = l.label_id order by v.created_at desc, v.node_id desc limit 1
)"""
"""The score of a label's last review."""
HAS_CLASS = "exists (select 1 from objects as o where o.label_id = l.label_id and o.name in ({these}))"
HAS_QUESTION = "exists (select 1 from classifications as c where c.label_id = l.label_id and c.name in ({these}))"
_HAS_ANSWER = """exists (
    select 1
    from classifications as c
    join answers as a on a.classification_id = c.classification_id
    where c.label_id = l.label_id and (a.name in ({{these}}) or a.text in ({{these}})){question}
)"""
HAS_ANSWER = _HAS_ANSWER.format(question="")
ANSWERED = _HAS_ANSWER.format(question=" and c.name in ({questions})")
"""One of the answers, to one of the questions."""
IS_BENCHMARK = """(
    coalesce(l.is_benchmark, 0) = 1
    or l.label_id in (select b.benchmark_id from labels as b where b.benchmark_id is not null)
)"""
OF_LABELERS = "l.model_run_id is null"
"""True of labels that labelers made; others stand in model runs."""


class Filter(NamedTuple):
    """One filter: `name` in an address, `title` on a page, `help` for options and docs.

    `counts` is SQL for its values: value, title (NULL: the value), labels (NULL: not counted). `instant` says that
    these come from the counters. `word` is what options call it, `python` what Python does, where that differs.
    """

    name: str
    title: str
    help: str
    form: Form
    counts: str | None = None
    instant: bool = False
    word: str = ""
    python: str = ""

    @property
    def option(self) -> str:
        """The option of commands: `--asset-type`."""
        return f"--{(self.word or self.name).replace('_', '-')}"

    @property
    def word_values(self) -> tuple[str, ...]:
        """The words that it takes, such as yes and no; () for any text."""
        return tuple(self.form.sql) if isinstance(self.form, Options) else ()

    @property
    def keyword(self) -> str:
        """The keyword of Python."""
        return self.python or self.name


def _counted(role: str, grain: str | None, column: str, labels: str = "sum(f.labels)") -> str:
    """SQL that counts the labels of each value of a column of the counters."""
    condition = "f.grain is null" if grain is None else f"f.grain = '{grain}'"
    return f"""
select f.{column} as value, null as title, cast({labels} as bigint) as labels
from feature_counts as f
where f.role = '{role}' and {condition} and f.{column} is not null
group by f.{column}
having sum({"f.annotations" if grain is None else "f.labels"}) > 0
order by labels desc, value
"""


_PROJECTS = """
select f.project_id as value, max(p.name) as title, cast(sum(f.annotations) as bigint) as labels
from feature_counts as f
left join projects as p on p.project_id = f.project_id
where f.role = 'label' and f.grain is null and f.project_id is not null
group by f.project_id
having sum(f.annotations) > 0
order by labels desc, value
"""
_QUESTIONS = _counted("classification", "class", "name", "case when count(distinct f.kind) < 2 then sum(f.labels) end")
_CLASSES = _counted("tool", "name", "name")


def _of_labels(value: str, condition: str = OF_LABELERS) -> str:
    """SQL that counts the labels of each value of an expression."""
    return f"""
select {value} as value, null as title, count(*) as labels
from labels as l
where {condition} and {value} is not null
group by {value}
order by labels desc, value
"""


def _yes(condition: str) -> str:
    """SQL that counts the labels of which something is true, and the others."""
    return f"""
select case when is_so then 'yes' else 'no' end as value, null as title, count(*) as labels
from (select {condition} as is_so from labels as l where {OF_LABELERS}) as l
group by is_so
order by value desc
"""


_AGREEMENT, _BENCHMARK_AGREEMENT = (
    Range(f"case when l.{score} <> -1 then l.{score} end") for score in ("agreement", "benchmark_agreement")
)
_LABELERS = _of_labels("l.created_by")
_HAS_ISSUES = "coalesce(l.has_open_issues, 0) > 0"
_SKIPPED = """
select case when f.skipped then 'yes' else 'no' end as value, null as title,
    cast(sum(f.annotations) as bigint) as labels
from feature_counts as f
where f.role = 'label' and f.grain is null
group by f.skipped
having sum(f.annotations) > 0
order by value desc
"""
_REVIEWS = f"""
select case when score > 0 then 'approved' else 'rejected' end as value, null as title, count(*) as labels
from (
    select v.score, row_number() over (partition by v.label_id order by v.created_at desc, v.node_id desc) as place
    from reviews as v
    join labels as l on l.label_id = v.label_id
    where {OF_LABELERS}
) as r
where place = 1 and score <> 0
group by 1
union all
select 'none', null, count(*)
from labels as l
where {OF_LABELERS} and not exists (select 1 from reviews as r where r.label_id = l.label_id)
order by value
"""
_REVIEWERS = f"""
select r.created_by as value, null as title, count(distinct r.label_id) as labels
from reviews as r
join labels as l on l.label_id = r.label_id
where {OF_LABELERS} and r.created_by is not null
group by r.created_by
order by labels desc, value
"""
_STEPS = f"""
select value, null as title, count(*) as labels
from (
    select l.workflow_task_name as value
    from labels as l
    where {OF_LABELERS} and l.workflow_task_name is not null
    union all
    select coalesce(j.task_name, j.workflow_status)
    from data_row_projects as j
    join labels as l on l.data_row_id = j.data_row_id and l.project_id = j.project_id
    where {OF_LABELERS} and l.workflow_task_name is null and coalesce(j.task_name, j.workflow_status) is not null
) as s
group by value
order by labels desc, value
"""
_IN_STEP = """
l.workflow_task_name in ({these}) or exists (
    select 1
    from data_row_projects as j
    where j.data_row_id = l.data_row_id and j.project_id = l.project_id
        and (j.task_name in ({these}) or j.workflow_status in ({these}))
)"""
_OF_TYPE = "exists (select 1 from records as r where r.record_id = l.record_id and r.asset_type in ({these}))"
_REVIEWED_BY = "exists (select 1 from reviews as r where r.label_id = l.label_id and r.created_by in ({these}))"
_REVIEW = {
    "approved": f"{LAST_SCORE} > 0",
    "rejected": f"{LAST_SCORE} < 0",
    "none": "not exists (select 1 from reviews as r where r.label_id = l.label_id)",
}
_WITH_KIND = "exists (select 1 from objects as o where o.label_id = l.label_id and o.kind in ({these}))"

FILTERS: dict[str, Filter] = {
    one.name: one
    for one in (
        Filter("project", "Project", "of this project, by id or name", Names(OF_PROJECTS), _PROJECTS, instant=True),
        Filter(
            "asset_type",
            "Asset type",
            "about an asset of this type: image, video, text …",
            Names(_OF_TYPE, "TYPE"),
            _counted("label", None, "asset_type", "sum(f.annotations)"),
            instant=True,
        ),
        Filter(
            "class",
            "Class",
            "with an object of this class",
            Names(HAS_CLASS),
            _CLASSES,
            instant=True,
            word="with",
            python="with_class",
        ),
        Filter(
            "without",
            "Without class",
            "without any object of this class",
            Names(f"not {HAS_CLASS}", "CLASS"),
            _CLASSES,
            instant=True,
            python="without_class",
        ),
        Filter(
            "kind",
            "Kind",
            "with an object of this kind: bounding_box, polygon …",
            Names(_WITH_KIND),
            _counted("tool", "kind", "kind"),
            instant=True,
        ),
        Filter("labeler", "Labeler", "made by this labeler", Names("l.created_by in ({these})"), _LABELERS),
        Filter("review", "Review", "whose last review says so", Options(_REVIEW), _REVIEWS),
        Filter("reviewer", "Reviewer", "reviewed by this person", Names(_REVIEWED_BY), _REVIEWERS),
        Filter("step", "Workflow step", "in this step of the workflow", Names(_IN_STEP), _STEPS),
        Filter("question", "Question", "that answer this question", Names(HAS_QUESTION), _QUESTIONS, instant=True),
        Filter("answer", "Answer", "with this answer, to the chosen questions or to any", Names(HAS_ANSWER)),
        Filter("agreement", "Agreement", "with a consensus score (0 to 1) in this range", _AGREEMENT),
        Filter(
            "benchmark_agreement",
            "Benchmark agreement",
            "with a benchmark score (0 to 1) in this range",
            _BENCHMARK_AGREEMENT,
        ),
        Filter("score", "Review score", "whose last review has a score in this range", Range(LAST_SCORE)),
        Filter("seconds", "Seconds", "that took so many seconds", Range("l.seconds_to_label")),
        Filter("objects", "Objects", "with so many objects", Range("coalesce(l.objects_total, 0)")),
        Filter("since", "Made since", "made at this time (UTC) or later", Moment(f"{_MADE} >= {{moment}}")),
        Filter("until", "Made before", "made before this time", Moment(f"{_MADE} < {{moment}}")),
        Filter("updated_since", "Updated since", "updated at this time or later", Moment(f"{_UPDATED} >= {{moment}}")),
        Filter("words", "Words", "with a name, answer or text that holds all these words", Words()),
        Filter("issues", "Open issues", "with open issues, or without", yes_no(_HAS_ISSUES), _yes(_HAS_ISSUES)),
        Filter("benchmark", "Benchmark", "that are benchmarks, or are not", yes_no(IS_BENCHMARK), _yes(IS_BENCHMARK)),
        Filter(
            "skipped",
            "Skipped",
            "that were skipped, or were not",
            yes_no("coalesce(l.skipped, false)"),
            _SKIPPED,
            instant=True,
        ),
        Filter(
            "model_run",
            "Model run",
            "of this model run, by id, with its predictions; else those of labelers",
            Names("l.model_run_id in ({these})", "ID"),
            _of_labels("l.model_run_id", "true"),
        ),
    )
}
"""By their names, in the order in which pages show them."""
