with

listed as (
    select * from {{ ref('stg_sources') }}
),

inputs as (
    select
        source,
        count(*) filter (where outcome <> 'refused') as n_articles,
        count(*) filter (where has_facts) as n_articles_with_facts,
        count(*) filter (
            where outcome = 'unsupported_language'
        ) as n_unsupported_language,
        count(*) filter (where outcome = 'refused') as n_refused,
        max(first_seen_at) filter (where outcome <> 'refused') as last_article_at
    from {{ ref('int_source_inputs') }}
    group by source
),

polls as (
    select
        source,
        count(*) as n_polls,
        count(*) filter (where outcome = 'refused') as n_failed_polls,
        max(started_at) as last_poll_at,
        max(started_at) filter (where outcome <> 'refused') as last_answer_at,
        arg_max(reason, started_at) as last_problem,
        arg_max(source_kind, started_at) as source_kind,
        arg_max(address, started_at) as address
    from {{ ref('stg_polls') }}
    group by source
),

named as (
    select source from listed
    union
    select source from inputs
    union
    select source from polls
)

select
    named.source,
    coalesce(listed.source_kind, polls.source_kind, 'file') as source_kind,
    coalesce(listed.address, polls.address) as address,
    listed.language,
    listed.country_code,
    coalesce(listed.is_active, false) as is_active,
    cast(coalesce(inputs.n_articles, 0) as integer) as n_articles,
    cast(coalesce(inputs.n_articles_with_facts, 0) as integer) as n_articles_with_facts,
    case
        when inputs.n_articles > 0
            then cast(inputs.n_articles_with_facts as double) / inputs.n_articles
    end as share_with_facts,
    cast(
        coalesce(inputs.n_unsupported_language, 0) as integer
    ) as n_unsupported_language,
    cast(coalesce(inputs.n_refused, 0) as integer) as n_refused,
    inputs.last_article_at,
    cast(coalesce(polls.n_polls, 0) as integer) as n_polls,
    cast(coalesce(polls.n_failed_polls, 0) as integer) as n_failed_polls,
    polls.last_poll_at,
    polls.last_answer_at,
    polls.last_problem
from named
left join listed on named.source = listed.source
left join inputs on named.source = inputs.source
left join polls on named.source = polls.source
