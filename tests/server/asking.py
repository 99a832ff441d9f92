"""Asking an ASGI app in this process: its loop runs in a thread of its own, as a server's would."""

from __future__ import annotations

import asyncio
import threading

import httpx

SECONDS = 60


class Asker:
    """A client of an app whose lifespan it leads; tests call it from any thread."""

    def __init__(self, app):
        self.app = app
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        self.lifespan = Lifespan(self.app)
        self.run(self.lifespan.begin())
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
        return self

    def __exit__(self, *_):
        self.run(self.client.aclose())
        self.run(self.lifespan.end())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(SECONDS)

    def request(self, method, path, **more):
        return self.run(self.client.request(method, path, **more))

    def gather(self, requests):
        """Make several requests at once: (method, path, more) each."""

        async def all_of_them():
            made = [self.client.request(method, path, **more) for method, path, more in requests]
            return await asyncio.gather(*made)

        return self.run(all_of_them())


class Lifespan:
    """Starts and stops an app as a server does."""

    def __init__(self, app):
        self.app = app

    async def begin(self):
        self.inward, self.outward = asyncio.Queue(), asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        self.task = asyncio.ensure_future(self.app(scope, self.inward.get, self.outward.put))
        await self._say("lifespan.startup")

    async def end(self):
        await self._say("lifespan.shutdown")
        await self.task

    async def _say(self, what):
        await self.inward.put({"type": what})
        said = await self.outward.get()
        assert said["type"] == f"{what}.complete", said
