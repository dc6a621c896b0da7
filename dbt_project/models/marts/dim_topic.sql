select
    topic,
    name,
    description
from {{ ref('stg_topics') }}
