"""Pages to articles: what one page says of itself, and the text that is the article.

| room | holds |
|---|---|
| `declared` | what a page declares for machines: JSON-LD, meta elements, microdata, links |
| `days` | the time of publication, how it was found, and reading of written dates |
| `headings` | the title |
| `bodies` | the text of the article |
| `fragments` | the text of a piece of HTML that is an article already, as feeds carry it |
| `lists` | feeds, sitemaps and XML articles as plain values |
| `article` | one page, all of the above |
| `worker` | the process that runs them, one message at a time |

All of this runs in processes of its own with limits (`ingest/sources/html.py` starts them), so it imports nothing of
this project beyond this folder, and knows rules of the web, never of a site.
"""
