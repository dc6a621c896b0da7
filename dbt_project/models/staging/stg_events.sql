select
    fact_id as report_id,
    article_id,
    event_type,
    mode,
    status,
    source_code,
    target_code,
    start_date,
    end_date,
    date_precision,
    city,
    country_code,
    topics,
    cameo_root,
    confidence
from {{ source('facts', 'events') }}
