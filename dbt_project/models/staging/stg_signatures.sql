select
    article_id,
    band,
    band_hash
from {{ source('facts', 'signatures') }}
