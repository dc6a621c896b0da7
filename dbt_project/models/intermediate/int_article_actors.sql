{{ config(materialized='incremental', meta={'touched': 'int_changed_articles'}) }}

with

changed as (
    select article_id from {{ ref('int_changed_articles') }}
),

mentions as (
    select * from {{ ref('stg_article_actors') }}
    {% if is_incremental() %}
        where article_id in (select changed.article_id from changed)
    {% endif %}
),

learned as (
    select * from {{ ref('int_learned_people') }}
    {% if is_incremental() %}
        where article_id in (select changed.article_id from changed)
    {% endif %}
),

identified as (
    select
        mentions.* exclude (actor_id),
        coalesce(learned.actor_id, mentions.actor_id) as actor_id
    from mentions
    left join learned
        on
            mentions.article_id = learned.article_id
            and mentions.actor_id = learned.actor_key
)

-- One text may spell a name in two ways; the form used most stands for both.
select
    article_id,
    actor_id,
    max_by(name, (n_mentions, len(name), name)) as name,
    min(kind) as kind,
    max_by(code, (code is not null, n_mentions, name)) as code,
    max_by(code_kind, (code is not null, n_mentions, name)) as code_kind,
    max_by(role, (role is not null, n_mentions, name)) as role,
    max_by(role_class, (role is not null, n_mentions, name)) as role_class,
    min(basis) as basis,
    cast(sum(n_mentions) as integer) as n_mentions,
    min(first_char) as first_char
from identified
group by article_id, actor_id
