with

articles as (
    select published_date from {{ ref('stg_articles') }}
    where published_date is not null
)

select
    min(published_date) as first_published,
    max(published_date) as as_of_date,
    cast(date_trunc('month', max(published_date)) as date) as as_of_month,
    max(published_date) = last_day(max(published_date)) as is_month_complete
from articles
having count(*) > 0
