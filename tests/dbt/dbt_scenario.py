"""What the hand-made warehouse tells: one function a law, each with sides of its own, and the hand
corrections.

Belongs here: scenario rows. Does not belong here: how rows are written (`dbt_world.py`), the build
(`conftest.py`) and what must come out (`test_*.py`).
"""

from __future__ import annotations

import hashlib

from dbt_world import World


def published_id(kind: str, report_id: str) -> str:
    """The id that a fact gets from its earliest report."""
    return kind[0] + hashlib.md5(report_id.encode()).hexdigest()[:20]


CORRECTIONS = (
    "\n".join(
        [
            "k1,reject,meeting,x1,,,,misread,editor,2025-01-01",
            "k2,reject,,,BADRULE,,,bad rule,editor,2025-01-01",
            f"k3,set,meeting,{published_id('meeting', 'x3')},,city,Nairobi,wrong town,editor,2025-01-01",
            "k4,split,meeting,x5,,,,two rounds,editor,2025-01-01",
            "k5,merge,meeting,x6,,,x7,one summit,editor,2025-01-01",
            "k6,set,meeting,x8,,status,denied,they did not meet,editor,2025-01-01",
            f"k7,reject,meeting,{published_id('meeting', 'x9')},,,,no such summit,editor,2025-01-01",
            "k8,reject,statement,s2,,,,not a quotation,editor,2025-01-01",
            "k9,reject,meeting,nowhere,,,,gone,editor,2025-01-01",
        ]
    )
    + "\n"
)


def told_often(world: World) -> None:
    """PAK-USA: three reports, one of them a copy, and another encounter of the same day."""
    world.article("a01", "2025-07-25", text_hash="t1")
    world.article("a02", "2025-07-26", "Beta")
    world.article("a03", "2025-07-27", "Gamma", text_hash="t1")
    world.article("a04", "2025-07-25", "Beta")
    world.meeting("m01", "a01", "PAK USA", "dar rubio", day="2025-07-25", topics=["trade", "energy"])
    world.meeting(
        "m02",
        "a02",
        "PAK USA",
        "dar",
        day="2025-07-25",
        city="Washington",
        country_code="USA",
        topics=["trade"],
        format="unknown",
        level="head",
    )
    world.meeting("m03", "a03", "PAK USA", "dar rubio", day="2025-07-25", topics=["trade", "energy"])
    world.meeting("m04", "a04", "PAK USA", "munir trump", day="2025-07-25")


def told_vaguely(world: World) -> None:
    """DEU-FRA: a month, a day and no date for one meeting. DEU-TUR: an undated report fits two."""
    world.article("a10", "2025-07-30")
    world.article("a11", "2025-07-11", "Beta")
    world.article("a12", "2025-07-12", "Gamma")
    world.meeting("m10", "a10", "DEU FRA", day="2025-07-01", precision="month")
    world.meeting("m11", "a11", "DEU FRA", day="2025-07-10")
    world.meeting("m12", "a12", "DEU FRA")
    world.article("a13", "2025-07-05")
    world.meeting("m13", "a11", "DEU TUR", day="2025-07-10")
    world.meeting("m14", "a13", "DEU TUR", day="2025-07-04")
    world.meeting("m15", "a12", "DEU TUR")


def planned_then(world: World) -> None:
    """TUR-UKR held a day late, IND-PAK called off, BRA-FRA only planned, CHN-USA held and planned again."""
    world.article("a20", "2025-07-28")
    world.article("a21", "2025-08-02", "Beta")
    world.meeting("m20", "a20", "TUR UKR", "fidan sybiha", status="planned", day="2025-08-01")
    world.meeting("m21", "a21", "TUR UKR", "fidan", day="2025-08-02")
    world.meeting("m22", "a20", "IND PAK", status="planned", day="2025-08-20")
    world.meeting("m23", "a21", "IND PAK", status="denied", day="2025-08-20")
    world.meeting("m24", "a20", "BRA FRA", status="planned", day="2025-09-01")
    world.meeting("m25", "a20", "CHN USA")
    world.meeting("m26", "a21", "CHN USA", status="planned")
    world.meeting("m27", "a20", "CHN USA", status="planned")


