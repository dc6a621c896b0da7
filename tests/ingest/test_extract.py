"""Laws of the extraction: what a sentence gives, and what holds whatever the text is.

Every table of cases is read in one batch, published on Friday 14 November 2025. All sentences are written for these
tests: what they say about real people and states is invented.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from functools import cache

import polars as pl
import pytest

from ingest import tables
from ingest.articles import normalise
from ingest.extract import extract, extractor_version
from ingest.lexicon import words

PUBLISHED = date(2025, 11, 14)
Facts = dict[str, pl.DataFrame]

MEETINGS = [
    # active
    ("French President Emmanuel Macron met German Chancellor Friedrich Merz in Berlin on Thursday.", "in_person", "DEU FRA", "Berlin"),
    ("Kenya's president met the Ugandan foreign minister in Nairobi.", "in_person", "KEN UGA", "Nairobi"),
    ("Turkey's foreign minister held talks with his Greek counterpart in Athens on Monday.", "in_person", "GRC TUR", "Athens"),
    ("Japan's prime minister hosted the president of Palau for a working lunch in Tokyo.", "in_person", "JPN PLW", "Tokyo"),
    ("A delegation from Nepal met Indian officials in New Delhi.", "in_person", "IND NPL", "New Delhi"),
    ("\"This helps us,\" Poland's foreign minister said after meeting Ukraine's foreign minister in Warsaw.", "in_person", "POL UKR", "Warsaw"),
    # passive
    ("German Chancellor Friedrich Merz was received by French President Emmanuel Macron at the Elysee Palace in Paris.", "in_person", "DEU FRA", "Paris"),
    ("Syria's president was met by the Saudi crown prince in Riyadh.", "in_person", "SAU SYR", "Riyadh"),
    ("Indonesian President Prabowo Subianto was welcomed by Turkish President Recep Tayyip Erdogan in Ankara.", "in_person", "IDN TUR", "Ankara"),
    # nominal
    ("Talks between Egypt and Ethiopia on the Nile dam resumed in Khartoum on Wednesday.", "in_person", "EGY ETH", "Khartoum"),
    ("The meeting between Azerbaijan's president and the Georgian prime minister took place in Baku on Monday.", "in_person", "AZE GEO", "Baku"),
    # by phone and by video
    ("Indian Prime Minister Narendra Modi spoke by phone with Ukrainian President Volodymyr Zelenskyy on Tuesday.", "call", "IND UKR", None),
    ("The call between the Indian prime minister and the French president lasted an hour.", "call", "FRA IND", None),
    ("In a phone call, the Dutch prime minister and the Belgian prime minister discussed migration.", "call", "BEL NLD", None),
    ("The Polish and Lithuanian defence ministers discussed the border in a video conference.", "video", "LTU POL", None),
    # on a visit
    ("Uzbek President Shavkat Mirziyoyev arrived in Astana on Wednesday for talks with Kazakh President Kassym-Jomart Tokayev.", "in_person", "KAZ UZB", "Astana"),
    # several sides
    ("Finland and Sweden met in Helsinki on Friday.", "in_person", "FIN SWE", "Helsinki"),
    ("The Finnish and Swedish leaders met in Helsinki on Friday.", "in_person", "FIN SWE", "Helsinki"),
    ("Danish, Polish and Czech diplomats met in Prague.", "in_person", "CZE DNK POL", "Prague"),
    ("Poland, Latvia and Estonia held talks in Riga on Tuesday.", "in_person", "EST LVA POL", "Riga"),
    ("Officials from Kenya, Uganda and Tanzania met in Arusha on Tuesday.", "in_person", "KEN TZA UGA", "Arusha"),
    # organisations
    ("NATO Secretary General Mark Rutte met Turkish President Recep Tayyip Erdogan in Ankara.", "in_person", "NATO TUR", "Ankara"),
    ("UN Secretary-General Antonio Guterres met Sudan's army chief.", "in_person", "SDN UN", None),
    # a dateline gives the place
    ("VIENNA (Wire) - Iran's foreign minister met the Austrian chancellor on Friday.", "in_person", "AUT IRN", "Vienna"),
    ("ANKARA, Nov 13 - Turkey's foreign minister met the Iraqi president on Thursday.", "in_person", "IRQ TUR", "Ankara"),
    # a building gives the place
    ("Emir Tamim of Qatar received the Omani foreign minister at the White House.", "in_person", "OMN QAT", "Washington"),
]  # fmt: skip

VISITS = [
    ("Kenyan President William Ruto visited Rwanda last month.", "KEN RWA", "occurred", None, None),
    ("Vietnamese President Luong Cuong arrived in Sofia on Wednesday for a three-day visit to Bulgaria.", "VNM BGR", "occurred", "Sofia", 3),
    ("Kuwait's crown prince concluded a two-day visit to Jordan on Tuesday.", "KWT JOR", "occurred", None, 2),
    ("Sri Lanka's president is on a visit to China.", "LKA CHN", "occurred", None, None),
    ("Mongolia's president paid a state visit to Italy in June.", "MNG ITA", "occurred", None, None),
    ("The Thai king will travel to Bhutan next month.", "THA BTN", "planned", None, None),
    ("Canada's prime minister cancelled his visit to India.", "CAN IND", "denied", None, None),
]  # fmt: skip

MEETING_STATUS = [
    ("Italian Prime Minister Giorgia Meloni will meet Albanian Prime Minister Edi Rama in Tirana next week.", "planned"),
    ("Armenia's prime minister is due to hold talks with the president of Azerbaijan in Abu Dhabi.", "planned"),
    ("Somalia and Ethiopia are expected to meet in Ankara next month.", "planned"),
    ("Iran said it would hold talks with Britain, France and Germany in Geneva on Friday.", "planned"),
    ("The Kremlin denied that Vladimir Putin had met the Hungarian foreign minister.", "denied"),
    ("Brazil's president did not meet the Argentine leader.", "denied"),
    ("The planned meeting between the Chinese and Japanese foreign ministers was cancelled.", "denied"),
    ("The Polish foreign minister postponed a meeting with the Hungarian foreign minister.", "denied"),
    ("Iran rejected talks with the United States.", "denied"),
    ("The Spanish foreign minister might meet his Moroccan counterpart.", "hypothetical"),
    ("If Ukraine met Russia for talks, sanctions could be eased.", "hypothetical"),
    ("The president of Turkey wanted to meet the Greek prime minister.", "hypothetical"),
    ("Swiss diplomats hope to hold talks with Iranian officials.", "hypothetical"),
]  # fmt: skip

EVENT_STATUS = [
    ("Spain did not condemn Morocco.", "ACCUSE", "denied"),
    ("Ukraine has never attacked Belarus.", "ASSAULT", "denied"),
    ("Turkey refused to sign the accord with Greece.", "REJECT", "occurred"),
    ("Canada will impose sanctions on Belarus next month.", "SANCTION", "planned"),
    ("Japan plans to send troops to the Philippines.", "MOBILIZE", "planned"),
    ("Germany pledged relief for Malawi.", "AID", "planned"),
    ("Canada could impose sanctions on Georgia.", "SANCTION", "hypothetical"),
]

DATES = [
    ("on Thursday", "2025-11-13", "2025-11-13", "day"),
    ("on Friday", "2025-11-14", "2025-11-14", "day"),
    ("on Monday", "2025-11-10", "2025-11-10", "day"),
    ("yesterday", "2025-11-13", "2025-11-13", "day"),
    ("two days ago", "2025-11-12", "2025-11-12", "day"),
    ("on 2 February", "2025-02-02", "2025-02-02", "day"),
    ("on 3 December", "2024-12-03", "2024-12-03", "day"),
    ("on October 7", "2025-10-07", "2025-10-07", "day"),
    ("on 3 November 2025", "2025-11-03", "2025-11-03", "day"),
    ("on 2025-10-20", "2025-10-20", "2025-10-20", "day"),
    ("earlier this week", "2025-11-10", "2025-11-16", "week"),
    ("last week", "2025-11-03", "2025-11-09", "week"),
    ("last month", "2025-10-01", "2025-10-31", "month"),
    ("in June", "2025-06-01", "2025-06-30", "month"),
    ("in March 2024", "2024-03-01", "2024-03-31", "month"),
    ("last year", "2024-01-01", "2024-12-31", "year"),
    ("in 2023", "2023-01-01", "2023-12-31", "year"),
]
FUTURE_DATES = [
    ("on Monday", "2025-11-17", "2025-11-17", "day"),
    ("tomorrow", "2025-11-15", "2025-11-15", "day"),
    ("next week", "2025-11-17", "2025-11-23", "week"),
    ("next month", "2025-12-01", "2025-12-31", "month"),
]
PAST = "Finland's president met Sweden's prime minister {}."
FUTURE = "Finland's president will meet Sweden's prime minister {}."

PEOPLE = [
    # office before the name
    ("Senegalese Foreign Minister Yassine Fall met Malian Foreign Minister Abdoulaye Diop in Bamako.", "Yassine Fall", "SEN"),
    ("Pakistan's Deputy Prime Minister and Foreign Minister Ishaq Dar met US Secretary of State Marco Rubio.", "Ishaq Dar", "PAK"),
    ("King Abdullah II of Jordan met Egyptian President Abdel Fattah el-Sisi in Amman.", "Abdullah II", "JOR"),
    # apposition, also of people whom no table knows
    ("Maria Testova, the Bulgarian deputy foreign minister, met Cyprus's ambassador in Sofia.", "Maria Testova", "BGR"),
    ("Jens Holmquist, Denmark's energy minister, thanked Norway.", "Jens Holmquist", "DNK"),
    ("Egypt's foreign minister, Badr Abdelatty, and his Qatari counterpart met in Cairo.", "Badr Abdelatty", "EGY"),
    # honorifics are no part of the name
    ("British Prime Minister Sir Keir Starmer hosted Irish Taoiseach Micheal Martin in London.", "Keir Starmer", "GBR"),
    ("Mr Macron praised Poland.", "Macron", "FRA"),
    # counterparts
    ("Norwegian Prime Minister Jonas Gahr Store met his Danish counterpart Mette Frederiksen in Oslo.", "Mette Frederiksen", "DNK"),
    ("Foreign ministers Hakan Fidan of Turkey and Abbas Araghchi of Iran met in Istanbul.", "Abbas Araghchi", "IRN"),
]  # fmt: skip

EVENTS = [
    ("Washington accused Beijing of stealing secrets.", "ACCUSE", "USA>CHN"),
    ("Egypt was accused by Ethiopia of arming militias.", "ACCUSE", "ETH>EGY"),
    ("Canada condemned Russia, Belarus and Iran.", "ACCUSE", "CAN>BLR CAN>IRN CAN>RUS"),
    ("Peru, Chile and Bolivia condemned Venezuela.", "ACCUSE", "BOL>VEN CHL>VEN PER>VEN"),
    ("Zambia and Angola agreed to build a railway.", "AGREE", "AGO>ZMB ZMB>AGO"),
    ("Burundi and Rwanda signed a trade pact in Bujumbura on Saturday.", "AGREE", "BDI>RWA RWA>BDI"),
    ("Laos ratified a border treaty with Vietnam.", "AGREE", "LAO>VNM VNM>LAO"),
    ("Norway gave Malawi ten million dollars.", "AID", "NOR>MWI"),
    ("Italy delivered medical supplies to Lebanon on Tuesday.", "AID", "ITA>LBN"),
    ("Cambodia fired rockets into Thailand on Monday.", "ASSAULT", "KHM>THA"),
    ("Afghan guards clashed with Pakistani troops.", "ASSAULT", "AFG>PAK PAK>AFG"),
    ("Israel shelled southern Lebanon.", "ASSAULT", "ISR>LBN"),
    ("Turkish police arrested a Bulgarian citizen.", "COERCE", "TUR>BGR"),
    ("Iranian forces seized a Norwegian tanker.", "COERCE", "IRN>NOR"),
    ("London lifted sanctions on Zimbabwe.", "CONCEDE", "GBR>ZWE"),
    ("Turkey apologised to Russia.", "CONCEDE", "TUR>RUS"),
    ("Kenya's president met the Ugandan foreign minister in Nairobi.", "CONSULT", "KEN>UGA UGA>KEN"),
    ("Russian Foreign Minister Sergei Lavrov travelled to Algeria.", "CONSULT", "RUS>DZA"),
    ("India held naval drills with Oman.", "COOPERATE", "IND>OMN OMN>IND"),
    ("Ukraine and Russia swapped prisoners on Friday.", "COOPERATE", "RUS>UKR UKR>RUS"),
    ("Brazil deployed soldiers along the Venezuelan border.", "MOBILIZE", "BRA>VEN"),
    ("Sudan mobilised against Ethiopia.", "MOBILIZE", "SDN>ETH"),
    ("Lithuania summoned the Chinese charge d'affaires.", "PROTEST", "LTU>CHN"),
    ("Manila protested to China.", "PROTEST", "PHL>CHN"),
    ("Hanoi rejected China's claim.", "REJECT", "VNM>CHN"),
    ("Serbia refused a Croatian proposal.", "REJECT", "SRB>HRV"),
    ("Jamaica asked Canada for help.", "REQUEST", "JAM>CAN"),
    ("Paris called on Tehran to free the writer.", "REQUEST", "FRA>IRN"),
    ("Indonesia sought aid from China.", "REQUEST", "IDN>CHN"),
    ("Ugandan soldiers withdrew from Somalia.", "RETREAT", "UGA>SOM"),
    ("India and Pakistan reached a ceasefire.", "RETREAT", "IND>PAK PAK>IND"),
    ("The European Union imposed tariffs on China.", "SANCTION", "EU>CHN"),
    ("A Russian diplomat was expelled by Estonia.", "SANCTION", "EST>RUS"),
    ("Chad recalled its ambassador to France.", "SANCTION", "TCD>FRA"),
    ("Portugal thanked Brazil and Angola.", "SUPPORT", "PRT>AGO PRT>BRA"),
    ("Vienna voiced solidarity with Moldova.", "SUPPORT", "AUT>MDA"),
    ("North Korea threatened South Korea.", "THREATEN", "PRK>KOR"),
    ("Beijing warned Canberra.", "THREATEN", "CHN>AUS"),
    # names that other things share
    ("Georgia accused Russia of moving the border.", "ACCUSE", "GEO>RUS"),
    ("Jordan accused Israel of violating the truce.", "ACCUSE", "JOR>ISR"),
    ("The Democratic Republic of Congo accused Rwanda of an invasion.", "ACCUSE", "COD>RWA"),
    ("South Sudan accused Sudan of shelling a village.", "ACCUSE", "SSD>SDN"),
    ("Niger's junta accused Nigeria of harbouring rebels.", "ACCUSE", "NER>NGA"),
    ("Papua New Guinea signed a treaty with Australia.", "AGREE", "AUS>PNG PNG>AUS"),
    ("Guinea's president met the leader of Equatorial Guinea in Conakry.", "CONSULT", "GIN>GNQ GNQ>GIN"),
]

NOTHING = [
    # names that are no states here
    "Michael Jordan praised Chad Johnson after the game.",
    "Chad Smith met Jordan Peele in Georgia on Friday.",
    "The governor of Georgia met voters in Atlanta on Friday.",
    "The governor of Washington state criticised Canada.",
    "They told us that Canada was wrong.",
    "The turkey was served in China bowls.",
    "Lebanon, New Hampshire, is a quiet town.",
    # sport
    "Georgia beat Jordan 2-1 in a friendly.",
    "Manchester United beat Juventus of Italy 3-0, France's Mbappe scored for Real Madrid of Spain.",
    "Brazil thrashed Japan 4-0 in Osaka on Friday. The striker scored twice for Brazil before half-time. "
    "Japan's coach praised the goalkeeper after the match.",
    "Kenya won gold in the marathon, with Ethiopia second and Uganda third. The Kenyan runner finished in two hours.",
    # one state only, or nothing at all
    "The French president met farmers in Lyon.",
    "It rained in Vienna on Friday.",
    "Quarterly earnings rose by four per cent, the company said.",
    "Envoy",
    "",
]

STATEMENTS = [
    ('"We will never accept this threat to Norway," Finnish President Alexander Stubb said in Helsinki.', "Alexander Stubb", "FIN", "NOR"),
    ('Colombian President Gustavo Petro said: "Venezuela must hold new elections."', "Gustavo Petro", "COL", "VEN"),
]  # fmt: skip

LATER_MENTIONS = [
    ("Senegalese Foreign Minister Yassine Fall met Malian Foreign Minister Abdoulaye Diop in Bamako. Diop thanked Fall for the visit.", "SUPPORT", "MLI>SEN"),
    ("Maria Testova, the Bulgarian deputy foreign minister, met Cyprus's ambassador in Sofia. Testova praised Cyprus.", "SUPPORT", "BGR>CYP"),
    ("Russian President Vladimir Putin met Chinese President Xi Jinping in Beijing. He praised China.", "SUPPORT", "RUS>CHN"),
]  # fmt: skip

# Characters on which offsets go wrong: beyond the basic plane, combining, curly, right to left, of two widths.
STRANGE = [
    "😀😀 Poland’s foreign minister met Ukraine’s foreign minister in Warsaw 🇵🇱. “We thank Ukraine 🙏,” Polish Prime Minister Donald Tusk said.",
    unicodedata.normalize("NFD", "Türkiye’s président Café met — São Tomé. Côte d'Ivoire accused Mali of arming rebels."),
    "\u200fقال الوزير\u200f. Egypt accused Ethiopia of arming militias. \u202bשלום\u202c Egypt's foreign minister met Qatar's emir in Cairo.",
    "Canada\u00a0imposed sanctions on\u2009Belarus.\r\n\r\nＦｕｌｌ ｗｉｄｔｈ. ß ﬁ İ ŉ. Moldova expelled a Russian diplomat.\u2028Oslo summoned Russia's envoy.",
    "a\u0301\u0302\u0303 Z̷̛͎ Kenya's president met the Ugandan foreign minister in Nairobi\u2026 𝕬𝖇𝖈 Portugal thanked Brazil and Angola.",
]  # fmt: skip


@cache
def texts() -> list[str]:
    """Every sentence of the tables, once."""
    cases = [MEETINGS, VISITS, MEETING_STATUS, EVENT_STATUS, PEOPLE, EVENTS, STATEMENTS, LATER_MENTIONS]
    found = [case[0] for table in cases for case in table] + NOTHING
    found += [PAST.format(case[0]) for case in DATES] + [FUTURE.format(case[0]) for case in FUTURE_DATES]
    return list(dict.fromkeys(found + words.frames()["example"].to_list()))


def frame(given: list[str], published: date | None = PUBLISHED) -> pl.DataFrame:
    """The texts as articles, `a0000` onwards."""
    return pl.DataFrame({
        "article_id": [f"a{n:04}" for n in range(len(given))],
        "title": pl.Series([None] * len(given), dtype=pl.String),
        "text": pl.Series(given, dtype=pl.String),
        "published_date": pl.Series([published] * len(given), dtype=pl.Date),
        "language": ["en"] * len(given),
        "source": ["test"] * len(given),
    })  # fmt: skip


@cache
def all_facts() -> Facts:
    """The facts of all sentences, read once."""
    return extract(frame(texts()))


def rows(table: str, text: str) -> list[dict[str, object]]:
    """The rows of one sentence."""
    article = f"a{texts().index(text):04}"
    return all_facts()[table].filter(pl.col("article_id") == article).to_dicts()


def pairs(text: str, event_type: str, status: str = "occurred") -> set[str]:
    """Who does it to whom, as 'USA>CHN'."""
    return {
        f"{row['source_code']}>{row['target_code']}"
        for row in rows("events", text)
        if (row["event_type"], row["status"]) == (event_type, status)
    }


def as_lines(facts: Facts) -> dict[str, list[str]]:
    """Each table's rows as sorted text: equal for equal facts in whatever order."""
    return {name: sorted(map(repr, table.rows())) for name, table in facts.items()}


