"""The `chancery` command: one thin function per verb.

Belongs here: options, help, exit codes and how errors are told. Does not belong here: work (`pipeline`),
queries (`reading`), layout (`report`), scoring (`evaluate`). Those cost seconds to import, so commands
import them late.
"""

from __future__ import annotations

import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ingest.errors import ChanceryError
from ingest.settings import Home
from orchestration import cli_tables
from orchestration.cli_tables import HomeOption

EXIT_UNEXPECTED = 3
EXIT_DAMAGED = 4
EXIT_INTERRUPTED = 130

_HELP = """News articles in, a queryable record of international relations out.

\b
  chancery run data/sample          the whole pipeline over a folder
  chancery fetch                    what is new at the sources in sources.yaml
  chancery query "from marts.meetings_by_country_pair"
  chancery explain m0123…           a fact and the sentences that state it
  chancery correct reject m0123… --reason "…"
  chancery export --form csv        every table as CSV, safe in a spreadsheet
  chancery roster refresh           people and offices that Wikidata knows and the roster does not

Exit codes: 0 done (refused inputs are reported, not fatal), 1 a check failed and nothing was published,
2 usage, 3 environment (lock, disk, permission), 4 damaged data.
"""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help=_HELP,
    context_settings={"help_option_names": ["-h", "--help"]},
)


PathsArgument = Annotated[
    list[Path] | None,
    typer.Argument(help="Files or folders (JSONL, CSV, Parquet, text, HTML). Default: the home's inbox/."),
]


@app.callback()
def _root(home: HomeOption = None) -> None:
    """A `--home` before the verb means the same as one after it."""


@app.command()
def run(paths: PathsArgument = None, home: HomeOption = None) -> None:
    """Ingest, extract, build, check and publish.

    \b
    Examples:
      chancery run data/sample
      chancery run --home /srv/news articles.jsonl more/
    """
    from orchestration import pipeline, progress, report

    place = Home.resolve(home)
    report.print_run(place, pipeline.run(place, paths or (), progress.for_terminal()))


@app.command()
def ingest(paths: PathsArgument = None, home: HomeOption = None) -> None:
    """Read files into raw.articles; refused inputs go to raw.quarantine with a reason. Publishes nothing.

    \b
    Example:
      chancery ingest articles.jsonl
    """
    from orchestration import pipeline, progress, report

    report.print_ingested(pipeline.ingest(Home.resolve(home), paths or (), progress.for_terminal()))


