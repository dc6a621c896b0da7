select
    article_id,
    topic,
    rank,
    score
from {{ source('facts', 'article_topics') }}
