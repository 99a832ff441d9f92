"""A way for `requests` to ask an ASGI app in this process, with addresses exactly as they are."""

from __future__ import annotations

import io
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse


class AskerAdapter(BaseAdapter):
    """Sends prepared requests to the app an `Asker` leads."""

    def __init__(self, asker):
        super().__init__()
        self.asker = asker

    def send(self, request, **_):
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        status, headers, content = self.asker.run(self._ask(request, body))
        raw = HTTPResponse(
            body=io.BytesIO(content), headers=HTTPHeaderDict(headers), status=status,
            preload_content=False, version=11,
        )  # fmt: skip
        made = requests.Response()
        made.status_code, made.raw, made.request, made.url = status, raw, request, request.url
        made.headers = requests.structures.CaseInsensitiveDict(headers)
        made.encoding = "utf-8"
        return made

    def close(self):
        pass

    async def _ask(self, request, body):
        parts = urlsplit(request.url)
        path = (parts.path or "/").encode()
        told = [(k.lower().encode("latin-1"), _bytes(v)) for k, v in request.headers.items()]
        told.append((b"host", parts.netloc.encode()))
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1",
            "method": request.method, "scheme": "http", "path": path.decode(), "raw_path": path,
            "query_string": parts.query.encode(), "root_path": "",
            "headers": told, "client": ("127.0.0.1", 1), "server": ("shop", 80),
        }  # fmt: skip
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        await self.asker.app(scope, receive, send)
        start = sent[0]
        headers = [(k.decode("latin-1"), v.decode("latin-1")) for k, v in start["headers"]]
        return start["status"], headers, b"".join(one.get("body", b"") for one in sent[1:])


def _bytes(value):
    return value.encode("latin-1", "replace") if isinstance(value, str) else bytes(value)
