{{ config(materialized='incremental', meta={'touched': 'int_touched_groups'}) }}

with

touched as (
    select block from {{ ref('int_touched_groups') }}
),

reports as (
    select * from {{ ref('int_reports') }}
    {% if is_incremental() %}
        where
            {{ block('fact_kind', 'block_key') }}
            in (select touched.block from touched)
    {% endif %}
),

seeds_of_reports as (
    select * from {{ ref('int_report_seeds') }}
    {% if is_incremental() %}
        where block in (select touched.block from touched)
    {% endif %}
),

groups_of_seeds as (
    select * from {{ ref('int_seed_groups') }}
    {% if is_incremental() %}
        where block in (select touched.block from touched)
    {% endif %}
),

seeds as (
    select * from {{ ref('int_seeds') }}
    {% if is_incremental() %}
        where block in (select touched.block from touched)
    {% endif %}
),

grouped as (
    select
        groups_of_seeds.group_id,
        list_sort(list_distinct(flatten(list(seeds.actor_ids)))) as actor_ids,
        list_sort(list_distinct(flatten(list(seeds.article_ids)))) as article_ids,
        bool_or(seeds.is_held) as is_held
    from groups_of_seeds
    inner join seeds on groups_of_seeds.seed_id = seeds.seed_id
    group by groups_of_seeds.group_id
),

profiles as (
    select
        grouped.group_id,
        grouped.actor_ids,
        grouped.article_ids,
        grouped.is_held,
        seeds.fact_kind,
        seeds.block,
        seeds.block_key,
        seeds.format_class,
        seeds.date_precision,
        seeds.start_date,
        seeds.first_reported,
        seeds.earliest_date,
        seeds.latest_date,
        seeds.strength
    from grouped
    inner join seeds on grouped.group_id = seeds.seed_id
),

report_days as (
    select distinct
        groups_of_seeds.group_id,
        reports.fact_kind,
        reports.block_key,
        reports.published_date
    from seeds_of_reports
    inner join groups_of_seeds on seeds_of_reports.seed_id = groups_of_seeds.seed_id
    inner join reports
        on
            seeds_of_reports.fact_kind = reports.fact_kind
            and seeds_of_reports.report_id = reports.report_id
    where reports.published_date is not null
),

undated_days as (
    select
        report_days.*,
        -- Published in the same week for an event, within ten days for an encounter.
        case report_days.fact_kind when 'event' then 7 else 10 end as reach_days,
        unnest(list_distinct([
            date_trunc('month', report_days.published_date - 10),
            date_trunc('month', report_days.published_date + 10)
        ])) as month
    from report_days
    inner join profiles on report_days.group_id = profiles.group_id
    where profiles.date_precision = 'unknown'
),

dated_days as (
    select
        report_days.*,
        date_trunc('month', report_days.published_date) as month
    from report_days
    inner join profiles on report_days.group_id = profiles.group_id
    where profiles.date_precision <> 'unknown'
),

near_pairs as (
    select distinct
        undated_days.group_id as undated_id,
        dated_days.group_id as dated_id
    from undated_days
    inner join dated_days
        on
            undated_days.fact_kind = dated_days.fact_kind
            and undated_days.block_key = dated_days.block_key
            and undated_days.month = dated_days.month
    where
        dated_days.published_date between
        undated_days.published_date - undated_days.reach_days
        and undated_days.published_date + undated_days.reach_days
),

candidates as (
    select
        near_pairs.undated_id,
        near_pairs.dated_id,
        undated.fact_kind,
        undated.block,
        list_has_any(undated.actor_ids, dated.actor_ids) as has_shared_actor,
        abs(undated.first_reported - dated.start_date) as n_days_apart,
        dated.strength
    from near_pairs
    inner join profiles as undated on near_pairs.undated_id = undated.group_id
    inner join profiles as dated on near_pairs.dated_id = dated.group_id
    where
        (
            undated.format_class = dated.format_class
            or 'unknown' in (undated.format_class, dated.format_class)
        )
        and (
            len(undated.actor_ids) = 0
            or len(dated.actor_ids) = 0
            or list_has_any(undated.actor_ids, dated.actor_ids)
        )
        and not list_has_any(undated.article_ids, dated.article_ids)
        and undated.earliest_date <= dated.latest_date
        and dated.earliest_date <= undated.latest_date
),

best as (
    select
        undated_id,
        dated_id,
        fact_kind,
        block,
        row_number() over (
            partition by undated_id
            order by has_shared_actor desc, n_days_apart asc, strength asc
        ) as place,
        count(*) over (
            partition by undated_id, has_shared_actor
        ) as n_rivals
    from candidates
)

-- An undated meeting or visit that fits two encounters stays alone; an undated event
-- goes to the day nearest to its report, as news of a deed follows it closely.
select
    undated_id as group_id,
    dated_id as dated_group_id,
    block
from best
where place = 1 and (n_rivals = 1 or fact_kind = 'event')
