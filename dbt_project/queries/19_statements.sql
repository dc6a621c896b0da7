-- What do the leaders of one country say about another, word for word?
select
    articles.published_date,
    statements.speaker_name,
    statements.speaker_code,
    statements.about_codes,
    left(statements.quote, 80) as quote
from marts.statements as statements
inner join marts.articles as articles
    on statements.article_id = articles.article_id
where
    len(statements.about_codes) > 0
    and statements.about_codes <> [statements.speaker_code]
order by articles.published_date desc, statements.statement_id asc
limit 5
