{#- A person's name without what only spelling tells apart: marks and hyphens, initials,
    doubled letters, and the usual ways to write one sound in Latin letters (Zelensky,
    Zelenskyy, Zelenskiy; Mohammed, Muhammad; Aleksei, Alexey). Whatever changes a sound
    is left: two names too many are better than two people in one. -#}
{% macro spelling(name) -%}
    {%- set patterns = [
        ('[^a-z ]+', ' '),
        (' +', ' '),
        ('^ | $', ''),
        (' (jr|sr|ii|iii|iv)$', ''),
        ('(^| )[a-z]( [a-z])* ', '\\1'),
        ('(^| )[ea]l ', '\\1al '),
        ('m[ou]hamm?[ae]d', 'muhamad'),
        ('ye', 'e'),
        ('ij( |$)', 'i\\1'),
        ('[iy]+', 'i'),
        ('sch', 'sh'),
        ('ck', 'k'),
        ('ph', 'f'),
        ('x', 'ks'),
        ('tz', 'ts'),
        ('ou|oo', 'u'),
        ('w', 'v'),
        ('([aei])iev( |$)', '\\1ev\\2'),
    ] -%}
    {%- set expression = namespace(text='lower(strip_accents(' ~ name ~ '))') -%}
    {%- for pattern, value in patterns -%}
        {%- set quoted = "'" ~ pattern ~ "', '" ~ value ~ "', 'g'" -%}
        {%- set inner = expression.text ~ ', ' ~ quoted -%}
        {%- set expression.text = 'regexp_replace(' ~ inner ~ ')' -%}
    {%- endfor -%}
    {%- for letter in 'abcdfgklmnprstuvz' -%}
        {%- set quoted = "'" ~ letter ~ letter ~ "', '" ~ letter ~ "'" -%}
        {%- set expression.text = 'replace(' ~ expression.text ~ ', ' ~ quoted ~ ')' -%}
    {%- endfor -%}
    {{ expression.text }}
{%- endmacro %}

{#- Classes of office that reporters mix up. -#}
{% macro office_family(role_class) -%}
    case
        when {{ role_class }} in (
            'head_of_state', 'head_of_government', 'monarch', 'party_leader'
        ) then 'head'
        else {{ role_class }}
    end
{%- endmacro %}
