# The helpline as one container: server, migrations and content. Its data (sounds, releases, recordings) lies in /data.
FROM node:22-slim AS pages
WORKDIR /pages
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --system --uid 10001 --no-create-home hamrah && install -d -o hamrah -g hamrah /data

WORKDIR /app
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY pyproject.toml README.md LICENSE ./
COPY ivr ivr
RUN pip install --no-deps --no-build-isolation --no-index .
COPY --from=pages /pages/node_modules /tmp/node_modules
RUN ivr assets --from /tmp/node_modules && rm -r /tmp/node_modules
COPY menus menus
COPY prompts prompts

ENV IVR_ENV=production IVR_HOST=0.0.0.0 IVR_PORT=8000 IVR_DATA_DIR=/data IVR_RECORDINGS_DIR=/data/recordings
ENV IVR_MENUS_DIR=/app/menus IVR_PROMPTS_DIR=/app/prompts

VOLUME /data
USER hamrah
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"IVR_PORT\"]}/healthz', timeout=4)"]
CMD ["ivr", "serve"]
