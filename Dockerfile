# One image per part, all from the same uv.lock:  docker build --target emulator|glue|superset .
FROM python:3.11-slim-bookworm AS base
ENV PYTHONUNBUFFERED=1 \
    UV_COMPILE_BYTECODE=1 \
    RAPID_HOME=/var/lib/rapid \
    RAPID_CACHE=/opt/rapid/cache \
    RAPID_ENVIRONMENTS=/opt/rapid/envs \
    RAPID_HOST=0.0.0.0 \
    PYTHONPATH=/opt/rapid/app/services
WORKDIR /opt/rapid/app
RUN useradd --system --uid 10001 --create-home rapid \
 && mkdir -p /var/lib/rapid/run /var/lib/rapid/state /var/lib/rapid/logs \
 && chown -R rapid /var/lib/rapid
# The bootstrap brings uv by the hash in uv.lock and makes one environment, as on any other machine.
COPY rapid pyproject.toml uv.lock README.md ./
COPY services/rapid/__init__.py services/rapid/__init__.py
COPY glue_local/jars.json glue_local/jars.json
COPY glue_local/glue_runner/__init__.py glue_local/glue_runner/jars.py glue_local/glue_runner/

FROM base AS emulator
RUN ./rapid --prepare emulator
COPY . .
RUN ./rapid --prepare emulator \
 && RAPID_HOME=/tmp/build /opt/rapid/envs/emulator/bin/python -m rapid.serve --prepare emulator
USER rapid
EXPOSE 4566
CMD ["/opt/rapid/envs/emulator/bin/python", "-m", "rapid.serve", "emulator"]

FROM base AS glue
RUN ./rapid --prepare glue jars
COPY . .
# The class archive lets a JVM start twice as fast. Jars of table formats are fetched by the first job that wants them.
RUN /opt/rapid/envs/glue/bin/python -m rapid.serve --prepare glue && chown -R rapid $RAPID_CACHE
USER rapid
EXPOSE 4580
CMD ["/opt/rapid/envs/glue/bin/python", "-m", "rapid.serve", "glue"]

FROM base AS superset
RUN ./rapid --prepare dashboards
COPY . .
# Only the database's template is kept: each installation makes secrets of its own when it starts.
RUN RAPID_HOME=/tmp/build /opt/rapid/envs/dashboards/bin/python -m rapid.serve --prepare superset \
 && rm -rf /tmp/build && chown -R rapid /opt/rapid/cache
USER rapid
EXPOSE 8088
CMD ["/opt/rapid/envs/dashboards/bin/python", "-m", "rapid.serve", "superset"]
