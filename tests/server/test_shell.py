"""The HTTP shell: who is answered, what is refused before anybody looks at it, what every answer carries."""

import io

import pytest
from werkzeug.test import EnvironBuilder

from server import security
from server.statics import FOLDER
from tests.server.bare_shell import bare

FORM = "application/x-www-form-urlencoded"
SHELL = ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Permissions-Policy",
         "Cross-Origin-Opener-Policy", "Cross-Origin-Resource-Policy", "X-Frame-Options")  # fmt: skip


FORWARDED = {
    "X-Forwarded-For": "203.0.113.9, 198.51.100.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "wangge.lan",
}


def test_without_a_trusted_proxy_nobody_says_where_a_request_comes_from():
    assert bare().get("/who", headers=FORWARDED).json == ["127.0.0.1", "http", "localhost"]


def test_the_trusted_proxy_says_it_and_whoever_stands_before_it_does_not():
    told = bare(trusted_proxies=1).get("/who", headers=FORWARDED)
    assert told.json == ["198.51.100.1", "https", "wangge.lan"]
    assert "Strict-Transport-Security" in told.headers


def test_only_the_hosts_that_are_set_are_answered():
    client = bare(hosts="wangge.lan, 192.168.1.10, .example.cn")
    for host in ("wangge.lan", "wangge.lan:8443", "192.168.1.10:8000", "a.example.cn"):
        assert client.get("/who", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "wangge.lan.evil.example", "192.168.1.1", "evil.example:80\\@wangge.lan"):
        refused = client.get("/who", headers={"Host": host})
        assert (refused.status_code, "evil" in refused.text) == (400, False), host


@pytest.mark.parametrize("host", ["a b", "<script>", "a/b", "a,b", ""])
def test_what_is_no_host_is_refused_whatever_is_set(host):
    assert bare().get("/who", headers={"Host": host}).status_code == 400


OWN = [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"},
       {"Origin": "https://localhost"}, {"Referer": "http://localhost/a"}, {"Origin": "http://LOCALHOST:80"},
       {"Authorization": "Bearer x", "Origin": "https://elsewhere.example"}]  # fmt: skip
FOREIGN = [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:81"}, {"Origin": ""},
           {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
           {"Origin": "http://["}, {"Referer": "http://evil.example/"}, {"Origin": "http://localhost.evil.example"},
           {"Authorization": "Basic x", "Origin": "http://evil.example"}]  # fmt: skip


@pytest.mark.parametrize("headers", OWN)
def test_a_form_of_this_host_is_taken(headers):
    assert bare().post("/take", headers=headers).status_code == 200


@pytest.mark.parametrize("headers", FOREIGN)
def test_a_form_of_another_site_is_refused(headers):
    refused = bare().post("/take", headers=headers)
    assert (refused.status_code, "别的网站" in refused.text) == (403, True)


def test_behind_tls_a_page_that_came_without_it_is_another_site():
    client = bare(trusted_proxies=1)
    for origin, status in (("http://wangge.lan", 403), ("https://wangge.lan", 200)):
        headers = {**FORWARDED, "Origin": origin}
        assert client.post("/take", headers=headers).status_code == status


def chunked(size):
    """Make a form that does not say its length, as one that comes in pieces."""
    form = EnvironBuilder(path="/take", method="POST", data=b"a=" + b"x" * (size - 2), content_type=FORM)
    environ = form.get_environ()
    del environ["CONTENT_LENGTH"]
    return {**environ, "wsgi.input_terminated": True}


def test_a_body_too_long_is_refused_whether_it_says_its_length_or_not():
    client, most = bare(), security.BODY_BYTES
    for size, status in ((most, 200), (most + 1, 413)):
        assert client.post("/take", data=b"a" * size).status_code == status
        told = client.open(chunked(size))
        assert told.status_code == status
        assert told.text == str(size - 2) or "2048 KB" in told.text


def test_a_view_says_how_much_it_takes_and_no_other_does():
    client = bare()
    for path, kilobytes, status in (("/photo", 60, 200), ("/photo", 70, 413), ("/take", 70, 200)):
        photo = (io.BytesIO(b"x" * (kilobytes << 10)), "a.jpg")
        assert client.post(path, data={"photo": photo}).status_code == status, (path, kilobytes)


def test_parts_and_parameters_without_number_are_refused():
    client = bare()
    many = {f"a{number}": "1" for number in range(security.FORM_PARTS + 1)}
    assert client.post("/take", data=many, content_type="multipart/form-data").status_code == 413
    assert client.get("/who?" + "&" * security.PARAMETERS).status_code == 400


def test_every_kind_of_answer_carries_the_shell(quiet, client_of):
    client = client_of("dispatcher_qian")
    issues = client.get("/api/v1/issues")
    known = {"If-None-Match": issues.headers["ETag"]}
    answers = {
        "page": (client.get("/issues"), 200),
        "api": (issues, 200),
        "unchanged": (client.get("/api/v1/issues", headers=known), 304),
        "file": (client.get("/api/v1/issues.csv", buffered=True), 200),
        "static": (client.get("/static/v/x/img/mark.svg"), 200),
        "absent": (client.get("/none"), 404),
        "problem": (client.get("/api/v1/none"), 404),
        "slash": (client.get("/t"), 308),
        "method": (client.put("/healthz"), 405),
        "redirect": (client_of().get("/issues"), 303),
        "signed out": (client_of().get("/api/v1/me"), 401),
        "foreign": (client.post("/sign-out", headers={"Origin": "null"}), 403),
        "health": (client.get("/healthz"), 200),
    }
    for name, (answer, status) in answers.items():
        assert answer.status_code == status, name
        assert [header for header in SHELL if header not in answer.headers] == [], name
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert "Strict-Transport-Security" not in answer.headers, name


def test_what_is_only_part_of_a_page_travels_light(client_of):
    answer = client_of().get("/static/v/x/js/page.js")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Permissions-Policy" not in answer.headers
    assert "/**" not in answer.text  # comments stay here, lines keep their numbers
    own = (FOLDER / "js/page.js").read_text(encoding="utf-8")
    assert answer.text.count("\n") == own.count("\n")
    assert [line for line in answer.text.splitlines() if "export" in line] == [
        line for line in own.splitlines() if line.startswith("export")
    ]


@pytest.mark.parametrize("address", ["http://localhost", "https://localhost"])
def test_over_tls_every_cookie_is_kept_to_it(address):
    client = bare()
    told = client.get("/keep", base_url=address)
    cookies = [set(one.split("; ")) for one in told.headers.getlist("Set-Cookie")]
    assert len(cookies) == 2
    for cookie in cookies:
        assert {"HttpOnly", "SameSite=Lax"} <= cookie
        assert ("Secure" in cookie) == address.startswith("https")