def assert_offsets(facts: Facts, articles: pl.DataFrame) -> None:
    """Evidence and quotations are the words at their offsets, counted in code points."""
    by_id = dict(articles.select("article_id", "text").iter_rows())
    for table, words_of in (("evidence", "evidence"), ("statements", "quote")):
        for row in facts[table].iter_rows(named=True):
            assert by_id[row["article_id"]][row["char_start"] : row["char_end"]] == row[words_of]


@pytest.mark.parametrize(("text", "how", "codes", "city"), MEETINGS)
def test_encounter_is_one_meeting(text: str, how: str, codes: str, city: str | None) -> None:
    (met,) = rows("meetings", text)
    assert (met["status"], met["format"], met["codes"], met["city"]) == ("occurred", how, codes.split(), city)
    for code in codes.split():
        others = {f"{code}>{other}" for other in codes.split() if other != code}
        assert others <= pairs(text, "CONSULT")


@pytest.mark.parametrize(("text", "codes", "status", "city", "days"), VISITS)
def test_visit_has_visitor_and_host_and_is_no_meeting(
    text: str, codes: str, status: str, city: str | None, days: int | None
) -> None:
    (visit,) = rows("visits", text)
    assert f"{visit['visitor_code']} {visit['host_code']}" == codes
    assert (visit["status"], visit["city"], visit["days"]) == (status, city, days)
    assert not rows("meetings", text)
    assert pairs(text, "CONSULT", status) == {codes.replace(" ", ">")}


