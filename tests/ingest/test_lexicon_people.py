"""Laws of the roster and of the office phrases, and spot checks of who held which office on a day.

Belongs here: `ingest/lexicon/people.py` and the two files that it reads.
Does not belong here: finding people in articles.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from ingest.lexicon import people as lexicon
from ingest.lexicon import words

PEOPLE_HEADER = "person_id,name,surname,aliases,code,role,role_class,valid_from,valid_to\n"
OFFICES_HEADER = "phrase,role_class,rank,kind,example\n"
GOOD_TERM = "ada-lind,Ada Lind,Lind,Ada K. Lind,SWE,prime minister,head_of_government,2001-01-01,2003-01-01\n"
GOOD_OFFICE = "foreign minister,foreign_minister,2,office,The foreign minister left.\n"

HOLDERS = [
    ("2025-07-25", "PAK", "foreign_minister", "Ishaq Dar"),
    ("2025-07-25", "USA", "foreign_minister", "Marco Rubio"),
    ("2025-06-18", "PAK", "military", "Asim Munir"),
    ("2025-07-18", "PAK", "finance_minister", "Muhammad Aurangzeb"),
    ("2025-07-18", "USA", "trade_minister", "Howard Lutnick"),
    ("2025-07-18", "USA", "trade_minister", "Jamieson Greer"),
    ("2025-05-10", "USA", "head_of_state", "Donald Trump"),
    ("2019-06-30", "USA", "head_of_state", "Donald Trump"),
    ("2022-02-24", "USA", "head_of_state", "Joe Biden"),
    ("2023-06-01", "USA", "foreign_minister", "Antony Blinken"),
    ("2025-05-20", "USA", "security_adviser", "Marco Rubio"),
    ("2025-06-01", "USA", "envoy", "Steve Witkoff"),
    ("2023-12-01", "USA", "envoy", "Amos Hochstein"),
    ("2015-12-12", "USA", "foreign_minister", "John Kerry"),
    ("1987-12-08", "USA", "head_of_state", "Ronald Reagan"),
    ("1987-12-08", "USA", "foreign_minister", "George Shultz"),
    ("1987-04-10", "USA", "trade_minister", "Clayton Yeutter"),
    ("1987-12-08", "SUN", "head_of_state", "Mikhail Gorbachev"),
    ("1987-12-08", "SUN", "foreign_minister", "Eduard Shevardnadze"),
    ("1987-04-30", "JPN", "head_of_government", "Yasuhiro Nakasone"),
    ("1987-04-30", "JPN", "trade_minister", "Hajime Tamura"),
    ("1987-06-09", "GBR", "head_of_government", "Margaret Thatcher"),
    ("1987-06-09", "DEU", "foreign_minister", "Hans-Dietrich Genscher"),
    ("1987-06-09", "FRA", "head_of_government", "Jacques Chirac"),
    ("1987-06-09", "EU", "trade_minister", "Willy De Clercq"),
    ("1987-07-20", "IRN", "head_of_state", "Ruhollah Khomeini"),
    ("1987-07-20", "IRQ", "head_of_state", "Saddam Hussein"),
    ("1987-07-20", "BRA", "head_of_state", "José Sarney"),
    ("2003-03-20", "GBR", "head_of_government", "Tony Blair"),
    ("2003-03-20", "FRA", "foreign_minister", "Dominique de Villepin"),
    ("2024-06-01", "GBR", "head_of_government", "Rishi Sunak"),
    ("2024-06-01", "GBR", "foreign_minister", "David Cameron"),
    ("2025-08-01", "GBR", "foreign_minister", "David Lammy"),
    ("2025-11-01", "GBR", "foreign_minister", "Yvette Cooper"),
    ("2026-08-01", "GBR", "head_of_government", "Andy Burnham"),
    ("2025-06-24", "DEU", "head_of_government", "Friedrich Merz"),
    ("2025-06-24", "DEU", "foreign_minister", "Johann Wadephul"),
    ("2025-06-24", "FRA", "foreign_minister", "Jean-Noël Barrot"),
    ("2025-06-24", "NATO", "org_head", "Mark Rutte"),
    ("2023-06-24", "NLD", "head_of_government", "Mark Rutte"),
    ("2025-06-24", "UKR", "foreign_minister", "Andrii Sybiha"),
    ("2015-06-24", "RUS", "foreign_minister", "Sergey Lavrov"),
    ("2025-06-24", "RUS", "head_of_state", "Vladimir Putin"),
    ("2010-06-24", "RUS", "head_of_state", "Dmitry Medvedev"),
    ("2025-09-01", "CHN", "foreign_minister", "Wang Yi"),
    ("2023-05-01", "CHN", "foreign_minister", "Qin Gang"),
    ("2025-09-01", "IND", "foreign_minister", "S. Jaishankar"),
    ("2025-09-01", "JPN", "head_of_government", "Shigeru Ishiba"),
    ("2025-10-28", "JPN", "head_of_government", "Sanae Takaichi"),
    ("2025-10-28", "KOR", "head_of_state", "Lee Jae-myung"),
    ("2025-10-28", "KOR", "foreign_minister", "Cho Hyun"),
    ("2025-10-28", "MYS", "head_of_government", "Anwar Ibrahim"),
    ("2025-10-28", "CAN", "foreign_minister", "Anita Anand"),
    ("2025-10-28", "PHL", "foreign_minister", "Theresa Lazaro"),
    ("2025-05-14", "SYR", "head_of_state", "Ahmed al-Sharaa"),
    ("2024-06-01", "SYR", "head_of_state", "Bashar al-Assad"),
    ("2025-05-14", "SAU", "head_of_government", "Mohammed bin Salman"),
    ("2025-05-14", "QAT", "foreign_minister", "Mohammed bin Abdulrahman Al Thani"),
    ("2025-05-14", "IRN", "foreign_minister", "Abbas Araghchi"),
    ("2025-05-14", "ISR", "foreign_minister", "Gideon Sa'ar"),
    ("2022-09-14", "ISR", "head_of_government", "Yair Lapid"),
    ("2025-05-14", "TUR", "foreign_minister", "Hakan Fidan"),
    ("2025-05-14", "EGY", "foreign_minister", "Badr Abdelatty"),
    ("2025-06-27", "RWA", "foreign_minister", "Olivier Nduhungirehe"),
    ("2025-06-27", "COD", "foreign_minister", "Thérèse Kayikwamba Wagner"),
    ("2025-06-27", "VAT", "monarch", "Leo XIV"),
    ("2025-06-27", "UN", "org_head", "António Guterres"),
    ("2025-06-27", "IAEA", "org_head", "Rafael Grossi"),
    ("2025-06-27", "HEZBOLLAH", "party_leader", "Naim Qassem"),
    ("2025-06-27", "MEX", "head_of_state", "Claudia Sheinbaum"),
    ("2025-06-27", "VEN", "head_of_state", "Nicolás Maduro"),
]

SURNAMES = {
    "Xi Jinping": "Xi",
    "Yoon Suk-yeol": "Yoon",
    "Ahmed al-Sharaa": "al-Sharaa",
    "Mohammed bin Salman": "bin Salman",
    "Pedro Sánchez": "Sánchez",
    "Luiz Inácio Lula da Silva": "Lula",
    "Prabowo Subianto": "Prabowo",
    "Ursula von der Leyen": "von der Leyen",
    "Viktor Orbán": "Orbán",
}


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty reference folder for the two loaders here; places are read from the real one beforehand."""
    lexicon.countries(), lexicon.organizations()
    monkeypatch.setattr(words, "reference_dir", lambda: tmp_path)
    lexicon.people.cache_clear()
    lexicon.offices.cache_clear()
    yield tmp_path
    lexicon.people.cache_clear()
    lexicon.offices.cache_clear()


