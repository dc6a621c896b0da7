select
    source,
    source_kind,
    address,
    language,
    country_code,
    rate_per_minute,
    late_after_hours,
    is_active
from {{ source('raw', 'sources') }}
