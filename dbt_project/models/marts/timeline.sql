{{ config(materialized='incremental', meta={'touched': 'int_touched_facts'}) }}

with

touched as (
    select fact_id from {{ ref('int_touched_facts') }}
),

facts as (
    select * from {{ ref('int_facts') }}
    {% if is_incremental() %}
        where fact_id in (select touched.fact_id from touched)
    {% endif %}
),

names as (
    select
        code,
        name
    from {{ ref('dim_country') }}
    union all
    select
        code,
        name
    from {{ ref('dim_organization') }}
),

participants as (
    select
        meeting_id,
        list(actor_id order by actor_id) as actor_ids,
        list(name order by name) as people
    from {{ ref('meeting_participants') }}
    group by meeting_id
),

all_kinds as (
    select
        'meeting' as fact_kind,
        meetings.meeting_id as fact_id,
        'meeting' as category,
        case meetings.level
            when 'head' then 'Leaders'
            when 'ministerial' then 'Ministers'
            when 'envoy' then 'Envoys'
            when 'official' then 'Officials'
            else 'Meeting'
        end
        || case meetings.format
            when 'in_person' then ' in person'
            when 'call' then ' by telephone'
            when 'video' then ' by video'
            else ''
        end as what,
        meetings.codes as sides,
        meetings.start_date,
        meetings.date_precision,
        meetings.city,
        meetings.country_code,
        participants.actor_ids,
        participants.people,
        meetings.topics
    from {{ ref('meetings') }} as meetings
    left join participants on meetings.meeting_id = participants.meeting_id
    union all
    select
        'event' as fact_kind,
        event_id as fact_id,
        case
            when event_type = 'CONSULT' then 'consultation'
            when quad_class in ('verbal_coop', 'material_coop') then 'cooperation'
            else 'conflict'
        end as category,
        upper(left(event_type, 1)) || lower(event_type[2:]) as what,
        [source_code, target_code] as sides,
        start_date,
        date_precision,
        city,
        country_code,
        null as actor_ids,
        null as people,
        topics
    from {{ ref('events') }}
    union all
    select
        'visit' as fact_kind,
        visit_id as fact_id,
        'visit' as category,
        'Visit' as what,
        [visitor_code, host_code] as sides,
        start_date,
        date_precision,
        city,
        host_code as country_code,
        case when actor_id is not null then [actor_id] end as actor_ids,
        null as people,
        null as topics
    from {{ ref('visits') }}
),

told as (
    select
        all_kinds.*,
        facts.status,
        facts.n_articles,
        facts.n_sources,
        facts.first_reported,
        facts.last_reported
    from all_kinds
    inner join facts
        on
            all_kinds.fact_kind = facts.fact_kind
            and all_kinds.fact_id = facts.fact_id
),

places_at_the_table as (
    select
        fact_id,
        unnest(sides) as code,
        unnest(range(len(sides))) as place
    from told
),

side_names as (
    select
        places_at_the_table.fact_id,
        list(
            coalesce(names.name, places_at_the_table.code)
            order by places_at_the_table.place
        ) as names
    from places_at_the_table
    left join names on places_at_the_table.code = names.code
    group by places_at_the_table.fact_id
)

select
    told.fact_kind,
    told.fact_id,
    told.category,
    told.status,
    told.what,
    case
        when told.fact_kind <> 'meeting' then array_to_string(side_names.names, ' → ')
        when len(side_names.names) > 5
            then
                array_to_string(side_names.names[:4], ' – ')
                || ' and ' || (len(side_names.names) - 4) || ' more'
        else array_to_string(side_names.names, ' – ')
    end as who,
    told.start_date,
    told.date_precision,
    coalesce(told.start_date, told.first_reported) as sort_date,
    told.city,
    told.country_code,
    list_sort(told.sides) as codes,
    coalesce(told.actor_ids, cast([] as varchar[])) as actor_ids,
    coalesce(told.people, cast([] as varchar[])) as people,
    coalesce(told.topics, cast([] as varchar[])) as topics,
    cast(told.n_articles as integer) as n_articles,
    cast(told.n_sources as integer) as n_sources,
    told.first_reported,
    told.last_reported
from told
inner join side_names on told.fact_id = side_names.fact_id