@app.command()
def fetch(
    names: Annotated[
        list[str] | None, typer.Argument(help="Sources in sources.yaml. Default: the active ones.")
    ] = None,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Only what was published on this day (a backfill).")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Ask sources for what is new and read it into raw.*; what is refused goes to raw.quarantine. Publishes nothing.

    \b
    Examples:
      chancery fetch
      chancery fetch un-news --day 2025-07-26
    """
    from orchestration import pipeline, progress, report

    place, shown = Home.resolve(home), progress.for_terminal()
    polls = pipeline.fetch(place, names or (), day.date() if day else None, shown)
    report.print_polls(polls)
    report.print_ingested(pipeline.ingest_fetched(place, shown))


@app.command()
def build(home: HomeOption = None) -> None:
    """Extract what is new and build the models in the working file. Publishes nothing."""
    from orchestration import pipeline, progress

    place, shown = Home.resolve(home), progress.for_terminal()
    n_extracted = pipeline.extract(place, shown)
    nodes = pipeline.build(place, shown)
    typer.echo(f"Extracted {n_extracted} articles; {len(nodes)} models and tests passed.")


@app.command()
def check(
    suite: Annotated[str | None, typer.Argument(help="raw, facts or marts; default: all three.")] = None,
    home: HomeOption = None,
) -> None:
    """Run the Great Expectations suites over the working file; exit code 1 when one does not hold."""
    from ingest.errors import UsageError
    from orchestration import pipeline, progress
    from orchestration.quality.declarations import SUITES

    if suite and suite not in SUITES:
        raise UsageError(f"no suite {suite!r}: there are {', '.join(SUITES)}")
    place, shown = Home.resolve(home), progress.for_terminal()
    for name in [suite] if suite else SUITES:
        outcomes = pipeline.check(place, name, progress=shown, is_whole=True)
        pipeline.require(outcomes)
        n_held = sum(item.success for item in outcomes)
        told = f"{name}: {n_held} of {len(outcomes)} expectations hold"
        typer.echo(f"{told} ({place.quality_docs / name / 'index.html'})")


@app.command()
def publish(home: HomeOption = None) -> None:
    """Check what was built and swap it in as the published warehouse; also writes Parquet to exports/."""
    from orchestration import pipeline, progress, reading

    place = Home.resolve(home)
    published = pipeline.publish(place, progress=progress.for_terminal())
    pipeline.export(place)
    state = "Published" if published.changed else "Nothing changed in"
    typer.echo(f"{state} {reading.address(place)} (snapshot {published.snapshot_id})")


@app.command()
def verify(home: HomeOption = None) -> None:
    """Look for damage in stored bytes, working file and published file; exit code 4 when there is any."""
    from orchestration import pipeline

    problems = pipeline.verify(Home.resolve(home))
    for problem in problems:
        typer.echo(f"{problem.where}: {problem.what} {problem.detail}".rstrip())
    typer.echo(f"{len(problems)} problems found." if problems else "No damage found.")
    raise typer.Exit(EXIT_DAMAGED if problems else 0)


@app.command()
def replay(home: HomeOption = None) -> None:
    """Rebuild the warehouse from raw/ with today's code and reference data, then publish it."""
    from orchestration import pipeline, progress, report

    place = Home.resolve(home)
    report.print_run(place, pipeline.replay(place, progress.for_terminal()))


@app.command()
def forget(
    article_id: Annotated[str, typer.Argument(help="As in marts.articles, e.g. a0123456789abcdef0123.")],
    home: HomeOption = None,
) -> None:
    """Remove an article, its bytes and every fact that only it states, then publish without it."""
    from orchestration import pipeline, progress

    gone = pipeline.forget(Home.resolve(home), article_id, progress.for_terminal())
    typer.echo(
        f"Forgot {gone.article_id}: {gone.n_objects} stored objects, {gone.n_facts} pieces of evidence."
    )


@app.command()
def faults() -> None:
    """The places at which the tests break the pipeline, and what is true there; heard in a checkout alone."""
    from ingest.faults import POINTS, SWITCH, is_test_build

    width = max(map(len, POINTS))
    for name, what in POINTS.items():
        typer.echo(f"{name:<{width}}  {what}")
    state = "heard" if is_test_build() else "not heard, as this is no checkout"
    typer.echo(f"\n{SWITCH}=NAME:kill|full|denied[:NTH] is {state}.")


@app.command()
def status(home: HomeOption = None) -> None:
    """What the home holds, when each source was asked and what it gave, errors, languages that are kept unread."""
    from orchestration import report

    report.print_status(Home.resolve(home))


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="One SQL query (DuckDB dialect).")],
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per row.")] = False,
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="What was published then (UTC); needs a lake."),
    ] = None,
    home: HomeOption = None,
) -> None:
    """Query the published warehouse, read-only.

    \b
    Examples:
      chancery query "select * from marts.meetings order by start_date desc limit 5"
      chancery query --csv "from marts.meetings_by_country_pair" > pairs.csv
    """
    from orchestration import reading, report

    frame = reading.query(Home.resolve(home), sql, at)
    if as_json:
        typer.echo(frame.write_ndjson(), nl=False)
    elif as_csv:
        typer.echo(report.as_csv(frame), nl=False)
    else:
        report.print_frame(frame)


@app.command()
def explain(
    fact_id: Annotated[str, typer.Argument(help="meeting_id, event_id or visit_id.")], home: HomeOption = None
) -> None:
    """Show a fact with the sentences that state it: trigger, rule in words, sides and how each was resolved."""
    from orchestration import report

    report.print_fact(Home.resolve(home), fact_id)


