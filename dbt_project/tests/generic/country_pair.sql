{#- Both codes are countries of dim_country, the smaller one first: one scan for what
    would else be three tests. -#}
{% test country_pair(model, column_a='country_a', column_b='country_b') %}
    select
        pairs.{{ column_a }},
        pairs.{{ column_b }}
    from {{ model }} as pairs
    left join {{ ref('dim_country') }} as one on pairs.{{ column_a }} = one.code
    left join {{ ref('dim_country') }} as other on pairs.{{ column_b }} = other.code
    where
        one.code is null
        or other.code is null
        or pairs.{{ column_a }} >= pairs.{{ column_b }}
{% endtest %}