def in_office(day: str, code: str, role_class: str) -> set[str]:
    """Names of those who held an office of the class for the code on that day."""
    then = date.fromisoformat(day)
    terms = lexicon.people().filter(
        pl.col("code") == code,
        pl.col("role_class") == role_class,
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= then),
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= then),
    )
    return set(terms["name"])


@pytest.mark.parametrize(("day", "code", "role_class", "name"), HOLDERS)
def test_office_was_held_on_the_day(day: str, code: str, role_class: str, name: str) -> None:
    assert name in in_office(day, code, role_class)


def test_a_state_has_one_foreign_minister_at_a_time() -> None:
    """Overlaps of more than a month between two foreign ministers of one state, since 2015."""
    since, month = date(2015, 1, 1), pl.duration(days=31)
    terms = (
        lexicon.people()
        .filter(
            pl.col("role_class") == "foreign_minister", pl.col("valid_to").fill_null(date(2100, 1, 1)) > since
        )
        .sort("code", "valid_from")
        .with_columns(pl.col("valid_from").shift(-1).over("code").alias("next_from"))
    )
    double = terms.filter(pl.col("valid_to").fill_null(date(2100, 1, 1)) > pl.col("next_from") + month)
    assert double.select("code", "name", "valid_to", "next_from").rows() == []


