with

meeting_topics as (
    select
        country_a,
        country_b,
        month,
        unnest(topics) as topic,
        'meeting' as fact_kind
    from {{ ref('meeting_country_pairs') }}
    where status = 'occurred' and month is not null
),

event_topics as (
    select
        country_a,
        country_b,
        month,
        unnest(topics) as topic,
        'event' as fact_kind
    from {{ ref('event_country_pairs') }}
    where month is not null
),

topics as (
    select * from meeting_topics
    union all
    select * from event_topics
)

select
    country_a,
    country_b,
    month,
    topic,
    cast(count(*) filter (where fact_kind = 'meeting') as integer) as n_meetings,
    cast(count(*) filter (where fact_kind = 'event') as integer) as n_events
from topics
group by country_a, country_b, month, topic