@pytest.mark.parametrize(("text", "status"), MEETING_STATUS)
def test_meeting_that_was_not_is_marked_so(text: str, status: str) -> None:
    assert [met["status"] for met in rows("meetings", text)] == [status]
    consults = [event["status"] for event in rows("events", text) if event["event_type"] == "CONSULT"]
    assert set(consults) <= {"planned"} & {status}


@pytest.mark.parametrize(("text", "event_type", "status"), EVENT_STATUS)
def test_event_that_was_not_is_marked_so(text: str, event_type: str, status: str) -> None:
    assert {(event["event_type"], event["status"]) for event in rows("events", text)} == {
        (event_type, status)
    }


@pytest.mark.parametrize(
    ("text", "start", "end", "precision"),
    [(PAST.format(words_), *rest) for words_, *rest in DATES]
    + [(FUTURE.format(words_), *rest) for words_, *rest in FUTURE_DATES],
)
def test_date_has_the_precision_of_its_words(text: str, start: str, end: str, precision: str) -> None:
    (met,) = rows("meetings", text)
    assert (str(met["start_date"]), str(met["end_date"]), met["date_precision"]) == (start, end, precision)


def test_relative_date_of_an_undated_article_is_unknown() -> None:
    facts = extract(frame([PAST.format("on Thursday"), PAST.format("last month")], None))
    assert facts["meetings"].select("start_date", "date_precision").rows() == [(None, "unknown")] * 2


