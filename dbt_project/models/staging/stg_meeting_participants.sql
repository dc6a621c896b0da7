select
    fact_id as report_id,
    actor_key as actor_id,
    name,
    role,
    role_class,
    code
from {{ source('facts', 'meeting_participants') }}
