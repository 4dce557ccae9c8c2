"""The runner's process: `python -m glue_runner.server`. Settings: see `settings`."""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator

import uvicorn
from fastapi import FastAPI

from glue_runner import api, settings
from glue_runner.runs import Runner

LOG = logging.getLogger(__name__)


async def serve(found: settings.Settings) -> None:
    """Serves until SIGTERM or SIGINT, then ends every process of every job."""
    runner = Runner(found)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        runner.pool.fill()
        try:
            yield
        finally:
            await runner.close()

    app = api.create(runner, lifespan)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            host=found.host,
            port=found.port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=1,
            lifespan="on",
        )
    )
    LOG.info("Glue runner on http://%s:%s", found.host, found.port)
    await server.serve()


def main() -> None:
    for noisy in ("botocore", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        found = settings.load()
        logging.basicConfig(level=found.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
        if not found.token:
            raise settings.SettingsError("GLUE_RUNNER_TOKEN must be set: the API runs code for whoever calls it.")
    except settings.SettingsError as error:
        sys.exit(str(error))
    asyncio.run(serve(found))


if __name__ == "__main__":
    main()
