-- Answers of each question by project: how often each was given, and its share of the times that the question was
-- answered. The shares of a checklist add up to more than 1 where several answers were ticked. Free texts are counted
-- together with `answer` NULL, unless $texts is 1. A question asked in several frames counts once for each.
-- group: Classes and answers
-- $project: only this project, by id or name
-- $texts = 0: 1 counts each free text by itself
with given as (
    select
        f.project_id,
        p.name as project,
        f.parent_name as question,
        f.parent_kind as kind,
        f.is_text,
        case when not f.is_text then coalesce(f.name, f.value) end as answer,
        f.annotations as answers,
        f.times_answered
    from feature_counts as f
    left join projects as p on p.project_id = f.project_id
    where f.role = 'option' and f.grain is null and ($project is null or f.project_id = $project or p.name = $project)
),
texts as (
    select l.project_id, p.name as project, c.name as question, c.kind, a.text as answer, count(*) as answers
    from answers as a
    join classifications as c on c.classification_id = a.classification_id
    join labels as l on l.label_id = c.label_id
    left join projects as p on p.project_id = l.project_id
    where $texts = 1 and a.text is not null and l.model_run_id is null
        and ($project is null or l.project_id = $project or p.name = $project)
    group by l.project_id, p.name, c.name, c.kind, a.text
),
asked as (
    select project_id, question, kind, cast(sum(times_answered) as integer) as times
    from given
    group by project_id, question, kind
),
counted as (
    select project_id, project, question, kind, answer, cast(sum(answers) as integer) as answers
    from (
        select project_id, project, question, kind, answer, answers
        from given
        where case when $texts = 1 then is_text else false end = false
        union all
        select project_id, project, question, kind, answer, answers from texts
    ) as each_answer
    group by project_id, project, question, kind, answer
)
select
    n.project,
    n.question,
    n.kind,
    n.answer,
    n.answers,
    t.times as times_answered,
    round(1e4 * n.answers / t.times) / 1e4 as share
from counted as n
join asked as t
    on t.project_id is not distinct from n.project_id
    and t.question is not distinct from n.question
    and t.kind is not distinct from n.kind
order by
    n.project nulls last,
    n.project_id nulls last,
    n.question nulls last,
    n.kind nulls last,
    n.answers desc,
    n.answer nulls last
