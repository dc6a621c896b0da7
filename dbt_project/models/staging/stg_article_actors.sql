select
    article_id,
    actor_key as actor_id,
    name,
    kind,
    code,
    code_kind,
    role,
    role_class,
    basis,
    n_mentions,
    first_char
from {{ source('facts', 'article_actors') }}