@pytest.mark.parametrize(("text", "name", "code"), PEOPLE)
def test_person_is_named_in_full_and_has_a_country(text: str, name: str, code: str) -> None:
    people = {(row["name"], row["code"]) for row in rows("article_actors", text) if row["kind"] == "person"}
    assert (name, code) in people


@pytest.mark.parametrize(("text", "event_type", "expected"), EVENTS + LATER_MENTIONS)
def test_event_has_type_and_direction(text: str, event_type: str, expected: str) -> None:
    assert pairs(text, event_type) == set(expected.split())


def test_every_plover_type_has_two_sentences_here() -> None:
    counted = pl.Series([case[1] for case in EVENTS]).value_counts(name="n")
    assert counted["n"].min() >= 2
    assert set(counted.to_series(0)) == set(words.event_types()["event_type"])


@pytest.mark.parametrize("text", NOTHING)
def test_no_evidence_no_fact(text: str) -> None:
    for table in ("meetings", "events", "visits", "evidence"):
        assert not rows(table, text)
    assert len(rows("extractions", text)) == 1


def test_title_proves_nothing() -> None:
    titled = frame(["It rained all day."]).with_columns(pl.lit("Macron meets Merz in Berlin").alias("title"))
    facts = extract(titled)
    assert not facts["meetings"].height + facts["events"].height


