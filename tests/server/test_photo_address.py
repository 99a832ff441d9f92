"""Photos are fetched from listed hosts only, from inside the network only where that is meant."""

import http.server
import socket
import threading
import time

import pytest

from penchant.errors import InputError
from penchant.server import photo_address
from penchant.server.photo_address import Allowed, fetch_photo


class Pictures(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.split("?")[0]
        if name == "/photo.jpg":
            self._say(200, b"photo")
        elif name == "/moved":
            self._say(302, b"", Location="/photo.jpg")
        elif name == "/elsewhere":
            self._say(302, b"", Location="http://127.0.0.2/photo.jpg")
        elif name == "/round":
            self._say(302, b"", Location="/round")
        elif name == "/large":
            self._say(200, b"x" * 5_000)
        elif name == "/trickle":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x")
            self.server.patience.wait(20)
        else:
            self._say(404, b"")

    def _say(self, status, content, **headers):
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def pictures():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pictures) as server:
        server.patience = threading.Event()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.patience.set()
        server.shutdown()
        thread.join()


def allowed(*hosts, most=4_000):
    return Allowed(hosts, most)


def test_a_photo_of_a_host_that_is_listed_as_it_is_is_fetched(pictures):
    assert fetch_photo(f"http://{pictures}/photo.jpg?v=1", allowed(pictures)) == b"photo"


def test_a_way_on_within_the_host_is_followed(pictures):
    assert fetch_photo(f"http://{pictures}/moved", allowed(pictures)) == b"photo"


@pytest.mark.parametrize("path", ["/elsewhere", "/round", "/large", "/nothing"])
def test_what_leads_away_or_on_and_on_or_is_too_large_or_missing_is_refused(pictures, path):
    with pytest.raises(InputError, match=r"photo"):
        fetch_photo(f"http://{pictures}{path}", allowed(pictures, "127.0.0.2"))


def test_a_photo_that_trickles_in_is_given_up(pictures, monkeypatch):
    monkeypatch.setattr(photo_address, "SECONDS", 0.3)
    begun = time.monotonic()
    with pytest.raises(InputError, match="in time"):
        fetch_photo(f"http://{pictures}/trickle", allowed(pictures))
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/photo.jpg",
        "http://localhost/photo.jpg",
        "http://[::1]/photo.jpg",
        "http://169.254.169.254/latest/meta-data",
        "https://cdn.example.evil/photo.jpg",
        "https://evilcdn.example/photo.jpg",
        "https://cdn.example:8443/photo.jpg",
        "https://cdn.example@evil.example/photo.jpg",
        "ftp://cdn.example/photo.jpg",
        "file:///etc/passwd",
        "//cdn.example/photo.jpg",
        "https://cdn.example:99999/photo.jpg",
        "nonsense",
        "https://[::1/",
    ],
)
def test_other_hosts_ports_and_schemes_are_refused_without_asking(address, monkeypatch):
    def nobody(*_, **__):
        raise AssertionError("asked")

    monkeypatch.setattr(socket, "create_connection", nobody)
    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    with pytest.raises(InputError):
        fetch_photo(address, allowed("cdn.example"))


@pytest.mark.parametrize("inside", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "fd00::1"])
def test_a_name_below_a_listed_domain_that_leads_inside_is_refused(inside, monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (inside, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(InputError, match="private network"):
        fetch_photo("https://a.cdn.example/photo.jpg", allowed("*.cdn.example"))


def test_a_domain_is_not_listed_by_its_hosts():
    with pytest.raises(InputError, match="not listed"):
        fetch_photo("https://cdn.example/photo.jpg", allowed("*.cdn.example"))


def test_no_host_is_listed_by_default():
    with pytest.raises(InputError, match="photo_hosts"):
        fetch_photo("https://cdn.example/photo.jpg", allowed())
