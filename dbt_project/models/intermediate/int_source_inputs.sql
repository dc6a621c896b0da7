-- What a poll brought belongs to the source that was polled, what came in a file to the
-- outlet that its row names.
with

batches as (
    select
        batch_id,
        case
            when starts_with(path, 'source:') then substring(path, 8)
        end as polled_source
    from {{ source('raw', 'ledger') }}
),

with_facts as (
    select article_id from {{ ref('int_evidence') }}
    union
    select article_id from {{ ref('stg_statements') }}
)

select
    articles.article_id as input_id,
    coalesce(batches.polled_source, articles.source, 'unnamed') as source,
    articles.first_seen_at,
    coalesce(extractions.outcome, 'unread') as outcome,
    with_facts.article_id is not null as has_facts
from {{ source('raw', 'articles') }} as articles
left join batches on articles.batch_id = batches.batch_id
left join {{ source('facts', 'extractions') }} as extractions
    on articles.article_id = extractions.article_id
left join with_facts on articles.article_id = with_facts.article_id

union all

select
    quarantine.input_id,
    coalesce(batches.polled_source, 'unnamed') as source,
    quarantine.first_seen as first_seen_at,
    'refused' as outcome,
    false as has_facts
from {{ source('raw', 'quarantine') }} as quarantine
left join batches on quarantine.batch_id = batches.batch_id
