select
    article_id,
    actor_id,
    name,
    code,
    role,
    n_mentions,
    first_char
from {{ ref('stg_article_actors') }}
