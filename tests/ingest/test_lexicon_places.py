"""Laws of the tables of countries, organisations and cities.

Belongs here: what `data/reference/` must hold, checked against independent lists of countries, and that bad
rows are refused.
Does not belong here: people and offices, and finding names in articles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from babel import Locale

from ingest.fold import fold_text
from ingest.lexicon import places, words

GUIDELINE_ORGANIZATIONS = """
    UN EU NATO AU ASEAN ARAB_LEAGUE GCC OIC OSCE COMMONWEALTH OAS ECOWAS SADC SAARC SCO BRICS G7 G20 APEC IMF
    WORLD_BANK WTO WHO IAEA ICC ICJ OPEC OECD CSTO CIS QUAD ADB PACIFIC_ISLANDS_FORUM CARICOM MERCOSUR
    RED_CROSS HAMAS HEZBOLLAH TALIBAN OTHER
"""
# Region codes of babel that are no country of ISO 3166.
NOT_COUNTRIES = {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
# Where news usage differs from the general list, or the list uses codes of its own.
DIFFERENT_BY_INTENT = {
    "Congo",
    "Zaire",
    "Zairean",
    "Dominican",
    "Barbudan",
    "Mauritian",
    "Turkish Cypriot",
    "Guyane",
    "Diego Garcia",
    "Ascension Island",
    "Tristan da Cunha",
    "Iraqi Kurdistan",
    "Northern Cyprus",
    "Turkish Republic of Northern Cyprus",
    "N. Ireland",
    "Northern Ireland",
    "Northern Irish",
    "Scotland",
    "Scottish",
    "Scotsman",
    "Wales",
    "Welsh",
}
CASES_COUNTRY = [
    ("US", "USA"),
    ("U.S.", "USA"),
    ("America", "USA"),
    ("White House", "USA"),
    ("State Department", "USA"),
    ("Britain", "GBR"),
    ("U.K.", "GBR"),
    ("Scottish", "GBR"),
    ("Downing Street", "GBR"),
    ("Northern Ireland", "GBR"),
    ("West Germany", "DEU"),
    ("East German", "DDR"),
    ("Soviet", "SUN"),
    ("Kremlin", "RUS"),
    ("Russians", "RUS"),
    ("Burma", "MMR"),
    ("Zaire", "COD"),
    ("Upper Volta", "BFA"),
    ("Ivory Coast", "CIV"),
    ("Cote d'Ivoire", "CIV"),
    ("Swaziland", "SWZ"),
    ("Czech Republic", "CZE"),
    ("Turkiye", "TUR"),
    ("Türkiye", "TUR"),
    ("Turkey", "TUR"),
    ("DPRK", "PRK"),
    ("N. Korea", "PRK"),
    ("S.Korea", "KOR"),
    ("Republic of Korea", "KOR"),
    ("Seoul", "KOR"),
    ("Democratic People's Republic of Korea", "PRK"),
    ("People's Republic of China", "CHN"),
    ("Republic of China", "TWN"),
    ("Holy See", "VAT"),
    ("Kiev", "UKR"),
    ("Kyiv", "UKR"),
    ("Elysee Palace", "FRA"),
    ("Malacanang", "PHL"),
    ("Casa Rosada", "ARG"),
    ("Rawalpindi", "PAK"),
    ("Emirati", "ARE"),
    ("Kosovar", "XKX"),
    ("Palestinians", "PSE"),
    ("Dutch", "NLD"),
    ("The Hague", "NLD"),
    ("Nigerien", "NER"),
    ("Nigerian", "NGA"),
    ("Bosnian Serb", "BIH"),
    ("Turkish Cypriot", "CYP"),
    ("American Samoa", "ASM"),
    ("French Polynesia", "PYF"),
    ("Papua New Guinea", "PNG"),
    ("Guinea-Bissau", "GNB"),
    ("Republic of the Congo", "COG"),
    ("DR Congo", "COD"),
]
CASES_ORGANIZATION = [
    ("UN Security Council", "UN"),
    ("UNHCR", "UN"),
    ("European Commission", "EU"),
    ("Brussels", "EU"),
    ("Nato", "NATO"),
    ("Organization of African Unity", "AU"),
    ("Gulf Co-operation Council", "GCC"),
    ("ICRC", "RED_CROSS"),
    ("Hizbollah", "HEZBOLLAH"),
    ("Group of Seven", "G7"),
    ("G-20", "G20"),
    ("OPEC+", "OPEC"),
    ("Taleban", "TALIBAN"),
    ("Shanghai Cooperation Organisation", "SCO"),
    ("World Court", "ICJ"),
    ("Common Market of the South", "MERCOSUR"),
]
CASES_CITY = [
    ("White House", "Washington"),
    ("Kremlin", "Moscow"),
    ("Élysée Palace", "Paris"),
    ("Downing Street", "London"),
    ("Great Hall of the People", "Beijing"),
    ("Hyderabad House", "New Delhi"),
    ("UN headquarters", "New York"),
    ("Palais des Nations", "Geneva"),
    ("Malacanang", "Manila"),
    ("Chigi Palace", "Rome"),
    ("Mar-a-Lago", "Palm Beach"),
    ("Bocharov Ruchei", "Sochi"),
    ("Kiev", "Kyiv"),
    ("Bombay", "Mumbai"),
    ("Sharm El Sheikh", "Sharm el-Sheikh"),
]
CONFERENCE_TOWNS = """
    Davos;Camp David;Sharm el-Sheikh;Geneva;Doha;Jeddah;Sochi;Astana;Bali;Hiroshima;Kananaskis;Apia;Anchorage;
    Rio de Janeiro;Kazan;New York;Palm Beach;Ramstein;Munich;Halifax;Boao;Tianjin;Jackson Hole;Bürgenstock;
    Biarritz;Taormina;Elmau;Hangzhou;Puebla;Punta Cana
