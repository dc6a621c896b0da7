-- Law 3: offsets are code points into the article's text, end exclusive.
select
    evidence.fact_kind,
    evidence.fact_id,
    evidence.article_id,
    evidence.char_start
from {{ ref('evidence') }} as evidence
inner join {{ ref('articles') }} as articles
    on evidence.article_id = articles.article_id
where
    substring(
        articles.text,
        evidence.char_start + 1,
        evidence.char_end - evidence.char_start
    ) is distinct from evidence.evidence
