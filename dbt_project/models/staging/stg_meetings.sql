select
    fact_id as report_id,
    article_id,
    status,
    format,
    level,
    start_date,
    end_date,
    date_precision,
    city,
    country_code,
    codes,
    topics,
    confidence
from {{ source('facts', 'meetings') }}