"""
ORDINARY_WORDS = {
    "Reading",
    "Mobile",
    "Of",
    "Nice",
    "Orange",
    "Man",
    "Bar",
    "Mary",
    "Van",
    "Kent",
    "Male",
    "Split",
}
LOADERS = (
    places.countries,
    places.country_aliases,
    places.organizations,
    places.organization_aliases,
    places.cities,
    places.city_aliases,
    places.alias_context,
    places.blocked_phrases,
)


def codes(table: pl.DataFrame, column: str = "code") -> dict[str, str]:
    """Form to the named column."""
    return dict(table.select("form", column).iter_rows())


def other_list(alias: str) -> str | None:
    """The alpha-3 code an independent list gives, None where it knows none or uses codes of its own."""
    countrynames = pytest.importorskip(
        "countrynames", reason="an independent list of names, not part of the lock"
    )
    try:
        code = countrynames.to_code_3(alias)
    except KeyError:
        return None
    return code if code and len(code) == 3 else None


def test_every_country_of_iso_has_a_row_with_its_codes() -> None:
    ours = dict(places.countries().select("iso2", "code").iter_rows())
    theirs = {k for k in Locale("en").territories if len(k) == 2 and k.isalpha()} - NOT_COUNTRIES
    assert theirs <= set(ours)
    assert set(ours.values()) >= set(places.HISTORICAL_CODES)


def test_the_united_nations_have_193_members_with_name_demonym_and_capital() -> None:
    members = places.countries().filter(pl.col("groups").list.contains("UN"))
    assert members.height == 193
    kinds = places.country_aliases().group_by("code").agg(pl.col("kind"), pl.col("form"))
    full = members.join(kinds, on="code", how="left")
    assert full.filter(~pl.col("kind").list.contains("name"))["code"].to_list() == []
    # "Dominican" is read as the Dominican Republic, the far more frequent of the two.
    assert full.filter(~pl.col("kind").list.contains("demonym"))["code"].to_list() == ["DMA"]
    forms = places.country_aliases()["form"].to_list() + places.organization_aliases()["form"].to_list()
    unread = {r["code"] for r in members.iter_rows(named=True) if fold_text(r["capital"]) not in forms}
    # Malé and Victoria are left out: the bare words mean other things first.
    assert unread == {"MDV", "SYC"}


def test_our_reading_of_a_name_is_that_of_an_independent_list() -> None:
    table = places.country_aliases().filter(
        pl.col("kind").is_in(["name", "demonym", "people"]), ~pl.col("code").is_in(places.HISTORICAL_CODES)
    )
    theirs = {a: other_list(a) for a in table["alias"] if a not in DIFFERENT_BY_INTENT}
    known = {a: c for a, c in theirs.items() if c}
    ours = dict(table.select("alias", "code").iter_rows())
    assert len(known) > 700
    assert {a: (ours[a], c) for a, c in known.items() if ours[a] != c} == {}


def test_english_names_of_babel_are_aliases() -> None:
    ours = codes(places.country_aliases())
    iso = dict(places.countries().select("iso2", "code").iter_rows())
    plain = {k: v for k, v in Locale("en").territories.items() if k in iso and not set("()&.") & set(v)}
    missing = {v for k, v in plain.items() if ours.get(fold_text(v)) != iso[k]}
    assert missing == {"Congo - Brazzaville", "Congo - Kinshasa", "Hong Kong SAR China", "Macao SAR China"}


@pytest.mark.parametrize(("alias", "code"), CASES_COUNTRY)
def test_country_alias(alias: str, code: str) -> None:
    assert codes(places.country_aliases())[fold_text(alias)] == code


@pytest.mark.parametrize(("alias", "code"), CASES_ORGANIZATION)
def test_organization_alias(alias: str, code: str) -> None:
    assert codes(places.organization_aliases())[fold_text(alias)] == code


@pytest.mark.parametrize(("alias", "city"), CASES_CITY)
def test_city_alias(alias: str, city: str) -> None:
    assert codes(places.city_aliases(), "name")[fold_text(alias)] == city


def test_no_form_has_two_codes() -> None:
    both = pl.concat([places.country_aliases(), places.organization_aliases()])
    assert both["form"].is_duplicated().sum() == 0


def test_organisations_are_those_of_the_guidelines_and_each_can_be_named() -> None:
    assert sorted(places.organizations()["code"]) == sorted(GUIDELINE_ORGANIZATIONS.split())
    assert set(places.organization_aliases()["code"]) == set(GUIDELINE_ORGANIZATIONS.split())


def test_every_form_is_ascii_and_as_long_as_its_alias() -> None:
    for loader in (places.country_aliases, places.organization_aliases, places.city_aliases):
        table = loader()
        assert table.filter(pl.col("form").str.contains(r"[^ -~]"))["alias"].to_list() == []
        assert table.filter(pl.col("form").str.len_chars() != pl.col("alias").str.len_chars()).height == 0


def test_conference_towns_are_cities_and_ordinary_words_are_not() -> None:
    forms = set(places.cities()["form"])
    assert [t for t in CONFERENCE_TOWNS.split(";") if fold_text(t.strip()) not in forms] == []
    assert not ORDINARY_WORDS & forms


def test_a_word_beside_an_alias_cancels_its_reading() -> None:
    phrases = set(places.blocked_phrases()["form"])
    assert {
        "Michael Jordan",
        "Washington Post",
        "Gulf of Mexico",
        "Paris Agreement",
        "Korean peninsula",
    } <= phrases


@pytest.mark.parametrize("loader", LOADERS, ids=lambda f: f.__name__)
def test_a_loader_reads_its_file_once(loader: Callable[[], pl.DataFrame]) -> None:
    assert loader().height > 0
    assert loader() is loader()


def forget_all() -> None:
    """Empty every loader's cache."""
    for loader in LOADERS:
        loader.cache_clear()


