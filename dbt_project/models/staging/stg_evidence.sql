select
    fact_kind,
    fact_id as report_id,
    article_id,
    sentence_index,
    char_start,
    char_end,
    evidence,
    trigger,
    rule_id,
    extractor_version,
    confidence
from {{ source('facts', 'evidence') }}
