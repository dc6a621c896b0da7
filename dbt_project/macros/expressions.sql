{#- Expressions that several models share; whole queries do not belong here. -#}

{#- Published id of a fact: letter of its kind, hash of its earliest report. -#}
{% macro fact_id(fact_kind, report_id) -%}
    left({{ fact_kind }}, 1) || left(md5({{ report_id }}), 20)
{%- endmacro %}

{#- 1 = most precise; a day beats a month. -#}
{% macro precision_rank(date_precision) -%}
    list_position(['day', 'week', 'month', 'year', 'unknown'], {{ date_precision }})
{%- endmacro %}

{#- 1 = highest office. -#}
{% macro level_rank(level) -%}
    list_position(['head', 'ministerial', 'envoy', 'official', 'unknown'], {{ level }})
{%- endmacro %}

{% macro level_name(rank) -%}
    ['head', 'ministerial', 'envoy', 'official', 'unknown'][{{ rank }}]
{%- endmacro %}

{#- A field after hand corrections; an empty value in the correction clears it, lists
    are written with semicolons. -#}
{% macro corrected(changes, field, original, data_type='varchar') -%}
    {%- set value = "nullif(" ~ changes ~ "['" ~ field ~ "'], '')" -%}
    {%- if data_type == 'varchar[]' -%}
        {%- set value = "coalesce(string_split(" ~ value ~ ", ';'), [])" -%}
    {%- endif -%}
    case
        when map_contains({{ changes }}, '{{ field }}')
            then cast({{ value }} as {{ data_type }})
        else {{ original }}
    end
{%- endmacro %}

{#- The three date columns of a report after hand corrections; another first day makes
    the last day that the extractor read void. -#}
{% macro corrected_dates(changes) -%}
    {{ corrected(changes, 'start_date', 'start_date', 'date') }} as start_date,
    case
        when
            map_contains({{ changes }}, 'start_date')
            and not map_contains({{ changes }}, 'end_date') then null
        else {{ corrected(changes, 'end_date', 'end_date', 'date') }}
    end as stated_end,
    {{ corrected(changes, 'date_precision', 'date_precision') }} as stated_precision
{%- endmacro %}

{#- Status of a fact that several reports tell of, to be used under a group by.
    Held once anybody reports it held; else the later of plan and denial, the denial
    winning on one day, as a cancellation follows its plan. -#}
{% macro merged_status(status, published_date) -%}
    case
        when bool_or({{ status }} = 'occurred') then 'occurred'
        when
            bool_or({{ status }} = 'denied')
            and coalesce(
                max({{ published_date }}) filter (where {{ status }} = 'denied')
                >= max({{ published_date }}) filter (where {{ status }} = 'planned'),
                true
            ) then 'denied'
        when bool_or({{ status }} = 'planned') then 'planned'
        else 'hypothetical'
    end
{%- endmacro %}

{#- Last day that a precision allows, where the extractor gave none. -#}
{% macro span_end(start_date, end_date, date_precision) -%}
    coalesce(
        {{ end_date }},
        case {{ date_precision }}
            when 'week' then {{ start_date }} + 6
            when 'month' then last_day({{ start_date }})
            when 'year' then make_date(year({{ start_date }}), 12, 31)
            else {{ start_date }}
        end
    )
{%- endmacro %}

{#- Month in which a fact is counted. Undated facts are told as current news and count
    in the month of their first report; a bare year belongs to no month. -#}
{% macro counting_month(start_date, date_precision, first_reported) -%}
    cast(date_trunc('month', case
        when {{ date_precision }} in ('day', 'week', 'month') then {{ start_date }}
        when {{ date_precision }} = 'unknown' then {{ first_reported }}
    end) as date)
{%- endmacro %}

{#- Name of a text on a day: exact copies of one day are one. -#}
{% macro text_day(text_hash, published_date) -%}
    {{ text_hash }} || ' ' || coalesce(cast({{ published_date }} as varchar), 'undated')
{%- endmacro %}

{#- Texts of one day and shingle that are compared with all others of that bucket. -#}
{% macro compared_texts() -%}
    32
{%- endmacro %}

{#- Name of what reports are first compared within: their kind and sides. -#}
{% macro block(fact_kind, block_key) -%}
    {{ fact_kind }} || '|' || {{ block_key }}
{%- endmacro %}
