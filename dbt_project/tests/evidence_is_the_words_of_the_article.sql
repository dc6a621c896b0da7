-- Law 3: offsets are code points into the article's text, end exclusive. What no build
-- has touched since it was seen to hold is not read again.
select
    evidence.fact_kind,
    evidence.fact_id,
    evidence.article_id,
    evidence.char_start
from {{ ref('evidence') }} as evidence
semi join {{ ref('int_touched_facts') }} as touched
    on evidence.fact_id = touched.fact_id
inner join {{ ref('articles') }} as articles
    on evidence.article_id = articles.article_id
where
    substring(
        articles.text,
        evidence.char_start + 1,
        evidence.char_end - evidence.char_start
    ) is distinct from evidence.evidence
