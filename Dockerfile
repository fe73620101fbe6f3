# docker build --tag gate .
# docker run --rm --env-file .env gate migrate     once for each release, before it serves
# docker run --env-file .env --publish 8000:8000 gate
#
# A release pins the base by digest: --build-arg BASE=python:3.11.14-slim-bookworm@sha256:...
ARG BASE=python:3.11.14-slim-bookworm

FROM ${BASE} AS build
WORKDIR /opt/gate
COPY requirements.lock ./
# Wheels only: nothing is compiled from C, here or later.
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock
COPY alembic.ini ./
COPY migrations migrations
COPY app app
COPY tools tools
RUN python -m compileall -q app

FROM ${BASE}
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin gate \
    && install --directory --owner=gate --group=gate --mode=0700 /var/lib/gate
COPY --from=build /opt/gate /opt/gate
WORKDIR /opt/gate
ENV PATH=/opt/gate/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOST=0.0.0.0 \
    PORT=8000 \
    GATE_MODE=production \
    GATE_LOG_FORMAT=json \
    GATE_DATA_DIR=/var/lib/gate
USER 10001
VOLUME /var/lib/gate
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", \
    "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "app.cli"]
CMD ["serve"]