def test_every_member_of_the_un_has_a_foreign_minister() -> None:
    members = set(lexicon.countries().filter(pl.col("groups").list.contains("UN"))["code"])
    for year in range(2019, 2026):
        missing = {code for code in members if not in_office(f"{year}-07-15", code, "foreign_minister")}
        assert len(missing) <= 3, (year, missing)


def test_surnames_are_those_of_later_mentions() -> None:
    found = lexicon.people().select("name", "surname").unique().filter(pl.col("name").is_in(list(SURNAMES)))
    assert dict(found.rows()) == SURNAMES


def test_spellings_lead_to_one_person() -> None:
    for spelling, person_id in (
        ("Volodymyr Zelenskyy", "volodymyr-zelensky"),
        ("Mohammad Ishaq Dar", "ishaq-dar"),
        ("MBS", "mohammed-bin-salman"),
        ("Shahbaz Sharif", "shehbaz-sharif"),
        ("Joseph R. Biden", "joe-biden"),
    ):
        found = (
            lexicon.people().filter(pl.col("aliases").list.contains(spelling))["person_id"].unique().to_list()
        )
        assert found == [person_id], spelling


def test_offices_cover_the_usual_phrases() -> None:
    table = lexicon.offices()
    classes = dict(table.select("phrase", "role_class").rows())
    expected = {
        "minister of foreign affairs": "foreign_minister",
        "external affairs minister": "foreign_minister",
        "defense secretary": "defence_minister",
        "chancellor of the exchequer": "finance_minister",
        "field marshal": "military",
        "special envoy": "envoy",
        "taoiseach": "head_of_government",
        "COAS": "military",
        "foreign ministers": "foreign_minister",
        "acting": None,
    }
    assert table.height >= 250
    assert {phrase: classes[phrase] for phrase in expected} == expected


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (GOOD_TERM.replace("ada-lind", "Ada Lind"), "no slug"),
        (GOOD_TERM.replace("SWE", "XXX"), "unknown code"),
        (GOOD_TERM.replace("head_of_government", "boss"), "unknown role class"),
        (GOOD_TERM.replace("2003-01-01", "1999-01-01"), "ends before it begins"),
        (GOOD_TERM.replace("2003-01-01", "2003-13-01"), "valid_to is no date"),
        (GOOD_TERM.replace("Lind,Lind", "Lind,"), "no name, surname or role"),
        (GOOD_TERM + GOOD_TERM.replace("2001-01-01,2003", "2002-01-01,2004"), "terms overlap"),
        (
            GOOD_TERM + GOOD_TERM.replace("Ada Lind", "Ida Lind").replace("2001", "1991", 1),
            "more than one name",
        ),
        (GOOD_TERM + GOOD_TERM.replace("ada-lind,Ada Lind", "ada-k-lind,Ada K. Lind"), "at one time"),
    ],
)
def test_bad_term_is_refused_with_file_row_and_reason(reference: Path, rows: str, why: str) -> None:
    (reference / "people.csv").write_text(PEOPLE_HEADER + rows, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"people\.csv, row \d+: .*{why}"):
        lexicon.people()


def test_a_name_may_recur_in_another_state_or_another_time(reference: Path) -> None:
    namesakes = GOOD_TERM.replace("ada-lind", "ada-lind-nor").replace("SWE", "NOR")
    later = GOOD_TERM.replace("ada-lind", "ada-lind-2").replace("2001-01-01,2003-01-01", "2011-01-01,")
    (reference / "people.csv").write_text(PEOPLE_HEADER + GOOD_TERM + namesakes + later, encoding="utf-8")
    assert lexicon.people().height == 3


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (GOOD_OFFICE + GOOD_OFFICE, "stands twice"),
        (GOOD_OFFICE.replace("foreign_minister", "boss"), "unknown role class"),
        (GOOD_OFFICE.replace(",2,", ",9,"), "rank is not 1 to 5"),
        (GOOD_OFFICE.replace(",2,", ",,"), "role class without rank"),
        (GOOD_OFFICE.replace(",office,", ",job,"), "unknown kind"),
        (GOOD_OFFICE.replace("foreign minister,", "Foreign minister,", 1), "has capitals"),
        (GOOD_OFFICE.replace("The foreign minister", "The minister"), "does not use the phrase"),
    ],
)
def test_bad_office_is_refused_with_file_row_and_reason(reference: Path, rows: str, why: str) -> None:
    (reference / "offices.csv").write_text(OFFICES_HEADER + rows, encoding="utf-8")
    with pytest.raises(ValueError, match=rf"offices\.csv, row \d+: .*{why}"):
        lexicon.offices()
