{#- What makes builds cheap: models keep the rows of all that no change concerns.

    Every incremental model is of the strategy `touched`. It names in its meta the model that
    lists what is touched (`touched`), and where it has not the same column, its own columns
    that refer to it (`touched_by`). Rows of the touched go, rows made anew come; all else stays. Whoever
    calls dbt sees to it that code, reference data and corrections are those of the last
    build, and refreshes everything otherwise. -#}
{% macro get_incremental_touched_sql(arg_dict) %}
    {%- set meta = config.get('meta') -%}
    {%- set key = {
        'int_changed_articles': 'article_id',
        'int_touched_actors': 'actor_id',
        'int_touched_articles': 'article_id',
        'int_touched_blocks': 'block',
        'int_touched_facts': 'fact_id',
        'int_touched_groups': 'block',
        'int_touched_texts': 'text_day',
    }[meta['touched']] -%}
    {%- set names = arg_dict['dest_columns'] | map(attribute='quoted') -%}
    {%- set columns = names | join(', ') -%}
    {%- set kept = api.Relation.create(
        database=target.database, schema='intermediate', identifier=meta['touched']
    ) -%}
    delete from {{ arg_dict['target_relation'] }}
    where
    {%- for column in meta.get('touched_by', [key]) %}
        {{ 'or ' if not loop.first }}{{ column }} in (select {{ key }} from {{ kept }})
    {%- endfor %};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{% endmacro %}

{#- The table of an earlier build, or none: reading what a model is going to replace. No
    `ref`, which would make a circle: the reader comes first. -#}
{% macro earlier(name, schema='intermediate') %}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set is_apart = schema == 'marts' and target.name == 'lake' -%}
        {{ return(adapter.get_relation(
            database='lake' if is_apart else target.database,
            schema='building' if is_apart else schema,
            identifier=name
        )) }}
    {%- endif -%}
{% endmacro %}

{#- After a build of all models without a failure: which articles it has seen, in which
    reading. -#}
{% macro remember_articles(results) %}
    {%- set asked = invocation_args_dict -%}
    {%- set is_of_some = asked.get('select') or asked.get('exclude') -%}
    {%- set is_whole = not is_of_some or env_var('CHANCERY_KEPT', '') -%}
    {%- if execute and is_whole and flags.WHICH in ('build', 'run') -%}
        {%- set bad = results | map(attribute='status') | map('string')
            | select('in', ['error', 'fail', 'runtime error', 'skipped']) | list -%}
        {%- if not bad -%}
            create or replace table intermediate.built_articles as
            select
                articles.article_id,
                extractions.extractor_version
            from raw.articles
            left join facts.extractions using (article_id)
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
