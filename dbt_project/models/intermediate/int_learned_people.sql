{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

articles as (
    select
        article_id,
        published_date
    from {{ ref('stg_articles') }}
),

mentions as (
    select
        article_id,
        actor_id as actor_key,
        role_class,
        {{ spelling("split_part(actor_id, ':', 2)") }} as spelling,
        nullif(split_part(actor_id, ':', 3), '') as code
    from {{ ref('stg_article_actors') }}
    where
        starts_with(actor_id, 'l:')
        {% if is_incremental() %}
            and article_id in (select changed.article_id from changed)
        {% endif %}
),

spellings as (
    select * from {{ ref('int_people_spellings') }}
),

-- Someone of that name and state at that time; who was in office is still spoken of for
-- years. A text that does not name the state must give the office, and the term fit.
candidates as (
    select
        mentions.article_id,
        mentions.actor_key,
        spellings.actor_id
    from mentions
    inner join articles on mentions.article_id = articles.article_id
    inner join spellings on mentions.spelling = spellings.spelling
    where
        case
            when mentions.code is not null
                then
                    mentions.code = spellings.code
                    and coalesce(
                        articles.published_date
                        >= spellings.valid_from - interval 2 years,
                        true
                    )
                    and coalesce(
                        articles.published_date
                        <= spellings.valid_to + interval 15 years,
                        true
                    )
            else
                {{ office_family('mentions.role_class') }}
                = {{ office_family('spellings.role_class') }}
                and mentions.role_class <> 'official'
                and articles.published_date >= spellings.valid_from - 75
                and articles.published_date
                <= coalesce(spellings.valid_to + 45, date '9999-12-31')
        end
),

-- Two people of one name stay two: where both fit, neither is taken.
known as (
    select
        article_id,
        actor_key,
        min(actor_id) as actor_id
    from candidates
    group by article_id, actor_key
    having count(distinct actor_id) = 1
)

select
    mentions.article_id,
    mentions.actor_key,
    coalesce(
        known.actor_id,
        'l:'
        || coalesce(
            nullif(mentions.spelling, ''), split_part(mentions.actor_key, ':', 2)
        )
        || ':'
        || coalesce(mentions.code, '')
    ) as actor_id
from mentions
left join known
    on
        mentions.article_id = known.article_id
        and mentions.actor_key = known.actor_key
