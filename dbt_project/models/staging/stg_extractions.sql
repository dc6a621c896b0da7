select
    article_id,
    extractor_version,
    outcome
from {{ source('facts', 'extractions') }}