@pytest.mark.parametrize(("text", "speaker", "code", "about"), STATEMENTS)
def test_quotation_has_a_speaker(text: str, speaker: str, code: str, about: str) -> None:
    (said,) = rows("statements", text)
    assert (said["speaker_name"], said["speaker_code"], said["about_codes"]) == (speaker, code, [about])
    assert said["verb"] == "said"


def test_examples_of_the_frames_come_out() -> None:
    """A floor: some examples name one side only, as their sentence would in an article."""
    frames = words.frames().select("example", "event_type").rows()
    found = [kind in {row["event_type"] for row in rows("events", text)} for text, kind in frames]
    assert sum(found) >= 0.75 * len(frames)


def test_every_fact_has_evidence_at_its_offsets() -> None:
    facts = all_facts()
    proven = set(facts["evidence"].select("fact_kind", "fact_id").iter_rows())
    for kind, table in (("meeting", "meetings"), ("event", "events"), ("visit", "visits")):
        assert {(kind, fact) for fact in facts[table]["fact_id"]} <= proven
    assert set(facts["evidence"]["extractor_version"]) == {extractor_version()}
    assert_offsets(facts, frame(texts()))


def test_keys_are_unique_and_tables_as_declared() -> None:
    for table in tables.FACTS:
        found = all_facts()[table.name]
        assert found.schema == table.polars_schema
        assert not found.select(table.key).is_duplicated().any(), table.address


