select
    fact_id as report_id,
    article_id,
    actor_key as actor_id,
    visitor_code,
    host_code,
    city,
    start_date,
    end_date,
    date_precision,
    status,
    days,
    confidence
from {{ source('facts', 'visits') }}
