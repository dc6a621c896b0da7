select
    event_type,
    quad_class,
    goldstein,
    cameo_root,
    description,
    example
from {{ ref('stg_event_types') }}
