"""The fold: a text mapped to ASCII code point by code point, so that offsets stay equal.

Belongs here: the table of characters and the two ways to apply it (a Polars expression, a plain string).
Does not belong here: normalising of article texts (`ingest/articles.py`), which may change lengths and runs
before.

The law: `len(fold) == len(text)` in code points, and the fold is ASCII, so a byte offset that a Polars string
scan gives in the fold is the code point offset in the text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

import polars as pl

PLACEHOLDER = "\x1a"
"""Stands for every character that has no ASCII likeness; no pattern of the lexicon contains it."""

_LATIN_BLOCKS = (range(0xA0, 0x250), range(0x1E00, 0x1F00), range(0x2C60, 0x2C80), range(0xA720, 0xA800))
_LATIN_NAME = re.compile(r"LATIN (CAPITAL|SMALL) (?:LETTER|LIGATURE) ([A-Z])(?: WITH .*|)")
_FULLWIDTH = range(0xFF01, 0xFF5F)
_FULLWIDTH_SHIFT = 0xFEE0

# Letters whose Unicode name does not begin with their base letter; 'ə' as English spells Azerbaijani names.
_LETTERS = dict(zip("æÆœŒßẞðÐþÞıſŋŊəƏǝƎĸ\u0149ªºǽǼǣǢ", "aAoOsSdDtTisnNaAaAknaoaAaA", strict=True))
_SINGLE_QUOTES = "‘’‚‛‹›′‵`´ʹʻʼʽʾʿˈ׳＇"
_DOUBLE_QUOTES = "“”„‟«»″‶〝〞〟״ʺ"
_DASHES = "‐‑‒–—―−⁃﹘﹣⸺⸻\u00ad•"
_SPACES = "\t\x85\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_DOTS = "…·‧․"


def _latin(char: str) -> str | None:
    """The ASCII base letter of a Latin letter, by canonical decomposition or by its Unicode name."""
    base = unicodedata.normalize("NFKD", char)[0]
    if base.isascii() and base.isalpha():
        return base
    match = _LATIN_NAME.fullmatch(unicodedata.name(char, ""))
    if match is None:
        return None
    return match[2] if match[1] == "CAPITAL" else match[2].lower()


@cache
def fold_table() -> dict[str, str]:
    """Every character that is replaced by another than the placeholder, with its replacement."""
    table = {chr(point): chr(point - _FULLWIDTH_SHIFT) for point in _FULLWIDTH}
    for point in (point for block in _LATIN_BLOCKS for point in block):
        if letter := _latin(chr(point)):
            table[chr(point)] = letter
    for chars, replacement in (
        (_SINGLE_QUOTES, "'"), (_DOUBLE_QUOTES, '"'), (_DASHES, "-"), (_SPACES, " "), (_DOTS, "."),
    ):  # fmt: skip
        table |= dict.fromkeys(chars, replacement)
    return table | _LETTERS


def fold_series(texts: pl.Series) -> pl.Series:
    """The fold of each text; rows that are plain ASCII already cost one length check."""
    plain = (texts.str.len_bytes() == texts.str.len_chars()) & ~texts.str.contains(r"[\t`]")
    if plain.all():
        return texts
    table = fold_table()
    folded = (
        texts.filter(~plain)
        .str.replace_many(list(table), list(table.values()))
        .str.replace_all(r"[^\x00-\x7f]", PLACEHOLDER)
    )
    if len(folded) == len(texts):
        return folded
    return texts.scatter(plain.not_().arg_true(), folded)


def fold_expr(expr: pl.Expr) -> pl.Expr:
    """The expression's texts, folded; nulls stay null."""
    return expr.map_batches(fold_series, return_dtype=pl.String, is_elementwise=True)


class _Translation(dict[int, str]):
    """`str.translate` table with the placeholder for every other character beyond ASCII."""

    def __missing__(self, point: int) -> str:
        """ASCII stays, the rest has no likeness."""
        return chr(point) if point < 128 else PLACEHOLDER


@cache
def _translation() -> _Translation:
    return _Translation({ord(char): replacement for char, replacement in fold_table().items()})


def fold_text(text: str) -> str:
    """The fold of one text, equal to what `fold_expr` gives for it."""
    return text.translate(_translation())
