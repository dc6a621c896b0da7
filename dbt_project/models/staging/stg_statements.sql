select
    fact_id as report_id,
    article_id,
    actor_key as actor_id,
    speaker_name,
    speaker_code,
    about_codes,
    verb,
    quote,
    char_start,
    char_end
from {{ source('facts', 'statements') }}
