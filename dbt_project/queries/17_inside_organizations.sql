-- How do the members of an organisation get on among themselves?
select
    relations.organization_code,
    organizations.name,
    sum(relations.n_events)::integer as n_events,
    sum(relations.net_cooperation)::integer as net_cooperation,
    sum(relations.n_meetings)::integer as n_meetings
from marts.relations_within_organization_month as relations
inner join marts.dim_organization as organizations
    on relations.organization_code = organizations.code
where relations.organization_code in ('EU', 'NATO', 'ASEAN', 'AU', 'BRICS')
group by relations.organization_code, organizations.name
order by n_events desc, relations.organization_code asc
