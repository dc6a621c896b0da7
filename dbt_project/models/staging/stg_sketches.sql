select
    article_id,
    shingle
from {{ source('facts', 'sketches') }}
