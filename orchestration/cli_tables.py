"""The verbs that look after hand-kept tables: `chancery roster …` and `chancery correct …`.

Belongs here: their options, help and examples, and the options that all verbs share. Does not belong here: work
(`roster`, `corrections`), layout (`report`).
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ingest.settings import HOME_VARIABLE, Home


def _use(home: Path | None) -> Path | None:
    """Let everything in this process, error logs included, mean the same home."""
    if home:
        os.environ[HOME_VARIABLE] = str(home)
    return home


HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", callback=_use, help="State folder; default: $CHANCERY_HOME, else data/ of a checkout, ~/.local/share/chancery of an installed package."
    ),
]


roster_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="The table of people and offices.")


@roster_app.command(name="check")
def roster_check() -> None:
    """Check people.csv and offices.csv: aliases unique, terms in order, every office typed."""
    from orchestration import report, roster

    report.print_soundness(roster.check())


@roster_app.command(name="refresh")
def roster_refresh(
    since: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d"], help="Terms that began on this day or later, and open ones."),
    ] = datetime(2023, 1, 1),
    office: Annotated[
        list[str] | None,
        typer.Option(help="head_of_state, head_of_government or foreign_minister. Default: all."),
    ] = None,
    state: Annotated[list[str] | None, typer.Option(help="ISO 3166 alpha-3. Default: all states.")] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="A SPARQL service in Wikidata's form. Default: Wikidata's own.")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="Write the difference after showing it.")] = False,
) -> None:
    """Ask Wikidata who holds office, show what people.csv does not know, and write it with --write.

    \b
    Example:
      chancery roster refresh --state FRA --state DEU --since 2025-01-01
    """
    from orchestration import report, roster

    found = roster.refresh(
        endpoint or roster.ENDPOINT, since.date(), office or list(roster.OFFICES), state or ()
    )
    report.print_difference(found)
    if write and (found.new or found.ended):
        report.console().print(f"Written to {roster.write(found)}.", soft_wrap=True)
    elif found.new or found.ended:
        report.console().print("Nothing written; --write does.")


correct_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Hand corrections: rows of corrections.csv that survive every replay and are shown as such.",
)
FactArgument = Annotated[str, typer.Argument(help="A published id (m…, e…, v…, s…) or a report id.")]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why, for those who read it later.")]
AuthorOption = Annotated[
    str | None, typer.Option("--author", help="Who says so. Default: the account's name.")
]


def _made(home: Path | None, action: str, reason: str, author: str | None, **what: str) -> None:
    """Write one correction and tell it."""
    import getpass

    from orchestration import corrections

    row = corrections.add(
        Home.resolve(home),
        action,
        reason=reason,
        author=author or getpass.getuser(),
        created_date=datetime.now(UTC).date(),
        **what,
    )
    typer.echo(f"{row.correction_id} written to {corrections.path()}; `chancery publish` applies it.")


@correct_app.command(name="reject")
def correct_reject(
    reason: ReasonOption,
    fact_id: Annotated[str, typer.Argument(help="The fact or report that is wrong.")] = "",
    rule: Annotated[str, typer.Option("--rule", help="All that this rule alone states.")] = "",
    kind: Annotated[
        str, typer.Option("--kind", help="With --rule: meeting, event, visit or statement only.")
    ] = "",
    author: AuthorOption = None,
    home: HomeOption = None,
) -> None:
    """This did not happen, or the text does not say so: the fact leaves the marts.

    \b
    Example:
      chancery correct reject e0123… --reason "a simile, no attack"
    """
    _made(home, "reject", reason, author, fact_id=fact_id, rule_id=rule, fact_kind=kind)


@correct_app.command(name="merge")
def correct_merge(
    fact_id: FactArgument,
    other_id: Annotated[str, typer.Argument(help="The other fact: both become one.")],
    reason: ReasonOption,
    author: AuthorOption = None,
    home: HomeOption = None,
) -> None:
    """Two facts are one and the same."""
    _made(home, "merge", reason, author, fact_id=fact_id, value=other_id)


@correct_app.command(name="split")
def correct_split(
    fact_id: FactArgument,
    reason: ReasonOption,
    article: Annotated[
        str, typer.Option("--article", help="The article whose report goes apart (as in marts.articles).")
    ] = "",
    into: Annotated[
        str, typer.Option("--into", help="A name: reports split off under one name stay together.")
    ] = "",
    author: AuthorOption = None,
    home: HomeOption = None,
) -> None:
    """One fact is two: the report of an article goes apart from the others.

    \b
    Example:
      chancery correct split m0123… --article a0123… --reason "the second round, a week later"
    """
    from orchestration import corrections

    place = Home.resolve(home)
    report = corrections.report_in(place, fact_id, article) if article else fact_id
    _made(home, "split", reason, author, fact_id=report, fact_kind=corrections.kind_of(fact_id), value=into)


@correct_app.command(name="set")
def correct_set(
    fact_id: FactArgument,
    field: Annotated[str, typer.Argument(help="e.g. status, start_date, city, codes, event_type.")],
    value: Annotated[
        str, typer.Argument(help="The right value; lists with semicolons; '' clears the field.")
    ],
    reason: ReasonOption,
    author: AuthorOption = None,
    home: HomeOption = None,
) -> None:
    """A field of a fact is wrong and this is right.

    \b
    Example:
      chancery correct set m0123… city Nairobi --reason "the dateline is the reporter's"
    """
    _made(home, "set", reason, author, fact_id=fact_id, field=field, value=value)


@correct_app.command(name="withdraw")
def correct_withdraw(
    correction_id: Annotated[str, typer.Argument(help="As in corrections.csv, e.g. c0001.")],
) -> None:
    """Take a correction back."""
    from orchestration import corrections

    gone = corrections.withdraw(correction_id)
    typer.echo(
        f"{gone.correction_id} ({gone.action} {gone.fact_id or gone.rule_id}) taken out of {corrections.path()}."
    )


@correct_app.command(name="list")
def correct_list(home: HomeOption = None) -> None:
    """Every correction and what it did; those that wait for the next build say so."""
    from orchestration import report

    report.print_corrections(Home.resolve(home))


@correct_app.command(name="check")
def correct_check() -> None:
    """Check corrections.csv line by line; exit code 1 when a line cannot stand."""
    from ingest.errors import CheckFailed
    from orchestration import corrections

    found = corrections.check()
    if found:
        raise CheckFailed(f"{len(found)} problems in {corrections.path()}:\n  " + "\n  ".join(found))
    typer.echo(f"{len(corrections.load())} corrections, each can stand.")
