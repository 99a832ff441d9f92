"""The least a service of this kind can be: a FastAPI application with one route that says nothing.

What penchant's answers cost is told beside what these cost, on the same machine in the same run.
"""

from fastapi import FastAPI

app = FastAPI(docs_url=None, redoc_url=None)


@app.get("/empty")
async def empty() -> dict[str, str]:
    """Answer with next to nothing."""
    return {"status": "ok"}
