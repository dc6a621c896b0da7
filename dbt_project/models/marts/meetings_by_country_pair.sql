with

pairs as (
    select * from {{ ref('meeting_country_pairs') }}
),

reports as (
    select distinct
        fact_id as meeting_id,
        article_id
    from {{ ref('int_fact_reports') }}
    where fact_kind = 'meeting'
),

counts as (
    select
        country_a,
        country_b,
        count(*) filter (where status = 'occurred') as n_meetings,
        count(*) filter (where status = 'occurred' and format = 'in_person')
            as n_in_person,
        count(*) filter (where status = 'occurred' and format in ('call', 'video'))
            as n_calls,
        count(*) filter (where status = 'planned') as n_planned,
        min(start_date) filter (where status = 'occurred') as first_meeting,
        max(start_date) filter (where status = 'occurred') as last_meeting,
        {{ level_name(
            'min(' ~ level_rank('level') ~ ") filter (where status = 'occurred')"
        ) }} as highest_level
    from pairs
    group by country_a, country_b
),

article_counts as (
    select
        pairs.country_a,
        pairs.country_b,
        count(distinct reports.article_id) as n_articles
    from pairs
    inner join reports on pairs.meeting_id = reports.meeting_id
    group by pairs.country_a, pairs.country_b
),

held_topics as (
    select
        country_a,
        country_b,
        unnest(topics) as topic
    from pairs
    where status = 'occurred'
),

ranked_topics as (
    select
        country_a,
        country_b,
        topic,
        row_number() over (
            partition by country_a, country_b
            order by count(*) desc, topic asc
        ) as rank
    from held_topics
    group by country_a, country_b, topic
),

top_topics as (
    select
        country_a,
        country_b,
        list(topic order by rank) as top_topics
    from ranked_topics
    where rank <= 5
    group by country_a, country_b
)

select
    counts.country_a,
    counts.country_b,
    cast(counts.n_meetings as integer) as n_meetings,
    cast(counts.n_in_person as integer) as n_in_person,
    cast(counts.n_calls as integer) as n_calls,
    cast(counts.n_planned as integer) as n_planned,
    counts.first_meeting,
    counts.last_meeting,
    counts.highest_level,
    coalesce(top_topics.top_topics, cast([] as varchar[])) as top_topics,
    cast(article_counts.n_articles as integer) as n_articles
from counts
inner join article_counts
    on
        counts.country_a = article_counts.country_a
        and counts.country_b = article_counts.country_b
left join top_topics
    on
        counts.country_a = top_topics.country_a
        and counts.country_b = top_topics.country_b
