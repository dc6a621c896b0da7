{% set built = earlier('built_articles') %}

with

articles as (
    select article_id from {{ ref('stg_articles') }}
),

extractions as (
    select
        article_id,
        extractor_version
    from {{ ref('stg_extractions') }}
),

readings as (
    select
        articles.article_id,
        extractions.extractor_version
    from articles
    left join extractions on articles.article_id = extractions.article_id
)

select
    readings.article_id,
    readings.extractor_version
from readings
{% if built %}
    left join {{ built }} as built
        on
            readings.article_id = built.article_id
            and readings.extractor_version is not distinct from built.extractor_version
    where built.article_id is null
{% endif %}
