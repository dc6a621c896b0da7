"""What single sentences say: one table a class of grammar, all read in one batch.

The sentences are of this project. Belongs here: sides, status, dates, places, people of short texts.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from ingest.extract import extract

PUBLISHED = date(2025, 7, 26)  # a Saturday

# text, sides of the one encounter, status
MEETINGS = [
    (
        "Kenya's president, William Ruto, met Ugandan President Yoweri Museveni in Nairobi.",
        "KEN,UGA",
        "occurred",
    ),
    (
        "Polish Foreign Minister Radoslaw Sikorski met with his Czech counterpart in Prague on Monday.",
        "CZE,POL",
        "occurred",
    ),
    (
        "French President Emmanuel Macron hosted Lebanese President Joseph Aoun for lunch in Paris.",
        "FRA,LBN",
        "occurred",
    ),
    (
        "The Omani foreign minister was received by Qatari Prime Minister Sheikh Mohammed bin Abdulrahman Al Thani.",
        "OMN,QAT",
        "occurred",
    ),
    ("Brazil and Bolivia held talks in Brasilia on Thursday.", "BOL,BRA", "occurred"),
    ("Talks between Ethiopia and Egypt resumed in Cairo on Friday.", "EGY,ETH", "occurred"),
    (
        "German Chancellor Friedrich Merz spoke by phone with Turkish President Recep Tayyip Erdogan.",
        "DEU,TUR",
        "occurred",
    ),
    (
        "Indian Prime Minister Narendra Modi telephoned Russian President Vladimir Putin on Tuesday.",
        "IND,RUS",
        "occurred",
    ),
    (
        "Chilean Foreign Minister Alberto van Klaveren sat down with Peruvian officials in Lima.",
        "CHL,PER",
        "occurred",
    ),
    (
        "Japanese Prime Minister Shigeru Ishiba will meet South Korean President Lee Jae-myung in Tokyo.",
        "JPN,KOR",
        "planned",
    ),
    ("The Thai foreign minister is due to meet his Cambodian counterpart next week.", "KHM,THA", "planned"),
    ("Spain and Morocco are to hold talks on migration in Madrid.", "ESP,MAR", "planned"),
    (
        "Serbian President Aleksandar Vucic refused to meet Kosovo Prime Minister Albin Kurti.",
        "SRB,XKX",
        "denied",
    ),
    ("Armenia ruled out talks with Azerbaijan before the elections.", "ARM,AZE", "denied"),
    ("The meeting between Pakistan and Afghanistan was cancelled on Friday.", "AFG,PAK", "denied"),
    (
        "Colombian President Gustavo Petro may meet Venezuelan President Nicolas Maduro.",
        "COL,VEN",
        "hypothetical",
    ),
    ("Sweden called for talks between Israel and Syria.", "ISR,SYR", "hypothetical"),
]

# text, source, target, type
EVENTS = [
    ("Serbia signed an agreement with Hungary on gas.", "SRB", "HUN", "AGREE"),
    ("Greece praised Cyprus for its role.", "GRC", "CYP", "SUPPORT"),
    ("The Irish foreign minister thanked Spain.", "IRL", "ESP", "SUPPORT"),
    ("Canada voiced solidarity with Latvia.", "CAN", "LVA", "SUPPORT"),
    ("India held naval drills with Kenya.", "IND", "KEN", "COOPERATE"),
    ("Chad restored relations with Sudan on Monday.", "TCD", "SDN", "COOPERATE"),
    ("Denmark gave food aid to Yemen.", "DNK", "YEM", "AID"),
    ("Norway pledged missiles to Ukraine.", "NOR", "UKR", "AID"),
    ("The United States lifted sanctions on Syria.", "USA", "SYR", "CONCEDE"),
    ("Denmark apologised to Greenland.", "DNK", "GRL", "CONCEDE"),
    ("Uganda withdrew its troops from Somalia.", "UGA", "SOM", "RETREAT"),
    ("Israel and Lebanon reached a ceasefire on Tuesday.", "ISR", "LBN", "RETREAT"),
    ("Sudan asked Egypt for help.", "SDN", "EGY", "REQUEST"),
    ("France called on Algeria to free the writer.", "FRA", "DZA", "REQUEST"),
    ("Rwanda accused Burundi of arming rebels.", "RWA", "BDI", "ACCUSE"),
    ("Japan voiced concern over China's patrols.", "JPN", "CHN", "ACCUSE"),
    ("Vietnam rejected China's claim to the reef.", "VNM", "CHN", "REJECT"),
    ("North Korea threatened South Korea with artillery.", "PRK", "KOR", "THREATEN"),
    ("Russia warned Moldova.", "RUS", "MDA", "THREATEN"),
    ("Spain summoned the Argentine ambassador.", "ESP", "ARG", "PROTEST"),
    ("Canada imposed sanctions on Belarus on Friday.", "CAN", "BLR", "SANCTION"),
    ("Sanctions were imposed on Iran by the European Union.", "EU", "IRN", "SANCTION"),
    ("Mali expelled the French ambassador.", "MLI", "FRA", "SANCTION"),
    ("Guyana sent troops to the Venezuelan border.", "GUY", "VEN", "MOBILIZE"),
    ("Iran arrested two German citizens.", "IRN", "DEU", "COERCE"),
    ("Thai jets bombed Cambodian positions on Thursday.", "THA", "KHM", "ASSAULT"),
    ("Iran fired missiles at Israel.", "IRN", "ISR", "ASSAULT"),
    ("Israel and Iran accused each other of breaking the truce.", "IRN", "ISR", "ACCUSE"),
]

# text, first day, precision
DATES = [
    ("Norway and Iceland held talks in Oslo on Friday.", date(2025, 7, 25), "day"),
    ("Norway and Iceland held talks in Oslo on 3 June.", date(2025, 6, 3), "day"),
    ("Norway and Iceland held talks in Oslo on June 3, 2024.", date(2024, 6, 3), "day"),
    ("Last month, Norway and Iceland held talks in Oslo.", date(2025, 6, 1), "month"),
    ("Norway and Iceland held talks in Oslo yesterday.", date(2025, 7, 25), "day"),
    ("Norway and Iceland held talks in Oslo in March.", date(2025, 3, 1), "month"),
    ("Norway and Iceland held talks in Oslo earlier this week.", date(2025, 7, 21), "week"),
    ("Norway and Iceland held talks in Oslo in 2019.", date(2019, 1, 1), "year"),
    ("Norway and Iceland will hold talks in Oslo on Tuesday.", date(2025, 7, 29), "day"),
    ("Norway and Iceland held talks in Oslo two days ago.", date(2025, 7, 24), "day"),
    ("Norway and Iceland held talks in Oslo, officials said on Friday.", None, "unknown"),
]

# text, name, country
PEOPLE = [
    (
        "Pakistan's Deputy Prime Minister and Foreign Minister Ishaq Dar arrived in Berlin.",
        "Ishaq Dar",
        "PAK",
    ),
    ("Iran's foreign minister, Abbas Araghchi, spoke to reporters.", "Abbas Araghchi", "IRN"),
    ("Jonas Varga, the Latvian defence minister, visited Riga.", "Jonas Varga", "LVA"),
    ("The Minister of Foreign Affairs of Malawi, Thoko Bandakale, was in Lusaka.", "Thoko Bandakale", "MWI"),
    ("Uganda's Yoweri Museveni welcomed the news.", "Yoweri Museveni", "UGA"),
    ("President of France Emmanuel Macron spoke.", "Emmanuel Macron", "FRA"),
    ("EU foreign policy chief Kaja Kallas urged restraint.", "Kaja Kallas", "EU"),
]

# texts that name states but hold no meeting and no event
NOTHING = [
    "Michael Jordan signed with Georgia after talks with three other schools.",
    "Denzel Washington praised his sense of timing.",
    "Chad Smith drummed along while Paris Hilton met her fans.",
    "Ghana beat Sudan 2-0 in an Africa Cup qualifier.",
    "The cabinet met on Tuesday and cleared a bill on buses.",
    "China Light, a lighting maker, reached an agreement with its lenders.",
]


def _ids(prefix: str, cases: list) -> list[str]:
    return [f"{prefix}-{n}" for n in range(len(cases))]


@pytest.fixture(scope="module")
def facts() -> dict[str, pl.DataFrame]:
    """The facts of every sentence of this module, read at once."""
    texts = {}
    for prefix, cases in (("m", MEETINGS), ("e", EVENTS), ("d", DATES), ("p", PEOPLE)):
        texts |= dict(zip(_ids(prefix, cases), (case[0] for case in cases), strict=True))
    texts |= dict(zip(_ids("n", NOTHING), NOTHING, strict=True))
    return extract(
        pl.DataFrame(
            {
                "article_id": list(texts),
                "title": [None] * len(texts),
                "text": list(texts.values()),
                "published_date": [PUBLISHED] * len(texts),
                "language": ["en"] * len(texts),
                "source": [None] * len(texts),
            },
            schema_overrides={"title": pl.String, "source": pl.String},
        )
    )


@pytest.mark.parametrize(("key", "case"), list(zip(_ids("m", MEETINGS), MEETINGS, strict=True)))
def test_sides_and_status_of_an_encounter(facts: dict[str, pl.DataFrame], key: str, case: tuple) -> None:
    found = facts["meetings"].filter(pl.col("article_id") == key)
    assert [(",".join(r["codes"]), r["status"]) for r in found.iter_rows(named=True)] == [case[1:]]


@pytest.mark.parametrize(("key", "case"), list(zip(_ids("e", EVENTS), EVENTS, strict=True)))
def test_source_target_and_type_of_an_event(facts: dict[str, pl.DataFrame], key: str, case: tuple) -> None:
    found = facts["events"].filter(pl.col("article_id") == key)
    rows = found.select("source_code", "target_code", "event_type").rows()
    assert case[1:] in rows
    assert {row[2] for row in rows} == {case[3]}


@pytest.mark.parametrize(("key", "case"), list(zip(_ids("d", DATES), DATES, strict=True)))
def test_date_and_precision(facts: dict[str, pl.DataFrame], key: str, case: tuple) -> None:
    found = facts["meetings"].filter(pl.col("article_id") == key)
    assert found.select("start_date", "date_precision").rows() == [case[1:]]
    assert found["city"].to_list() == ["Oslo"] and found["country_code"].to_list() == ["NOR"]


@pytest.mark.parametrize(("key", "case"), list(zip(_ids("p", PEOPLE), PEOPLE, strict=True)))
def test_person_and_state(facts: dict[str, pl.DataFrame], key: str, case: tuple) -> None:
    found = facts["article_actors"].filter((pl.col("article_id") == key) & (pl.col("kind") == "person"))
    assert (case[1], case[2]) in found.select("name", "code").rows()


@pytest.mark.parametrize("key", _ids("n", NOTHING))
def test_other_things_are_no_states(facts: dict[str, pl.DataFrame], key: str) -> None:
    for table in ("meetings", "events"):
        assert facts[table].filter(pl.col("article_id") == key).height == 0