def summit(world: World) -> None:
    """Six states and the UN at one table, and two of their people apart on the same day."""
    world.article("a30", "2025-06-17")
    world.article("a31", "2025-06-17", "Beta")
    codes = "ARG AUS CAN IDN ITA JPN UN"
    world.meeting("m30", "a30", codes, "ishiba meloni carney", day="2025-06-16", level="head")
    world.meeting("m31", "a31", "ITA JPN", "ishiba meloni", day="2025-06-16", level="head")
    world.meeting("m32", "a31", codes, "ishiba meloni", day="2025-06-16", level="head")


def apart(world: World) -> None:
    """BRA-CHN: a call and a meeting on one day. RUS-UKR: weekly talks without a date."""
    world.article("a40", "2025-05-02")
    world.meeting("m40", "a40", "BRA CHN", "lula xi", day="2025-05-01", format="call")
    world.meeting("m41", "a40", "BRA CHN", "lula xi", day="2025-05-01")
    for number, day in enumerate(("2025-03-01", "2025-03-08", "2025-03-15", "2025-03-22")):
        world.article(f"a4{number + 1}", day)
        world.meeting(f"m4{number + 2}", f"a4{number + 1}", "RUS UKR", "putin")


def deeds(world: World) -> None:
    """Events told twice, undated and planned; visits planned and held."""
    world.article("a50", "2025-07-26")
    world.article("a51", "2025-07-27", "Beta")
    world.article("a52", "2025-07-28", "Gamma")
    world.event("e50", "a50", "SUPPORT", "USA", "PAK", day="2025-07-25", mode="praise", topics=["trade"])
    world.event("e51", "a51", "SUPPORT", "USA", "PAK", day="2025-07-25", mode="thank")
    world.event("e52", "a52", "SUPPORT", "USA", "PAK", mode="thank")
    world.event("e53", "a50", "SANCTION", "PAK", "USA", day="2025-07-25", cameo_root="17")
    world.event("e54", "a50", "SANCTION", "PAK", "USA", status="planned")
    world.event("e55", "a50", "SUPPORT", "UN", "PAK", day="2025-07-25")
    world.visit("v50", "a50", "PAK", "USA", "dar", status="planned", day="2025-07-27")
    world.visit("v51", "a51", "PAK", "USA", day="2025-07-27", days=8)
    world.visit("v52", "a52", "PAK", "USA", "munir", day="2025-06-02")
    world.statement("s1", "a50", "dar")
    world.statement("s2", "a50", "dar")


def corrected(world: World) -> None:
    """One pair for each kind of hand correction in `CORRECTIONS`."""
    for article_id, day in (("a60", "2025-04-02"), ("a61", "2025-04-03")):
        world.article(article_id, day)
    world.meeting("x1", "a60", "KEN MEX", day="2025-04-01")
    world.meeting("x2", "a60", "KEN NGA", day="2025-04-01", rule_id="BADRULE")
    world.meeting("x3", "a60", "EGY KEN", day="2025-04-01", city="Cairo", country_code="EGY")
    world.meeting("x4", "a60", "IRN QAT", day="2025-04-01")
    world.meeting("x5", "a61", "IRN QAT", day="2025-04-01")
    world.meeting("x6", "a60", "JOR KOR", day="2025-04-01")
    world.meeting("x7", "a61", "JOR KOR", day="2025-04-20")
    world.meeting("x8", "a60", "VNM ZAF", day="2025-04-01")
    world.meeting("x9", "a60", "GBR ZAF", day="2025-04-01")
    world.meeting("x10", "a61", "GBR ZAF", day="2025-04-01")


def stories(world: World) -> None:
    """An article, its edited copy, its longer update, one that shares a paragraph, and the text again a year on."""
    for article_id, day in (
        ("a70", "2025-02-01"),
        ("a71", "2025-02-02"),
        ("a72", "2025-02-03"),
        ("a73", "2025-02-03"),
        ("a74", "2026-02-01"),
    ):
        world.article(article_id, day, n_words=30)
    world.sketch("a70", *range(0, 100, 10))
    world.sketch("a71", *range(10, 110, 10))
    world.sketch("a72", *range(0, 100, 5))
    world.sketch("a73", 0, 10, 20, 30, *range(31, 100, 7))
    world.sketch("a74", *range(0, 100, 10))


def scenario() -> World:
    """All of the above in one warehouse; each uses sides of its own."""
    world = World()
    for tell in (told_often, told_vaguely, planned_then, summit, apart, deeds, corrected, stories):
        tell(world)
    return world
