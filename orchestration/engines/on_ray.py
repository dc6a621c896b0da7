"""Batches read by Ray Data: on workers of this machine, or of the cluster that `RAY_ADDRESS` names.

Belongs here: the session, the way of batches to the workers and of facts back. Does not belong here: what the workers
run (`isolated`), and the writing: DuckDB has one writer, the process that started the run.

Batches travel as Arrow tables. Facts come back as rows of (table, content as an Arrow stream), those of `extractions`
first in each part. Batches go out a window at a time, two windows at once, so the corpus is never in memory, and Ray
keeps their order. A worker that dies costs what it was reading: Ray reads that batch again on another one.
"""

from __future__ import annotations

import io
import logging
import os
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

import polars as pl
import pyarrow as pa

from ingest import tables
from ingest.batches import n_workers
from ingest.errors import EnvironmentProblem
from ingest.extract import extractor_version, in_parallel

ADDRESS_VARIABLE = "RAY_ADDRESS"
START_TRIES = 3
"""Ray gives its own start 30 seconds, which a machine that is busy does not always keep."""

WINDOW_BATCHES = 2
"""Batches a worker in one window. Of two windows one is worked off while the next one fills idle workers."""

_COLUMNS = ("article_id", "title", "text", "published_date", "language", "source")
_FIRST = "extractions"
_SENT = pa.schema([("table", pa.string()), ("content", pa.large_binary())])
_OBJECT_STORE_BYTES = 1_000_000_000
_BLOCK_BYTES = 32_000_000
_ALWAYS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_DATA_DISABLE_PROGRESS_BARS": "1", "RAY_DEDUP_LOGS": "0"}
# without a cluster Ray listens on the loopback alone, and to nobody who lacks this run's token
_ALONE = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0", "RAY_AUTH_MODE": "token", "RAY_worker_niceness": "0"}
_IN_WORKERS = {"POLARS_MAX_THREADS": "1"}

Facts = dict[str, pl.DataFrame]


@contextmanager
def _session() -> Iterator[int]:
    """Ray running; gives the number of its workers. Raises `EnvironmentProblem` where it is missing or does not start."""
    address = os.environ.get(ADDRESS_VARIABLE)
    # Ray keeps the first token for as long as the process lives
    token = os.environ.get("RAY_AUTH_TOKEN") or secrets.token_hex(32)
    os.environ.update(_ALWAYS if address else _ALWAYS | _ALONE | {"RAY_AUTH_TOKEN": token})
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise EnvironmentProblem(f"CHANCERY_ENGINE=ray needs the extra `ray` (pip install 'chancery[ray]'): {error}") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    common = {"logging_level": logging.ERROR, "runtime_env": {"env_vars": _IN_WORKERS}}
    with tempfile.TemporaryDirectory(prefix="chancery-ray-", ignore_cleanup_errors=True) as folder:
        alone = {
            "num_cpus": n_workers(), "include_dashboard": False, "object_store_memory": _OBJECT_STORE_BYTES,
            "_temp_dir": folder,
        }  # fmt: skip
        chosen = common | ({"address": address} if address else alone)
        for left in reversed(range(START_TRIES)):
            try:
                ray.init(**chosen)
                break
            except Exception as error:
                ray.shutdown()
                if not left or "timed out" not in str(error):
                    raise EnvironmentProblem(f"Ray does not start at {address or 'this machine'}: {error}") from error
        try:
            context = ray.data.DataContext.get_current()
            context.execution_options.preserve_order = True
            context.target_max_block_size = _BLOCK_BYTES
            yield max(int(ray.cluster_resources().get("CPU", 1)), 1)
        finally:
            ray.shutdown()


def pack(facts: Facts) -> pa.Table:
    """A part's tables that have rows, as rows (table, content)."""
    names = [_FIRST, *(name for name, frame in facts.items() if name != _FIRST and frame.height)]
    streams = [io.BytesIO() for _ in names]
    for name, stream in zip(names, streams, strict=True):
        facts[name].write_ipc_stream(stream)
    return pa.table([names, [stream.getvalue() for stream in streams]], schema=_SENT)


def unpack(rows: Iterable[dict[str, Any]]) -> Iterator[Facts]:
    """The parts that rows (table, content) tell, each with all facts tables."""
    facts: Facts = {}
    for row in rows:
        if row["table"] == _FIRST and facts:
            yield facts
        if row["table"] == _FIRST:
            facts = {table.name: table.empty() for table in tables.FACTS}
        facts[row["table"]] = pl.read_ipc_stream(io.BytesIO(row["content"]))
    if facts:
        yield facts


def _of_this_version(facts: Facts) -> Facts:
    """The facts, if code and reference data of the worker that read them are those of this process."""
    found = set(facts[_FIRST]["extractor_version"])
    if found != {extractor_version()}:
        raise EnvironmentProblem(
            f"a worker of {os.environ.get(ADDRESS_VARIABLE)} has another version of Chancery or of its reference data "
            f"({', '.join(sorted(found))}; here {extractor_version()}): install the same one on every node"
        )
    return facts


def _windows(batches: Iterable[pl.DataFrame], size: int) -> Iterator[list[pl.DataFrame]]:
    """The batches, so many at a time."""
    left = iter(batches)
    while window := list(islice(left, size)):
        yield window


def facts_of(batches: Iterable[pl.DataFrame], read: Callable[[pl.DataFrame], Iterable[Facts]]) -> Iterator[Facts]:
    """What `read` gives for the batches, in their order. Raises `EnvironmentProblem` when workers die again and again.

    A single batch is read in this process: that takes less time than Ray takes to start.
    """
    left = iter(batches)
    head = list(islice(left, 2))
    if len(head) < 2:
        for batch in head:
            yield from read(batch)
        return

    def on_worker(block: pa.Table) -> Iterator[pa.Table]:
        for facts in read(pl.from_arrow(block)):
            yield pack(facts)

    def of_window(window: list[pl.DataFrame]) -> Iterator[Facts]:
        sent = ray.data.from_arrow([batch.select(_COLUMNS).to_arrow() for batch in window])
        done = sent.map_batches(on_worker, batch_size=None, batch_format="pyarrow", num_cpus=1)
        blocks = done.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0)
        yield from unpack(row for block in blocks for row in block.to_pylist())

    with _session() as workers:
        import ray
        import ray.exceptions

        try:
            for facts in in_parallel(_windows(chain(head, left), WINDOW_BATCHES * workers), of_window, 2):
                yield _of_this_version(facts)
        except ray.exceptions.RayError as error:
            raise EnvironmentProblem(
                f"reading on Ray broke, after three more tries of a batch whose worker died; what was read is kept, and the next run goes on "
                f"from there: {str(error).strip().splitlines()[-1]}"
            ) from error
