select
    poll_id,
    source,
    source_kind,
    address,
    for_date,
    started_at,
    seconds,
    outcome,
    reason,
    detail,
    n_listed,
    n_fetched,
    n_known,
    n_refused,
    n_deferred,
    n_bytes
from {{ source('raw', 'polls') }}
