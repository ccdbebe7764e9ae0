# Trama with QEMU inside. `docker compose up` builds and starts it beside its database; see docker-compose.yml.
ARG NODE_IMAGE=node:20-bookworm-slim

# --- the client is built with the development dependencies, which then go
FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
# with the stamps by which `npm start` knows that client and dependencies are those of these sources
RUN node --import tsx -e "import('./tools/build-client.ts').then((build) => build.buildClientIfStale('/app', console.log))" \
 && npm prune --omit=dev --no-audit --no-fund \
 && cp package-lock.json node_modules/.trama-installed

# --- what runs
FROM ${NODE_IMAGE}
# the package lists stay: the built-in images are made of Debian's packages when they are first needed
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates qemu-system-x86 qemu-utils genisoimage xz-utils passt iproute2 \
    mmdebstrap e2fsprogs fakeroot fakechroot \
 && apt-get clean
WORKDIR /app
COPY --from=build /app /app
# everything that the server writes
RUN mkdir -m 0700 .trama && chown node:node .trama
USER node
ENV NODE_ENV=production TRAMA_HOST=0.0.0.0 TRAMA_PORT=8000 TRAMA_INSTALL=0
VOLUME /app/.trama
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.TRAMA_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# what `npm start` runs, without npm between it and the signals
CMD ["node", "tools/start.mjs"]