def test_offsets_hold_on_strange_characters() -> None:
    articles = frame(STRANGE).with_columns(normalise(pl.col("text")))
    facts = extract(articles)
    assert_offsets(facts, articles)
    assert facts["evidence"]["article_id"].n_unique() == len(STRANGE)
    assert facts["statements"].height == 1


def test_order_and_batches_change_nothing() -> None:
    articles = frame(texts())
    expected = as_lines(all_facts())
    shuffled = articles.sample(fraction=1, shuffle=True, seed=7)
    assert as_lines(extract(shuffled)) == expected
    for size in (1, 37):
        some = shuffled.head(12) if size == 1 else shuffled
        parts = [extract(part) for part in some.iter_slices(size)]
        together = {name: pl.concat([part[name] for part in parts]) for name in parts[0]}
        assert as_lines(together) == (as_lines(extract(some)) if size == 1 else expected)


def test_long_text_is_read_to_its_end() -> None:
    noise = "The commission published the figures of the harvest without comment. " * 3_000
    text = f"{noise}\n\nKenya's president met the Ugandan foreign minister in Nairobi."
    assert len(text) > 200_000
    articles = frame([text, ""])
    facts = extract(articles)
    assert facts["meetings"]["codes"].to_list() == [["KEN", "UGA"]]
    assert_offsets(facts, articles)


def test_no_article_gives_empty_tables() -> None:
    for table in tables.FACTS:
        assert extract(frame([]))[table.name].schema == table.polars_schema


def test_other_languages_are_counted_and_not_read() -> None:
    articles = frame([MEETINGS[0][0]] * 2).with_columns(pl.Series("language", ["fr", "en-GB"]))
    facts = extract(articles)
    assert facts["extractions"].select("article_id", "outcome").sort("article_id").rows() == [
        ("a0000", "unsupported_language"),
        ("a0001", "ok"),
    ]
    assert set(facts["evidence"]["article_id"]) == {"a0001"}
