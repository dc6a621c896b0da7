-- Who punished whom, when, and in which words is it told?
select
    events.start_date,
    events.source_code,
    events.target_code,
    events.status,
    left(evidence.evidence, 80) as evidence
from marts.events as events
inner join marts.evidence as evidence
    on events.event_id = evidence.fact_id and evidence.fact_kind = 'event'
where events.event_type = 'SANCTION' and events.start_date is not null
order by events.start_date, events.event_id, evidence.article_id, evidence.char_start
limit 5
