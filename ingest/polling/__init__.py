"""Sources on the network: what is asked, how often, and what came of it.

| room | holds |
|---|---|
| `roll` | the sources as `sources.yaml` lists them |
| `links` | a source's list (feed, sitemap, GDELT's) to links of articles |
| `memory` | what a source gave before, so that each article is fetched once |
| `poll` | one poll: list, pages, stored bytes, and a note of what happened |
| `pending` | what was fetched and is not yet in the warehouse |

What comes is stored as it came and read like any file (`ingest/sources/`): a replay needs no network. Nothing here opens
the warehouse: fetching takes its time, and the writer's lock is not for waiting.
The rooms are imported by name: a run over files needs `pending` and nothing that speaks HTTP.
Does not belong here: speaking HTTP (`ingest/fetching/`), reading what came (`ingest/sources/`, `ingest/pages/`).
"""
