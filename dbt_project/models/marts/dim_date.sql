with

dates as (
    select published_date as date from {{ ref('stg_articles') }}
    union all
    select start_date as date from {{ ref('int_fact_dates') }}
    union all
    select end_date as date from {{ ref('int_fact_dates') }}
),

-- A misread year must not make a million days.
bounds as (
    select
        min(date_trunc('year', date)) as first_day,
        max(make_date(year(date), 12, 31)) as last_day
    from dates
    where date between date '1900-01-01' and date '2100-12-31'
),

day_lists as (
    select
        generate_series(
            cast(first_day as timestamp), cast(last_day as timestamp), interval 1 day
        ) as days
    from bounds
),

days as (
    select cast(unnest(days) as date) as date
    from day_lists
)

select
    date,
    cast(year(date) as integer) as year,
    cast(quarter(date) as integer) as quarter,
    cast(date_trunc('month', date) as date) as month,
    cast(date_trunc('week', date) as date) as week,
    monthname(date) as month_name,
    dayname(date) as weekday,
    isodow(date) >= 6 as is_weekend
from days
