-- What was said and heard in recordings: one row is one answer in one span, in the order of time, both ends in
-- milliseconds. end_answer is there where the export has another text at the end of the span than at its start. A span
-- without a question is one that the export does not explain; an answer without an end belongs to no span.
-- group: Texts, recordings and conversations
-- $project: only this project, by id or name
-- $label: only this label, by id
-- $question: only this question, by name
select
    s.label_id,
    s.start_ms,
    s.end_ms,
    s.question,
    s.answer,
    s.end_answer,
    s.data_row_id,
    d.external_id,
    d.global_key
from audio_spans as s
join labels as l on l.label_id = s.label_id
left join data_rows as d on d.data_row_id = s.data_row_id
left join projects as p on p.project_id = l.project_id
where l.model_run_id is null
    and ($project is null or l.project_id = $project or p.name = $project)
    and ($label is null or s.label_id = $label)
    and ($question is null or s.question = $question)
order by l.node_id, s.start_ms nulls last, s.end_ms nulls last, s.question nulls last, s.answer_id nulls last
