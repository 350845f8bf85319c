# docker build -t parley . && docker run -p 8765:8765 -v parley:/var/lib/parley parley
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
# postgres: PostgreSQL by URL; research: export to Parquet.
ARG EXTRAS=postgres
WORKDIR /source
RUN python3 -m venv /opt/parley
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY engine engine
COPY storage storage
COPY bot bot
COPY training training
RUN PIP_CONSTRAINT=constraints.txt PIP_BUILD_CONSTRAINT=constraints.txt \
    /opt/parley/bin/python -m pip install --no-cache-dir ".[${EXTRAS}]"

FROM ${PYTHON_IMAGE}
RUN useradd --user-group --uid 10001 --home-dir /var/lib/parley --create-home parley
COPY --from=build /opt/parley /opt/parley
ENV PATH=/opt/parley/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PARLEY_DATABASE=sqlite:////var/lib/parley/parley.db \
    PARLEY_HOST=0.0.0.0 \
    PARLEY_PORT=8765 \
    PARLEY_LOG_FORMAT=json
USER parley
WORKDIR /var/lib/parley
VOLUME /var/lib/parley
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD \
    python -c "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PARLEY_PORT'] + '/healthz', timeout=4)"
ENTRYPOINT ["parley"]
CMD ["serve"]
