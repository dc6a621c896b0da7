"""The one door to the network, against a hostile server on loopback: every refusal has its reason, none a traceback."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from time import monotonic, sleep

import pytest
from hostile import Clock, Site, bomb, door, raw, serving

from ingest.articles import REASONS
from ingest.errors import EnvironmentProblem
from ingest.fetching import Door, Limits, Manners, Refused
from ingest.fetching.addresses import TEST_SWITCH, checked_url, is_public


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as running:
        yield running


def refusal(site: Site, url: str, **options: object) -> Refused:
    """The refusal that a question ends in; its reason is of the closed list."""
    with door(site, **options) as asking, pytest.raises(Refused) as caught:
        asking.get(url)
    assert caught.value.reason in REASONS
    assert caught.value.detail
    return caught.value


PRIVATE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "240.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
    "ff02::1", "fec0::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:c0a8:101::1", "2001::1", "not an address",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "93.184.215.14", "2606:4700::1111", "64:ff9b::8.8.8.8", "2002:808:808::1")


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_that_are_not_public_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://news.example/x", "forbidden_scheme"),
        ("file:///etc/passwd", "forbidden_scheme"),
        ("gopher://news.example/", "forbidden_scheme"),
        ("javascript:alert(1)", "forbidden_scheme"),
        ("news.example/x", "forbidden_scheme"),
        ("", "forbidden_scheme"),
        ("http://", "bad_url"),
        ("http:///x", "bad_url"),
        ("http://user:word@news.example/", "bad_url"),
        ("http://news.example@10.0.0.1/", "bad_url"),
        ("http://news.example/a b", "bad_url"),
        ("http://news.example/\r\nHost: x", "bad_url"),
        ("http://news.example\\@10.0.0.1/", "bad_url"),
        ("http://news.example:port/", "bad_url"),
        ("http://news.example:99999/", "bad_url"),
        ("http://[::1", "bad_url"),
        ("http://news.example/" + "x" * 5000, "bad_url"),
        ("http://news.example:22/", "forbidden_port"),
        ("https://news.example:6379/", "forbidden_port"),
        ("http://127.0.0.1/", "private_address"),
        ("http://[::1]/", "private_address"),
        ("http://[::ffff:10.0.0.1]/", "private_address"),
        ("http://169.254.169.254/latest/meta-data/", "private_address"),
        ("http://2130706433/", "private_address"),
        ("http://0x7f.1/", "private_address"),
        ("http://017700000001/", "private_address"),
        ("http://localhost/", "private_address"),
    ],
)
def test_what_may_not_be_asked_is_refused_before_anything_is_sent(site: Site, url: str, reason: str) -> None:
    assert refusal(site, url).reason == reason
    assert not site.asked


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("HTTP://News.Example/a#part", "http://news.example/a"),
        ("https://news.example:443/ä?q=é", "https://news.example/%C3%A4?q=%C3%A9"),
        ("http://bücher.example/", "http://xn--bcher-kva.example/"),
    ],
)
def test_addresses_are_written_one_way(url: str, clean: str) -> None:
    assert checked_url(url) == clean


@pytest.mark.parametrize(
    "answers",
    [["10.0.0.1"], ["93.184.215.14", "127.0.0.1"], ["::ffff:192.168.0.1"], ["64:ff9b::a00:1"], ["fe80::1%2"]],
)
def test_one_private_address_among_the_answers_refuses_the_host(site: Site, answers: list[str]) -> None:
    found = refusal(site, "http://news.example/", resolver=lambda host, port: answers)
    assert found.reason == "private_address"


def test_no_address_refuses_the_host(site: Site) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    assert refusal(site, "http://news.example/", resolver=unknown).reason == "unknown_host"
    assert refusal(site, "http://news.example/", resolver=lambda host, port: []).reason == "unknown_host"


def test_a_slow_name_service_is_not_waited_for(site: Site) -> None:
    def slow(host: str, port: int) -> list[str]:
        sleep(5)
        return ["93.184.215.14"]

    started = monotonic()
    limits = Limits(seconds=0.5, step_seconds=0.3, tries=1)
    assert refusal(site, "http://news.example/", resolver=slow, limits=limits).reason == "unknown_host"
    assert monotonic() - started < 3


def test_a_name_that_changes_its_address_between_two_looks_gains_nothing(site: Site) -> None:
    """Rebinding: each look is checked, and the connection goes to the address that was."""
    site.page("/robots.txt", status=404, connection="close")
    site.page("/page", "private")
    looks: list[str] = []

    def rebinding(host: str, port: int) -> list[str]:
        looks.append(host)
        return ["127.0.0.1"] if len(looks) == 1 else ["10.0.0.1"]

    allowed = [("127.0.0.1", site.port), ("news.example", site.port)]
    with Door(Manners(delay=0), allowed=allowed, resolver=rebinding) as asking, pytest.raises(Refused) as caught:
        asking.get(site.url("/page", "news.example"))
    assert caught.value.reason == "private_address"
    assert (site.asked["/robots.txt"], site.asked["/page"], len(looks)) == (1, 0, 2)


def test_the_connection_goes_to_the_address_that_was_checked(site: Site) -> None:
    """The name stays in the request, the connection is to what the name service said."""
    site.page("/robots.txt", status=404)
    site.page("/page", "fine")
    looks: list[str] = []

    def here(host: str, port: int) -> list[str]:
        looks.append(host)
        return ["127.0.0.1"]

    allowed = [("127.0.0.1", site.port), ("news.example", site.port)]
    with Door(Manners(delay=0), allowed=allowed, resolver=here) as asking:
        assert asking.get(site.url("/page", "news.example")).body == b"fine"
    assert set(looks) == {"news.example"}
    assert {headers["host"] for headers in site.headers} == {f"news.example:{site.port}"}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://10.0.0.1/", "private_address"),
        ("http://169.254.169.254/latest/", "private_address"),
        ("http://[::ffff:127.0.0.1]/", "private_address"),
        ("http://localhost/", "private_address"),
        ("ftp://news.example/", "forbidden_scheme"),
        ("file:///etc/passwd", "forbidden_scheme"),
        ("http://news.example:25/", "forbidden_port"),
        ("http://u:p@news.example/", "bad_url"),
        ("http://[bad", "bad_url"),
    ],
)
def test_a_redirect_is_checked_as_the_first_address_was(site: Site, target: str, reason: str) -> None:
    url = site.page("/moved", status=302, location=target)
    assert refusal(site, url).reason == reason


def test_a_redirect_to_a_private_address_by_name_is_refused(site: Site) -> None:
    url = site.page("/moved", status=301, location="http://inside.example/")
    found = refusal(site, url, resolver=lambda host, port: ["192.168.0.10"])
    assert found.reason == "private_address"


def test_redirects_in_a_circle_or_without_end_are_left(site: Site) -> None:
    site.page("/a", status=302, location="/b")
    site.page("/b", status=302, location="/a")
    assert refusal(site, site.url("/a")).reason == "too_many_redirects"
    for n in range(12):
        site.page(f"/n{n}", status=307, location=f"/n{n + 1}")
    assert refusal(site, site.url("/n0")).reason == "too_many_redirects"
    assert site.asked["/n7"] == 0


def test_a_redirect_to_nowhere_is_a_bad_response(site: Site) -> None:
    assert refusal(site, site.page("/moved", status=302)).reason == "bad_response"


def test_redirects_are_followed_and_told(site: Site) -> None:
    first = site.page("/old", status=301, location="/new")
    second = site.page("/new", "<p>here</p>")
    with door(site) as asking:
        answer = asking.get(first)
    assert (answer.asked, answer.url, answer.hops, answer.body) == (first, second, (first,), b"<p>here</p>")


_HELD_SECONDS = 60
"""So long does a hostile server hold a question that is not given up; a busy machine needs far less to give it up."""


def _drip(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    for _ in range(10 * _HELD_SECONDS):
        request.wfile.write(b"x")
        request.wfile.flush()
        sleep(0.1)


def _drip_headers(request: BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(10 * _HELD_SECONDS):
        request.wfile.write(f"X-{number}: y\r\n".encode())
        request.wfile.flush()
        sleep(0.1)


def _endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    while True:
        request.wfile.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")


def _silent(request: BaseHTTPRequestHandler) -> None:
    """Hold the connection until the other side has had enough."""
    request.connection.settimeout(_HELD_SECONDS)
    with suppress(OSError):
        request.connection.recv(1)
    request.close_connection = True


HOSTILE = {
    "slow drip": (_drip, "fetch_timeout"),
    "slow headers": (_drip_headers, "fetch_timeout"),
    "silence": (_silent, "fetch_timeout"),
    "endless body": (_endless, "too_large"),
    "cut short": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"), "bad_response"),
    "two lengths": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), "bad_response"),
    "no number": (raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\nxx"), "bad_response"),
    "bad chunk": (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx"), "bad_response"),
    "cut chunk": (raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\nxx"), "bad_response"),
    "huge headers": (raw(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 300_000 + b"\r\n\r\n"), "bad_response"),
    "no HTTP": (raw(b"SSH-2.0-OpenSSH_9.7\r\n\r\n"), "bad_response"),
    "hang up": (raw(b""), "connection_failed"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_refused_in_time(site: Site, name: str) -> None:
    handler, reason = HOSTILE[name]
    url = site.script("/hostile", handler)
    site.page("/robots.txt", status=404)
    # what is not about time is not decided by how busy the machine is
    steps = {"seconds": 1.0, "step_seconds": 0.5} if reason == "fetch_timeout" else {"seconds": 20.0, "step_seconds": 20.0}
    with door(site) as asking:
        asking.get(site.page("/plain"), limits=Limits())  # the rules of the host are known now
        started = monotonic()
        with pytest.raises(Refused) as caught:
            asking.get(url, limits=Limits(max_bytes=100_000, tries=1, **steps))
    assert caught.value.reason == reason and caught.value.detail
    assert monotonic() - started < _HELD_SECONDS / 3
    assert site.asked["/hostile"] == 1


@pytest.mark.parametrize(
    ("body", "coding", "reason"),
    [
        (bomb(50_000_000), "gzip", "too_large"),
        (zlib.compress(bytes(50_000_000)), "deflate", "too_large"),
        (bomb(60_000) + bomb(60_000), "gzip", "too_large"),
        (gzip.compress(b"x" * 500)[:-12], "gzip", "bad_encoding"),
        (b"\x1f\x8b" + b"junk" * 20, "gzip", "bad_encoding"),
        (b"plain", "gzip", "bad_encoding"),
        (b"\x8b\x02\x80", "br", "bad_encoding"),
        (b"x", "gzip, gzip", "bad_encoding"),
    ],
    # a name from the bytes would hold the time of packing, and workers would not agree on the tests
    ids=["bomb", "deflate bomb", "two members", "cut", "junk", "plain", "brotli cut", "twice"],
)
def test_bodies_are_unpacked_within_the_limit(site: Site, body: bytes, coding: str, reason: str) -> None:
    url = site.page("/packed", body, content_encoding=coding)
    assert refusal(site, url).reason == reason


def test_packed_bodies_are_read(site: Site) -> None:
    one = site.page("/one", gzip.compress(b"first ") + gzip.compress(b"second"), content_encoding="gzip")
    two = site.page("/two", zlib.compress(b"deflated"), content_encoding="deflate")
    with door(site) as asking:
        assert asking.get(one).body == b"first second"
        assert asking.get(two).body == b"deflated"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(404, "http_gone"), (410, "http_gone"), (401, "http_closed"), (403, "http_closed"), (451, "http_closed"),
     (400, "http_error"), (418, "http_error"), (500, "http_error"), (502, "http_error")],
)  # fmt: skip
def test_errors_have_their_reason(site: Site, status: int, reason: str) -> None:
    found = refusal(site, site.page("/page", "no", status=status))
    assert (found.reason, found.status) == (reason, status)


def test_a_stated_size_above_the_limit_is_not_read(site: Site) -> None:
    url = site.script("/big", raw(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\nx"))
    assert refusal(site, url).reason == "too_large"


def test_other_kinds_than_asked_for_are_refused(site: Site) -> None:
    url = site.page("/picture", b"\x89PNG", content_type="image/png")
    with door(site) as asking, pytest.raises(Refused) as caught:
        asking.get(url, accept=("text/html",))
    assert caught.value.reason == "wrong_content_type"


def test_a_bad_charset_is_no_trouble(site: Site) -> None:
    url = site.page("/page", b"\xff\xfe\x00 caf\xe9", content_type="text/html; charset=no-such-set")
    with door(site) as asking:
        answer = asking.get(url)
    assert (answer.charset, answer.content_type) == ("no-such-set", "text/html")


def test_trouble_that_passes_is_asked_again_with_growing_pauses(site: Site) -> None:
    answers = iter([500, 502])

    def shaky(request: BaseHTTPRequestHandler) -> None:
        request.send_response(next(answers, 200))
        request.send_header("Content-Length", "2")
        request.end_headers()
        request.wfile.write(b"ok")

    clock = Clock()
    with door(site, clock) as asking:
        assert asking.get(site.script("/shaky", shaky)).body == b"ok"
    first, second = (wait for wait in clock.waited if wait > 0)
    assert 0.5 <= first <= 1.5 <= 2 * second <= 6


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_kept_to(site: Site, status: int) -> None:
    answers = iter([(status, "7")])

    def busy(request: BaseHTTPRequestHandler) -> None:
        code, pause = next(answers, (200, "0"))
        request.send_response(code)
        request.send_header("Retry-After", pause)
        request.send_header("Content-Length", "0")
        request.end_headers()

    clock = Clock()
    with door(site, clock) as asking:
        assert asking.get(site.script("/busy", busy)).status == 200
    assert [wait for wait in clock.waited if wait > 0] == [7.0]


def test_a_long_pause_closes_the_host_for_as_long(site: Site, tmp_path: Path) -> None:
    url = site.page("/busy", "later", status=503, retry_after="3600")
    clock = Clock()
    manners = Manners(tmp_path, delay=0.0, wait=clock.sleep, clock=clock)
    first = refusal(site, url, manners=manners)
    assert (first.reason, first.is_deferred, site.asked["/busy"]) == ("rate_limited", False, 1)
    again = refusal(site, url, manners=Manners(tmp_path, delay=0.0, wait=clock.sleep, clock=clock))
    assert (again.reason, again.is_deferred, site.asked["/busy"]) == ("rate_limited", True, 1)
    clock.now += 3601
    site.page("/busy", "now")
    with door(site, manners=manners) as asking:
        assert asking.get(url).body == b"now"


def test_an_unchanged_page_costs_no_body(site: Site) -> None:
    url = site.page("/feed", "<rss/>", etag='"one"', last_modified="Sat, 01 Mar 2025 10:00:00 GMT")
    with door(site) as asking:
        answer = asking.get(url)
        assert answer.condition == {"If-None-Match": '"one"', "If-Modified-Since": "Sat, 01 Mar 2025 10:00:00 GMT"}
        site.page("/feed", status=304)
        again = asking.get(url, condition=answer.condition)
    assert again.is_unchanged and again.body == b""
    assert site.headers[-1]["if-none-match"] == '"one"'


def test_robots_txt_is_obeyed_and_read_once(site: Site, tmp_path: Path) -> None:
    site.page("/robots.txt", "User-agent: *\nDisallow: /closed\nCrawl-delay: 3\n\nUser-agent: Chancery\nDisallow: /secret\n")
    site.page("/secret/page", "no")
    site.page("/closed/page", "yes")
    assert refusal(site, site.url("/secret/page")).reason == "robots_disallowed"
    assert site.asked["/secret/page"] == 0
    manners = Manners(tmp_path, delay=0.0)
    with door(site, manners=manners) as asking:
        assert asking.get(site.url("/closed/page")).body == b"yes"
        assert asking.get(site.url("/closed/page")).body == b"yes"
    with door(site, manners=Manners(tmp_path, delay=0.0)) as asking:
        assert asking.get(site.url("/closed/page")).body == b"yes"
    assert site.asked["/robots.txt"] == 2


def test_the_pace_is_the_slower_of_ours_and_the_hosts(site: Site) -> None:
    site.page("/robots.txt", "User-agent: *\nCrawl-delay: 3\n")
    site.page("/page", "yes")
    clock = Clock()
    with door(site, clock) as asking:
        for _ in range(3):
            asking.get(site.url("/page"), delay=1.0)
    assert sum(clock.waited) == pytest.approx(9.0)


@pytest.mark.parametrize(("status", "is_open"), [(404, True), (403, True), (500, False), (503, False)])
def test_a_missing_robots_txt_allows_and_a_failing_one_forbids(site: Site, status: int, is_open: bool) -> None:
    site.page("/robots.txt", "x", status=status)
    url = site.page("/page", "yes")
    if is_open:
        with door(site) as asking:
            assert asking.get(url).body == b"yes"
    else:
        assert refusal(site, url).reason == "robots_unreachable"


def test_robots_txt_that_leads_inside_is_not_followed(site: Site) -> None:
    site.page("/robots.txt", status=301, location="http://10.0.0.1/robots.txt")
    assert refusal(site, site.page("/page", "yes")).reason == "private_address"


def test_who_asks_is_told(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHANCERY_CONTACT", "desk@example.org\r\nX-Evil: 1")
    with door(site) as asking:
        asking.get(site.page("/page", "yes"))
    assert site.headers[-1]["user-agent"].startswith("Chancery/0.1 (")
    assert "desk@example.org" in site.headers[-1]["user-agent"] and "x-evil" not in site.headers[-1]


def test_post_follows_no_redirect(site: Site) -> None:
    url = site.page("/hook", status=307, location="/other")
    with door(site) as asking, pytest.raises(Refused) as caught:
        asking.post(url, b"{}", "application/json")
    assert caught.value.reason == "http_error"


def test_a_body_may_go_to_a_file(site: Site, tmp_path: Path) -> None:
    url = site.page("/archive", b"x" * 50_000)
    with door(site) as asking, (tmp_path / "archive").open("w+b") as file:
        answer = asking.get(url, into=file)
    assert (answer.body, answer.n_bytes, (tmp_path / "archive").stat().st_size) == (b"", 50_000, 50_000)


def test_without_the_test_switch_loopback_is_closed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    url = site.page("/page", "yes")
    monkeypatch.delenv(TEST_SWITCH, raising=False)
    with Door(Manners(delay=0)) as asking, pytest.raises(Refused):
        asking.get(url)
    monkeypatch.setenv(TEST_SWITCH, f"127.0.0.1:{site.port}")
    with Door(Manners(delay=0)) as asking:
        assert asking.get(url).body == b"yes"


def public(_host: str, _port: int) -> list[str]:
    return ["93.184.215.14"]


@pytest.fixture
def proxy(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The site as the operator's proxy, with a name and a password."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HTTP_PROXY", f"http://ann:p%40ss@127.0.0.1:{site.port}")
    monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{site.port}")
    return site


def through(resolver: object = public) -> Door:
    """A door that may ask no private address: a proxy needs no leave."""
    return Door(Manners(delay=0.0), Limits(seconds=2.0, step_seconds=1.0, tries=1), resolver=resolver)


def test_the_operators_proxy_is_asked_with_its_password_and_robots_txt_is_obeyed(proxy: Site) -> None:
    proxy.page("http://news.example/robots.txt", "User-agent: *\nDisallow: /closed")
    proxy.page("http://news.example/page", "through")
    with through() as asking:
        assert asking.get("http://news.example/page").body == b"through"
        with pytest.raises(Refused) as caught:
            asking.get("http://news.example/closed")
    assert caught.value.reason == "robots_disallowed"
    assert {headers["proxy-authorization"] for headers in proxy.headers} == {"Basic YW5uOnBAc3M="}
    assert set(proxy.asked) == {"http://news.example/robots.txt", "http://news.example/page"}


def test_https_goes_through_a_tunnel_and_a_proxy_that_refuses_it_is_told(proxy: Site) -> None:
    proxy.page("news.example:443", status=403)
    with through() as asking, pytest.raises(Refused) as caught:
        asking.get("https://news.example/page", obeys_robots=False)
    assert (caught.value.reason, proxy.asked["news.example:443"]) == ("connection_failed", 1)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://169.254.169.254/latest/", "http://inside.example/"])
def test_a_proxy_opens_no_way_to_private_addresses(proxy: Site, url: str) -> None:
    def resolver(_host: str, _port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.7"]

    with through(resolver) as asking, pytest.raises(Refused) as caught:
        asking.get(url)
    assert (caught.value.reason, proxy.asked.total()) == ("private_address", 0)


def test_a_redirect_within_a_proxy_leads_to_no_private_address(proxy: Site) -> None:
    proxy.page("http://news.example/page", status=302, location="http://192.168.0.1/admin")
    with through() as asking, pytest.raises(Refused) as caught:
        asking.get("http://news.example/page")
    assert caught.value.reason == "private_address"


def test_names_that_only_the_proxy_knows_are_left_to_it(proxy: Site) -> None:
    proxy.page("http://news.example/page", "through")

    def resolver(_host: str, _port: int) -> list[str]:
        raise OSError("no name service here")

    with through(resolver) as asking:
        assert asking.get("http://news.example/page").body == b"through"


def test_hosts_of_no_proxy_are_asked_straight(proxy: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "news.example")
    with through(lambda _host, _port: ["127.0.0.1"]) as asking, pytest.raises(Refused) as caught:
        asking.get("http://news.example/page")
    assert (caught.value.reason, proxy.asked.total()) == ("private_address", 0)


@pytest.mark.parametrize("value", ["socks5://127.0.0.1:1080", "http://", "http://proxy:port", "http://[::1"])
def test_a_proxy_that_cannot_be_followed_is_said_without_its_password(proxy: Site, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HTTP_PROXY", value.replace("://", "://ann:secret@", 1))
    with pytest.raises(EnvironmentProblem, match="HTTP_PROXY") as caught:
        through()
    assert "secret" not in str(caught.value)
