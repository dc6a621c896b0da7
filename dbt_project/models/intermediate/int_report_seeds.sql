{{ config(materialized='incremental', meta={'touched': 'int_touched_blocks'}) }}

with recursive

touched as (
    select block from {{ ref('int_touched_blocks') }}
),

reports as (
    select
        *,
        case
            when date_precision = 'day' then 'any'
            when status = 'occurred' then 'held'
            else 'ahead'
        end as family,
        case when date_precision = 'unknown' then published_date end as undated_day
    from {{ ref('int_reports') }}
    {% if is_incremental() %}
        where
            {{ block('fact_kind', 'block_key') }}
            in (select touched.block from touched)
    {% endif %}
),

-- Undated reports are told as current news: those published within ten days of the
-- first form one window, so that a year of weekly talks does not become one meeting.
undated_days as (
    select distinct
        fact_kind,
        block_key,
        family,
        undated_day
    from reports
    where fact_kind <> 'event' and undated_day is not null
),

next_windows as materialized (
    select
        fact_kind,
        block_key,
        family,
        undated_day as window_start,
        row_number() over days as place,
        min(undated_day) over (
            days range between interval 11 day following and unbounded following
        ) as next_start
    from undated_days
    window days as (
        partition by fact_kind, block_key, family
        order by undated_day
    )
),

windows as (
    select
        fact_kind,
        block_key,
        family,
        window_start,
        next_start
    from next_windows
    where place = 1
    union all
    select
        next_windows.fact_kind,
        next_windows.block_key,
        next_windows.family,
        next_windows.window_start,
        next_windows.next_start
    from windows
    inner join next_windows
        on
            windows.fact_kind = next_windows.fact_kind
            and windows.block_key = next_windows.block_key
            and windows.family = next_windows.family
            and windows.next_start = next_windows.window_start
),

windows_of_days as (
    select
        undated_days.fact_kind,
        undated_days.block_key,
        undated_days.family,
        undated_days.undated_day,
        max(windows.window_start) over (
            partition by
                undated_days.fact_kind, undated_days.block_key, undated_days.family
            order by undated_days.undated_day
        ) as window_start
    from undated_days
    left join windows
        on
            undated_days.fact_kind = windows.fact_kind
            and undated_days.block_key = windows.block_key
            and undated_days.family = windows.family
            and undated_days.undated_day = windows.window_start
),

tokens as (
    select
        reports.fact_kind,
        reports.report_id,
        reports.article_id,
        reports.block_key,
        reports.date_precision,
        reports.family,
        reports.format_class,
        reports.actor_ids,
        case
            when reports.date_precision <> 'unknown' then reports.start_date
            when reports.fact_kind = 'event'
                then cast(date_trunc('week', reports.published_date) as date)
            else windows_of_days.window_start
        end as token_date
    from reports
    left join windows_of_days
        on
            reports.fact_kind = windows_of_days.fact_kind
            and reports.block_key = windows_of_days.block_key
            and reports.family = windows_of_days.family
            and reports.undated_day = windows_of_days.undated_day
),

-- Reports that agree in all that clustering looks at are one node: a thousand articles
-- about one summit cost no more than the few ways in which they tell it.
nodes_of_reports as (
    select
        *,
        md5(concat_ws(
            '~',
            fact_kind,
            block_key,
            date_precision,
            family,
            format_class,
            coalesce(cast(token_date as varchar), report_id),
            array_to_string(actor_ids, '|')
        )) as node
    from tokens
),

nodes as (
    select
        node,
        any_value(fact_kind) as fact_kind,
        any_value(block_key) as block_key,
        any_value(date_precision) as date_precision,
        any_value(family) as family,
        any_value(format_class) as format_class,
        any_value(token_date) as token_date,
        any_value(coalesce(cast(token_date as varchar), report_id)) as token_key,
        any_value(
            case when len(actor_ids) = 0 then [''] else actor_ids end
        ) as actor_ids
    from nodes_of_reports
    group by node
),

