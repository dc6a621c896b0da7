with

topics as (
    select
        country_a,
        country_b,
        cast(date_trunc('quarter', month) as date) as quarter,
        topic,
        sum(n_meetings + n_events) as n_facts
    from {{ ref('topics_by_country_pair_month') }}
    group by country_a, country_b, date_trunc('quarter', month), topic
),

-- The four quarters before are the measure.
quarters as (
    select
        country_a,
        country_b,
        quarter,
        sum(n_facts) as n_facts,
        coalesce(sum(sum(n_facts)) over (
            partition by country_a, country_b
            order by quarter
            range between interval 12 month preceding and interval 3 month preceding
        ), 0) as n_baseline_facts,
        min(quarter) over (partition by country_a, country_b) as first_quarter
    from topics
    group by country_a, country_b, quarter
),

present as (
    select
        country_a,
        country_b,
        quarter,
        topic,
        n_facts,
        coalesce(sum(n_facts) over (
            partition by country_a, country_b, topic
            order by quarter
            range between interval 12 month preceding and interval 3 month preceding
        ), 0) as n_facts_before,
        quarter = min(quarter) over (partition by country_a, country_b, topic)
            as is_first
    from topics
),

-- What went is told only where it can be told.
absent as (
    select
        quarters.country_a,
        quarters.country_b,
        quarters.quarter,
        topics.topic,
        0 as n_facts,
        sum(topics.n_facts) as n_facts_before,
        false as is_first
    from quarters
    inner join topics
        on
            quarters.country_a = topics.country_a
            and quarters.country_b = topics.country_b
            and quarters.quarter >= topics.quarter
            and quarters.quarter - interval 12 month <= topics.quarter
    where quarters.n_facts >= 5 and quarters.n_baseline_facts >= 5
    group by
        quarters.country_a, quarters.country_b, quarters.quarter, topics.topic
    having max(topics.quarter) < quarters.quarter
),

compared as (
    select * from present
    union all
    select * from absent
),

shares as (
    select
        compared.*,
        round(compared.n_facts / quarters.n_facts, 4) as share,
        round(compared.n_facts_before / nullif(quarters.n_baseline_facts, 0), 4)
            as baseline_share,
        compared.is_first and compared.quarter > quarters.first_quarter as is_new_topic,
        quarters.n_facts >= 5 and quarters.n_baseline_facts >= 5 as has_enough_data
    from compared
    inner join quarters
        on
            compared.country_a = quarters.country_a
            and compared.country_b = quarters.country_b
            and compared.quarter = quarters.quarter
)

select
    country_a,
    country_b,
    quarter,
    topic,
    cast(n_facts as integer) as n_facts,
    share,
    cast(n_facts_before as integer) as n_facts_before,
    baseline_share,
    case when has_enough_data then round(share - baseline_share, 4) end as share_change,
    is_new_topic,
    has_enough_data
from shares
