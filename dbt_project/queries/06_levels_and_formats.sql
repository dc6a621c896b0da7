-- At which level and by which means do Russia and the United States talk?
select
    level,
    format,
    sum(n_meetings)::integer as n_meetings,
    sum(n_planned)::integer as n_planned
from marts.meeting_kinds_by_country_pair_month
where country_a = 'RUS' and country_b = 'USA'
group by level, format
order by n_meetings desc, level asc, format asc
