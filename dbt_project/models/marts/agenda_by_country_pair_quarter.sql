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

quarters as (
    select
        country_a,
        country_b,
        quarter,
        sum(n_facts) as n_facts
    from topics
    group by country_a, country_b, quarter
),

firsts as (
    select
        country_a,
        country_b,
        topic,
        min(quarter) as first_quarter,
        min(min(quarter)) over (partition by country_a, country_b)
            as first_quarter_of_pair
    from topics
    group by country_a, country_b, topic
),

-- The four quarters before are the measure; what was on the agenda then and is not
-- now stands with zero.
compared as (
    select
        quarters.country_a,
        quarters.country_b,
        quarters.quarter,
        topics.topic,
        quarters.n_facts as n_facts_of_quarter,
        coalesce(
            sum(topics.n_facts) filter (where topics.quarter = quarters.quarter), 0
        ) as n_facts,
        coalesce(
            sum(topics.n_facts) filter (where topics.quarter < quarters.quarter), 0
        ) as n_facts_before
    from quarters
    inner join topics
        on
            quarters.country_a = topics.country_a
            and quarters.country_b = topics.country_b
            and quarters.quarter >= topics.quarter
            and quarters.quarter - interval 12 month <= topics.quarter
    group by
        quarters.country_a,
        quarters.country_b,
        quarters.quarter,
        topics.topic,
        quarters.n_facts
),

shares as (
    select
        *,
        round(n_facts / n_facts_of_quarter, 4) as share,
        sum(n_facts_before) over quarter_of_pair as n_facts_of_baseline,
        round(
            n_facts_before / nullif(sum(n_facts_before) over quarter_of_pair, 0), 4
        ) as baseline_share
    from compared
    window quarter_of_pair as (partition by country_a, country_b, quarter)
)

select
    shares.country_a,
    shares.country_b,
    shares.quarter,
    shares.topic,
    cast(shares.n_facts as integer) as n_facts,
    shares.share,
    cast(shares.n_facts_before as integer) as n_facts_before,
    shares.baseline_share,
    case
        when shares.n_facts_of_quarter >= 5 and shares.n_facts_of_baseline >= 5
            then round(shares.share - shares.baseline_share, 4)
    end as share_change,
    shares.quarter = firsts.first_quarter
    and shares.quarter > firsts.first_quarter_of_pair as is_new_topic,
    shares.n_facts_of_quarter >= 5 and shares.n_facts_of_baseline >= 5
        as has_enough_data
from shares
inner join firsts
    on
        shares.country_a = firsts.country_a
        and shares.country_b = firsts.country_b
        and shares.topic = firsts.topic