app.add_typer(cli_tables.roster_app, name="roster")
app.add_typer(cli_tables.correct_app, name="correct")


@app.command()
def export(
    form: Annotated[
        str, typer.Option("--form", help="parquet or csv (every table), cameo (event rows), plover (JSON lines).")
    ] = "parquet",
    out: Annotated[Path | None, typer.Option(help="Folder to write into. Default: the home's exports/FORM.")] = None,
    home: HomeOption = None,
) -> None:
    """Write the published tables as Parquet or CSV, or the events in the field's interchange forms.

    \b
    Examples:
      chancery export
      chancery export --form csv --out /tmp/tables
      chancery export --form cameo
    """
    from orchestration import pipeline

    written = pipeline.export(Home.resolve(home), form, out)
    for path in written:
        typer.echo(str(path))


@app.command(name="eval")
def evaluate(
    gold: Annotated[
        list[Path], typer.Argument(help="Annotated articles, JSONL, with or without their text.")
    ],
    texts: Annotated[
        list[Path] | None,
        typer.Option(
            "--texts", help="Where articles without a text in GOLD are found by id. Default: data/sample."
        ),
    ] = None,
    errors: Annotated[
        int, typer.Option(help="Also list up to this many missed and wrong pairs and events.")
    ] = 0,
    keep: Annotated[Path | None, typer.Option(help="Build in this folder and leave it there.")] = None,
    apart: Annotated[
        bool, typer.Option("--apart", help="A home for each file; else they share one (faster).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object per file.")] = False,
) -> None:
    """Run the pipeline over annotated articles in a home of its own and score what it finds.

    \b
    Example:
      chancery eval tests/gold/*.jsonl --errors 5
    """
    from orchestration import evaluate as evaluation
    from orchestration import progress

    evaluation.evaluate(
        gold, texts, progress.for_terminal(), keep=keep, apart=apart, errors=errors, as_json=as_json
    )


def _log_file() -> Path:
    """Where the traceback of an unexpected error goes; the working folder when the home cannot be written."""
    name = f"error-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    try:
        home = Home.resolve(None)
        home.logs.mkdir(parents=True, exist_ok=True)
        return home.logs / name
    except OSError:
        return Path(name)


def _unexpected(error: BaseException) -> int:
    """Tell an error nobody foresaw in one line, its traceback in a file."""
    path = _log_file()
    try:
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        where = f"; the traceback is in {path}"
    except OSError as unwritable:
        where = f"; its traceback could not be written ({unwritable})"
    typer.echo(
        f"chancery: unexpected {type(error).__name__}: {' '.join(str(error).split())[:300]}{where}", err=True
    )
    return EXIT_UNEXPECTED


def _code_of(error: BaseException) -> int:
    """Tell an error on standard error; its exit code."""
    if isinstance(error, ChanceryError):
        typer.echo(f"chancery: {error}", err=True)
        return error.exit_code
    if isinstance(error, typer.TyperException):
        error.show()
        return error.exit_code
    if isinstance(error, (KeyboardInterrupt, typer.Abort)):
        typer.echo("chancery: interrupted", err=True)
        return EXIT_INTERRUPTED
    if isinstance(error, OSError) and error.errno:
        typer.echo(f"chancery: {error.strerror}: {error.filename or Home.resolve(None).root}", err=True)
        return EXIT_UNEXPECTED
    return _unexpected(error)


def main(arguments: list[str] | None = None) -> None:
    """Entry point: every error becomes one message and an exit code."""
    try:
        code = app(args=arguments, prog_name="chancery", standalone_mode=False)
    except BrokenPipeError:
        # the reader of a pipe has left (`chancery query … | head`): its right, and no error
        sys.stderr.close()
        raise SystemExit(0) from None
    except Exception as error:
        raise SystemExit(_code_of(error)) from None
    except KeyboardInterrupt as error:
        raise SystemExit(_code_of(error)) from None
    raise SystemExit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
