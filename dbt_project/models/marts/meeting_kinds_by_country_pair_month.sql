with

pairs as (
    select * from {{ ref('meeting_country_pairs') }}
    where month is not null
)

select
    country_a,
    country_b,
    month,
    format,
    level,
    cast(count(*) filter (where status = 'occurred') as integer) as n_meetings,
    cast(count(*) filter (where status = 'planned') as integer) as n_planned
from pairs
group by country_a, country_b, month, format, level
