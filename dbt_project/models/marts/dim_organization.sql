select
    code,
    name,
    kind
from {{ ref('stg_organizations') }}
