{#- Every code is a country of dim_country or an organisation of dim_organization. The
    column may hold one code or a list of codes. -#}
{% test known_code(model, column_name, is_list=false) %}
    with codes as (
        select distinct
            {% if is_list %}unnest({{ column_name }}){% else %}{{ column_name }}{% endif %}
                as code
        from {{ model }}
    )

    select codes.code
    from codes
    left join {{ ref('dim_country') }} as countries on codes.code = countries.code
    left join {{ ref('dim_organization') }} as organizations
        on codes.code = organizations.code
    where
        codes.code is not null
        and countries.code is null
        and organizations.code is null
{% endtest %}
