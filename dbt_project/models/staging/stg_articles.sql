select
    article_id,
    external_id,
    source,
    url,
    title,
    text,
    published_at,
    published_date,
    date_source,
    language,
    n_words,
    text_hash,
    first_seen_at
from {{ source('raw', 'articles') }}
