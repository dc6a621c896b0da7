select
    article_id,
    topic,
    rank,
    score
from {{ ref('stg_article_topics') }}
