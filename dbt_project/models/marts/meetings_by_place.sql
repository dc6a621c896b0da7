with

meetings as (
    select * from {{ ref('meetings') }}
    where
        status = 'occurred'
        and format in ('in_person', 'unknown')
        and country_code is not null
),

countries as (
    select * from {{ ref('dim_country') }}
),

cities as (
    select * from {{ ref('stg_cities') }}
),

counts as (
    select
        country_code,
        city,
        count(*) as n_meetings,
        count(*) filter (where level = 'head') as n_head_meetings,
        min(start_date) as first_meeting,
        max(start_date) as last_meeting
    from meetings
    group by country_code, city
)

select
    counts.country_code,
    counts.city,
    coalesce(cities.latitude, countries.latitude) as latitude,
    coalesce(cities.longitude, countries.longitude) as longitude,
    cities.latitude is not null as is_city_located,
    cast(counts.n_meetings as integer) as n_meetings,
    cast(counts.n_head_meetings as integer) as n_head_meetings,
    counts.first_meeting,
    counts.last_meeting
from counts
inner join countries on counts.country_code = countries.code
left join cities
    on
        counts.country_code = cities.country_code
        and counts.city = cities.name
