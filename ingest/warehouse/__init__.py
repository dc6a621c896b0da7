"""The warehouse files: the only package that writes DuckDB.

| room | holds |
|---|---|
| `layout` | the version of the files, and the way from older ones |
| `opening` | the writer's lock and writing connections |
| `declaring` | the tables that no model makes |
| `working` | the working file, and every write into `raw`, `facts` and `quality` |
| `rebuilding` | the working file set aside and made anew |
| `publishing` | the swap of the published file |
| `lake`, `lake_publishing` | the same for a home whose warehouse is a lake: connections and lock, the publishing transaction |
| `exporting` | Parquet, CSV and the interchange forms |
| `verifying` | the search for damage |
| `forgetting` | the removal of an article from everything stored |

Does not belong here: models (dbt), checks of contents (Great Expectations), reading for people (`orchestration`).
"""

from ingest.warehouse.declaring import create_empty
from ingest.warehouse.exporting import FORMS, FORMULA, export
from ingest.warehouse.forgetting import Forgotten, forget
from ingest.warehouse.lake import Lake, lake_of, opened
from ingest.warehouse.lake_publishing import publish_into, purge
from ingest.warehouse.layout import LAYOUT
from ingest.warehouse.opening import writer_lock
from ingest.warehouse.publishing import Published, is_sealed, publish
from ingest.warehouse.rebuilding import rebuilt
from ingest.warehouse.verifying import Problem, verify
from ingest.warehouse.working import Warehouse

__all__ = [
    "FORMS",
    "FORMULA",
    "LAYOUT",
    "Forgotten",
    "Lake",
    "Problem",
    "Published",
    "Warehouse",
    "create_empty",
    "export",
    "forget",
    "is_sealed",
    "lake_of",
    "opened",
    "publish",
    "publish_into",
    "purge",
    "rebuilt",
    "verify",
    "writer_lock",
]
