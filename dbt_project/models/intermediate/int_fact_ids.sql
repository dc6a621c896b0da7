with recursive

reports as (
    select * from {{ ref('int_reports') }}
),

seeds_of_reports as (
    select * from {{ ref('int_report_seeds') }}
),

groups_of_seeds as (
    select * from {{ ref('int_seed_groups') }}
),

undated_groups as (
    select * from {{ ref('int_undated_groups') }}
),

targets as (
    select * from {{ ref('int_correction_targets') }}
),

-- Reports split off under one value stay together.
splits as (
    select
        fact_kind,
        report_id,
        min('split:' || coalesce(value, report_id)) as cluster_id
    from targets
    where action = 'split'
    group by fact_kind, report_id
),

clustered as (
    select
        reports.fact_kind,
        reports.report_id,
        reports.article_id,
        reports.published_date,
        reports.status,
        coalesce(
            splits.cluster_id,
            undated_groups.dated_group_id,
            groups_of_seeds.group_id
        ) as cluster_id
    from reports
    inner join seeds_of_reports
        on
            reports.fact_kind = seeds_of_reports.fact_kind
            and reports.report_id = seeds_of_reports.report_id
    inner join groups_of_seeds on seeds_of_reports.seed_id = groups_of_seeds.seed_id
    left join undated_groups on groups_of_seeds.group_id = undated_groups.group_id
    left join splits
        on
            reports.fact_kind = splits.fact_kind
            and reports.report_id = splits.report_id
),

united as (
    select
        one.cluster_id as node_a,
        other.cluster_id as node_b
    from targets
    inner join clustered as one
        on
            targets.fact_kind = one.fact_kind
            and targets.report_id = one.report_id
    inner join clustered as other
        on
            targets.fact_kind = other.fact_kind
            and targets.other_report_id = other.report_id
    where targets.action = 'merge'
),

edges as (
    select * from united
    union
    select
        node_b as node_a,
        node_a as node_b
    from united
),

nodes as (
    select distinct node_a as node
    from edges
),

reach as (
    {{ reach('nodes', 'edges') }}
),

merged as (
    select
        node,
        min(root) as root
    from reach
    group by node
),

final_clusters as (
    select
        clustered.fact_kind,
        clustered.report_id,
        clustered.article_id,
        clustered.published_date,
        clustered.status,
        coalesce(merged.root, clustered.cluster_id) as cluster_id
    from clustered
    left join merged on clustered.cluster_id = merged.node
),

rejections as (
    select distinct
        fact_kind,
        report_id
    from targets
    where action = 'reject' and scope = 'fact'
),

-- The id comes from the earliest report, so later ones never change it.
named as (
    select
        final_clusters.fact_kind,
        final_clusters.report_id,
        final_clusters.article_id,
        final_clusters.published_date,
        final_clusters.status,
        first_value(final_clusters.report_id) over (
            partition by final_clusters.fact_kind, final_clusters.cluster_id
            order by
                final_clusters.published_date nulls last,
                final_clusters.article_id,
                final_clusters.report_id
        ) as first_report_id,
        bool_or(rejections.report_id is not null) over (
            partition by final_clusters.fact_kind, final_clusters.cluster_id
        ) as is_rejected
    from final_clusters
    left join rejections
        on
            final_clusters.fact_kind = rejections.fact_kind
            and final_clusters.report_id = rejections.report_id
)

select
    fact_kind,
    report_id,
    article_id,
    published_date,
    status,
    {{ fact_id('fact_kind', 'first_report_id') }} as fact_id,
    is_rejected
from named