-- An unknown format fits a call as well as a meeting in person, so such a node sits in
-- both; those two never share a hub of their own.
node_formats as (
    select
        *,
        unnest(
            case format_class
                when 'unknown' then ['in_person', 'remote']
                else [format_class]
            end
        ) as hub_format
    from nodes
),

node_actors as (
    select
        node,
        fact_kind,
        block_key,
        date_precision,
        family,
        token_date,
        token_key,
        hub_format as format_class,
        unnest(actor_ids) as actor_id
    from node_formats
),

hubs as (
    select
        fact_kind,
        block_key,
        date_precision,
        family,
        token_key,
        format_class,
        actor_id,
        any_value(token_date) as token_date,
        min(node) as hub
    from node_actors
    group by
        fact_kind,
        block_key,
        date_precision,
        family,
        token_key,
        format_class,
        actor_id
),

hub_edges as (
    select
        node_actors.node as node_a,
        hubs.hub as node_b
    from node_actors
    inner join hubs
        on
            node_actors.fact_kind = hubs.fact_kind
            and node_actors.block_key = hubs.block_key
            and node_actors.date_precision = hubs.date_precision
            and node_actors.family = hubs.family
            and node_actors.token_key = hubs.token_key
            and node_actors.format_class = hubs.format_class
            and node_actors.actor_id = hubs.actor_id
    where node_actors.node <> hubs.hub
),

-- A day before or after is the same encounter when somebody took part in both, unless
-- one article tells the two days apart.
days_told_apart as (
    select distinct
        one.fact_kind,
        one.block_key,
        one.token_date
    from tokens as one
    inner join tokens as other
        on
            one.fact_kind = other.fact_kind
            and one.block_key = other.block_key
            and one.article_id = other.article_id
            and one.token_date = other.token_date - 1
    where one.date_precision = 'day' and other.date_precision = 'day'
),

next_day_edges as (
    select
        hubs.hub as node_a,
        next_day.hub as node_b
    from hubs
    inner join hubs as next_day
        on
            hubs.fact_kind = next_day.fact_kind
            and hubs.block_key = next_day.block_key
            and hubs.format_class = next_day.format_class
            and hubs.actor_id = next_day.actor_id
            and hubs.token_date = next_day.token_date - 1
    anti join days_told_apart
        on
            hubs.fact_kind = days_told_apart.fact_kind
            and hubs.block_key = days_told_apart.block_key
            and hubs.token_date = days_told_apart.token_date
    where
        hubs.date_precision = 'day'
        and next_day.date_precision = 'day'
        and hubs.actor_id <> ''
),

one_way_edges as (
    select * from hub_edges
    union
    select * from next_day_edges
),

edges as materialized (
    select * from one_way_edges
    union
    select
        node_b as node_a,
        node_a as node_b
    from one_way_edges
),

linked_nodes as (
    select distinct node_a as node
    from edges
),

reach as (
    {{ reach('linked_nodes', 'edges') }}
),

linked_roots as (
    select
        node,
        min(root) as root
    from reach
    group by node
),

roots as (
    select
        nodes.node,
        coalesce(linked_roots.root, nodes.node) as root
    from nodes
    left join linked_roots on nodes.node = linked_roots.node
),

-- A report of unknown format may have tied a call to a meeting in person; they part.
parted as (
    select
        nodes.node,
        roots.root
        || case
            when
                nodes.format_class = 'remote'
                and bool_or(nodes.format_class = 'in_person')
                    over (partition by roots.root)
                then '-remote'
            else ''
        end as component
    from nodes
    inner join roots on nodes.node = roots.node
)

select
    nodes_of_reports.fact_kind,
    nodes_of_reports.report_id,
    min(nodes_of_reports.report_id) over (partition by parted.component) as seed_id,
    nodes_of_reports.token_date,
    {{ block('nodes_of_reports.fact_kind', 'nodes_of_reports.block_key') }} as block
from nodes_of_reports
inner join parted on nodes_of_reports.node = parted.node
