with

articles as (
    select
        article_id,
        cast(date_trunc('month', published_date) as date) as month
    from {{ ref('stg_articles') }}
),

mentions as (
    select
        actors.actor_id,
        articles.month,
        'article' as activity
    from {{ ref('article_actors') }} as actors
    inner join articles on actors.article_id = articles.article_id
),

spoken as (
    select
        statements.actor_id,
        articles.month,
        'statement' as activity
    from {{ ref('statements') }} as statements
    inner join articles on statements.article_id = articles.article_id
),

attended as (
    select
        participants.actor_id,
        {{ counting_month(
            'meetings.start_date', 'meetings.date_precision', 'meetings.first_reported'
        ) }} as month,
        'meeting' as activity
    from {{ ref('meeting_participants') }} as participants
    inner join {{ ref('meetings') }} as meetings
        on participants.meeting_id = meetings.meeting_id
    where meetings.status = 'occurred'
),

visited as (
    select
        visits.actor_id,
        {{ counting_month(
            'visits.start_date', 'visits.date_precision', 'facts.first_reported'
        ) }} as month,
        'visit' as activity
    from {{ ref('visits') }} as visits
    inner join {{ ref('int_facts') }} as facts
        on
            facts.fact_kind = 'visit'
            and visits.visit_id = facts.fact_id
    where visits.status = 'occurred'
),

activities as (
    select * from mentions
    union all
    select * from spoken
    union all
    select * from attended
    union all
    select * from visited
)

select
    actor_id,
    month,
    cast(count(*) filter (where activity = 'article') as integer) as n_articles,
    cast(count(*) filter (where activity = 'meeting') as integer) as n_meetings,
    cast(count(*) filter (where activity = 'visit') as integer) as n_visits,
    cast(count(*) filter (where activity = 'statement') as integer) as n_statements
from activities
where actor_id is not null and month is not null
group by actor_id, month