@pytest.fixture
def reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the reference folder that a test may spoil."""
    for file in Path(words.reference_dir()).glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(words, "reference_dir", lambda: tmp_path)
    forget_all()
    yield tmp_path
    forget_all()


@pytest.mark.parametrize(
    ("file", "row", "loader", "why"),
    [
        ("countries.csv", "QQQ,QQ,Q,Q,Asia,Southern Asia,Kabul,95,0,", places.countries, "latitude"),
        ("countries.csv", "QQQ,QQ,Q,Q,Asia,Southern Asia,Kabul,x,0,", places.countries, "latitude"),
        ("countries.csv", "QQQ,QQ,Q,Q,Asia,Southern Asia,Kabul,0,181,", places.countries, "longitude"),
        ("countries.csv", "QQQ,QQ,Q,Q,Asia,Southern Asia,Kabul,0,0,QQ", places.countries, "unknown group"),
        ("countries.csv", "AFG,QQ,Q,Q,Asia,Southern Asia,Kabul,0,0,", places.countries, "code stands twice"),
        ("countries.csv", "QQQ,QQ,Q,Q,Asia,Southern Asia,Qqville,0,0,", places.cities, "capital"),
        ("country_aliases.csv", "Qland,QQQ,name", places.country_aliases, "unknown code"),
        ("country_aliases.csv", "Qland,AFG,nickname", places.country_aliases, "unknown kind"),
        ("country_aliases.csv", "Türkiyé,AFG,name", places.country_aliases, "stands twice"),
        ("organization_aliases.csv", "Kremlin,EU,organ", places.organization_aliases, "names a country too"),
        ("cities.csv", "Qville,QQQ,0,0,1", places.cities, "unknown country"),
        ("cities.csv", "Qville,AFG,0,0,many", places.cities, "population"),
        ("city_aliases.csv", "Qtown,Qville,AFG", places.city_aliases, "no such city"),
        ("alias_context.csv", "Qland,a,b,c", places.alias_context, "no such alias"),
        ("alias_context.csv", "Kenya,,,c", places.alias_context, "no context"),
    ],
)
def test_a_bad_row_is_refused_with_its_file_and_row(
    reference: Path, file: str, row: str, loader: Callable[[], pl.DataFrame], why: str
) -> None:
    path = reference / file
    path.write_text(path.read_text(encoding="utf-8") + row + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"(?s){file}.*row \d+.*{why}"):
        loader()
