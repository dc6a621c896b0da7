{{ config(materialized='incremental', meta={'touched': 'int_touched_groups'}) }}

with recursive

touched as (
    select block from {{ ref('int_touched_groups') }}
),

seeds as (
    select * from {{ ref('int_seeds') }}
    {% if is_incremental() %}
        where block in (select touched.block from touched)
    {% endif %}
),

seed_months as (
    select
        *,
        unnest(generate_series(
            date_trunc('month', earliest_date),
            date_trunc('month', latest_date),
            interval 1 month
        )) as month
    from seeds
    where earliest_date <= latest_date
),

-- Blocks: the same sides in a month that both may lie in. A pair shows up in its first
-- common month only.
same_sides as (
    select
        weaker.seed_id,
        stronger.seed_id as leader_id,
        true as has_same_sides
    from seed_months as weaker
    inner join seed_months as stronger
        on
            weaker.fact_kind = stronger.fact_kind
            and weaker.block_key = stronger.block_key
            and weaker.month = stronger.month
    where
        weaker.strength > stronger.strength
        and weaker.month = date_trunc(
            'month', greatest(weaker.earliest_date, stronger.earliest_date)
        )
),

seed_actor_months as (
    select
        seed_id,
        strength,
        block_key,
        side_codes,
        month,
        unnest(actor_ids) as actor_id
    from seed_months
    where fact_kind = 'meeting'
),

-- More than half of the larger's sides: the bilateral on the margin of a summit of
-- twenty is an encounter of its own, though its two people attend both.
contained_sides as (
    select distinct
        weaker.seed_id,
        stronger.seed_id as leader_id,
        false as has_same_sides
    from seed_actor_months as weaker
    inner join seed_actor_months as stronger
        on
            weaker.actor_id = stronger.actor_id
            and weaker.month = stronger.month
    where
        weaker.strength > stronger.strength
        and weaker.block_key <> stronger.block_key
        and 2 * least(len(weaker.side_codes), len(stronger.side_codes))
        > greatest(len(weaker.side_codes), len(stronger.side_codes))
        and (
            list_has_all(weaker.side_codes, stronger.side_codes)
            or list_has_all(stronger.side_codes, weaker.side_codes)
        )
),

pairs as (
    select * from same_sides
    union all
    select * from contained_sides
),

candidates as (
    select
        pairs.seed_id,
        pairs.leader_id,
        pairs.has_same_sides,
        list_has_any(weaker.actor_ids, stronger.actor_ids) as has_shared_actor,
        -- A month says nothing about which of its days is nearer.
        case
            when weaker.date_precision = 'day'
                then abs(weaker.start_date - stronger.start_date)
            else 0
        end as n_days_apart,
        stronger.strength
    from pairs
    inner join seeds as weaker on pairs.seed_id = weaker.seed_id
    inner join seeds as stronger on pairs.leader_id = stronger.seed_id
    where
        (
            weaker.format_class = stronger.format_class
            or 'unknown' in (weaker.format_class, stronger.format_class)
        )
        and (
            len(weaker.actor_ids) = 0
            or len(stronger.actor_ids) = 0
            or list_has_any(weaker.actor_ids, stronger.actor_ids)
        )
        and weaker.earliest_date <= stronger.latest_date
        and stronger.earliest_date <= weaker.latest_date
        and case
            when weaker.date_precision = 'day' and stronger.date_precision = 'day'
                then
                    weaker.start_date = stronger.start_date
                    or not list_has_any(weaker.article_ids, stronger.article_ids)
                    and (
                        -- Someone took part in both spans or days.
                        list_has_any(weaker.actor_ids, stronger.actor_ids)
                        -- A plan may slip by a day.
                        or weaker.is_held <> stronger.is_held
                        and abs(weaker.start_date - stronger.start_date) <= 1
                        -- A state visit of several days, its guest named or not.
                        or weaker.fact_kind = 'visit'
                    )
            -- An article that tells the two separately knows them for two.
            when list_has_any(weaker.article_ids, stronger.article_ids)
                then
                    weaker.date_precision = stronger.date_precision
                    and weaker.start_date = stronger.start_date
                    and weaker.is_held = stronger.is_held
            when
                weaker.date_precision = 'unknown'
                and stronger.date_precision = 'unknown'
                then
                    weaker.first_reported <= stronger.last_reported + 10
                    and stronger.first_reported <= weaker.last_reported + 10
                    and (
                        weaker.start_date = stronger.start_date
                        or weaker.is_held <> stronger.is_held
                    )
            -- Undated against dated comes later, once the dated ones are settled.
            when weaker.date_precision = 'unknown' then false
            when weaker.date_precision = stronger.date_precision
                then weaker.start_date = stronger.start_date
            else
                stronger.start_date between weaker.start_date and weaker.end_date
        end
),

-- One leader each: a vague report may fit two encounters but must not join them.
leaders as materialized (
    select
        seed_id,
        leader_id
    from candidates
    qualify row_number() over (
        partition by seed_id
        order by
            has_shared_actor desc,
            has_same_sides desc,
            n_days_apart asc,
            strength asc
    ) = 1
),

-- A leader is always stronger than who follows it, so the walk ends.
walk as (
    select
        seed_id,
        seed_id as root_id
    from seeds
    union all
    select
        walk.seed_id,
        leaders.leader_id as root_id
    from walk
    inner join leaders on walk.root_id = leaders.seed_id
),

roots as (
    select
        walk.seed_id,
        walk.root_id
    from walk
    anti join leaders on walk.root_id = leaders.seed_id
)

-- Over a go-between a seed may reach a leader that has other people at the table, or
-- that its own article tells apart from it; it stays alone then.
select
    roots.seed_id,
    case
        when coalesce(leaders.leader_id, roots.seed_id) = roots.root_id
            then roots.root_id
        when list_has_any(seeds.article_ids, root_seeds.article_ids)
            then roots.seed_id
        when
            len(seeds.actor_ids) = 0
            or len(root_seeds.actor_ids) = 0
            or list_has_any(seeds.actor_ids, root_seeds.actor_ids)
            or list_has_any(seeds.actor_ids, leader_seeds.actor_ids)
            then roots.root_id
        else roots.seed_id
    end as group_id,
    seeds.block
from roots
inner join seeds on roots.seed_id = seeds.seed_id
inner join seeds as root_seeds on roots.root_id = root_seeds.seed_id
left join leaders on roots.seed_id = leaders.seed_id
left join seeds as leader_seeds on leaders.leader_id = leader_seeds.seed_id
