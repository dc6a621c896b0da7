with

blocks as (
    select block from {{ ref('int_touched_blocks') }}
),

seeds as (
    select
        block,
        fact_kind
    from {{ ref('int_seeds') }}
)

select block from blocks
union
select block from seeds
where fact_kind = 'meeting'
