"""Photos are fetched from listed hosts only, from inside the network only where that is meant."""

import http.server
import socket
import socketserver
import threading
import time
from contextlib import contextmanager, suppress

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
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
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


@contextmanager
def trickling(start):
    """A host that says something at once, and then a byte now and then, for long."""
    over = threading.Event()

    class Trickle(socketserver.BaseRequestHandler):
        def handle(self):
            with suppress(OSError):  # who asked has hung up
                self.request.recv(65_536)
                self.request.sendall(start)
                for _ in range(1_000):
                    if over.wait(0.02):
                        return
                    self.request.sendall(b"x")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Trickle) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}"
        finally:
            over.set()
            server.shutdown()
            thread.join()


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
TLS_RECORD = b"\x16\x03\x03\x3f\xff"


@pytest.mark.parametrize(
    ("scheme", "start"),
    [
        pytest.param("http", b"HTTP/1.1 200 ", id="first line"),
        pytest.param("http", b"HTTP/1.1 100 Continue\r\nSlow: ", id="headers to go on"),
        pytest.param("http", OK + b"Slow: ", id="headers"),
        pytest.param("http", OK + b"\r\n", id="photo"),
        pytest.param("http", OK + b"Content-Length: 3000\r\n\r\n", id="photo of known size"),
        pytest.param("http", CHUNKED + b"5;", id="size of a chunk"),
        pytest.param("http", CHUNKED + b"bb8\r\n", id="chunk"),
        pytest.param("http", CHUNKED + b"1\r\nx\r\n0\r\nSlow: ", id="headers at the end"),
        pytest.param("https", TLS_RECORD, id="handshake"),
    ],
)
def test_whatever_trickles_in_is_given_up_in_time(scheme, start, monkeypatch):
    monkeypatch.setattr(photo_address, "SECONDS", 0.2)
    begun = time.monotonic()
    with trickling(start) as host:
        with pytest.raises(InputError, match="gives no photo in time"):
            fetch_photo(f"{scheme}://{host}/photo.jpg", allowed(host))
        assert time.monotonic() - begun < 10
    assert nobody_looks_up()


def nobody_looks_up():
    """Say whether all threads that look names up end."""
    left = [one for one in threading.enumerate() if one.name == photo_address.LOOK_UP]
    for one in left:
        one.join(20)
    return not any(one.is_alive() for one in left)


def test_a_name_that_is_looked_up_for_long_is_given_up_in_time(monkeypatch):
    found = threading.Event()
    monkeypatch.setattr(photo_address, "SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found.wait(20) and [])
    with pytest.raises(InputError, match="gives no photo in time"):
        fetch_photo("https://cdn.example/photo.jpg", allowed("cdn.example"))
    assert not found.is_set()
    found.set()
    assert nobody_looks_up()


def test_a_name_that_leads_nowhere_is_told(monkeypatch):
    def nowhere(*_, **__):
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(InputError, match=r"gives no photo \(gaierror\)"):
        fetch_photo("https://cdn.example/photo.jpg", allowed("cdn.example"))


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
