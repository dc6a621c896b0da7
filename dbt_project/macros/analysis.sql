{#- Expressions that the analyst's marts share; whole queries do not belong here. -#}

{#- The side of a pair that does two thirds or more of it; null when neither does, or
    when the share is null for want of data. -#}
{% macro leading_side(share_of_a) -%}
    case
        when {{ share_of_a }} >= 2 / 3 then country_a
        when {{ share_of_a }} <= 1 / 3 then country_b
    end
{%- endmacro %}

{#- Rank within the year, 1 = most; whoever did nothing has none. -#}
{% macro rank_of(count) -%}
    case
        when {{ count }} > 0
            then
                cast(
                    rank() over (partition by year order by {{ count }} desc) as integer
                )
    end
{%- endmacro %}

{#- A mean times its count, in ten-thousandths: whole numbers add up to the same in any
    order, and a mean of means stays the same to the last digit. -#}
{% macro weighted(mean, count) -%}
    cast(round({{ mean }} * 10000) as bigint) * {{ count }}
{%- endmacro %}
