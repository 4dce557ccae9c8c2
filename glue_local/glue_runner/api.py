"""The HTTP API: runs are put, watched and deleted. Every route but /health wants the bearer token."""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from glue_runner.request import RequestError, RunRequest
from glue_runner.runs import Runner


def create(runner: Runner, lifespan: Any = None) -> FastAPI:  # noqa: C901 - a list of routes
    """The application over one runner."""
    app = FastAPI(title="Glue runner", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    expected = f"Bearer {runner.settings.token}".encode()

    @app.middleware("http")
    async def authorize(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        given = request.headers.get("authorization", "").encode()
        if request.url.path != "/health" and not secrets.compare_digest(given, expected):
            return JSONResponse({"detail": "The bearer token is missing or wrong."}, status_code=401)
        return await call_next(request)

    @app.get("/health")
    async def health() -> dict[str, Any]:
        return {
            "status": "ok",
            "warm": runner.pool.ready,
            "running": runner.count("STARTING", "RUNNING", "STOPPING"),
            "queued": runner.count("QUEUED"),
        }

    @app.get("/runs")
    async def list_runs() -> list[dict[str, Any]]:
        return [asdict(status) for status in runner.statuses()]

    @app.put("/runs/{run_id}", status_code=202)
    async def put_run(run_id: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            request = RunRequest.parse({**body, "run_id": run_id})
        except (RequestError, TypeError) as error:
            raise HTTPException(422, str(error)) from error
        return asdict(runner.submit(request))

    @app.get("/runs/{run_id}")
    async def get_run(run_id: str) -> dict[str, Any]:
        return _found(runner, run_id)

    @app.delete("/runs/{run_id}", status_code=202)
    async def delete_run(run_id: str) -> dict[str, Any]:
        _found(runner, run_id)
        runner.stop(run_id)
        return _found(runner, run_id)

    @app.post("/runs/{run_id}/messages", status_code=202)
    async def post_message(run_id: str, body: dict[str, Any]) -> dict[str, Any]:
        _found(runner, run_id)
        if not await runner.send(run_id, body):
            raise HTTPException(409, f"Run {run_id} does not listen.")
        return {}

    @app.get("/runs/{run_id}/events")
    async def events(run_id: str) -> StreamingResponse:
        _found(runner, run_id)

        async def lines() -> AsyncIterator[str]:
            async for status in runner.events(run_id):
                yield json.dumps(asdict(status)) + "\n"

        return StreamingResponse(lines(), media_type="application/x-ndjson")

    return app


def _found(runner: Runner, run_id: str) -> dict[str, Any]:
    status = runner.status(run_id)
    if status is None:
        raise HTTPException(404, f"There is no run {run_id}.")
    return asdict(status)
