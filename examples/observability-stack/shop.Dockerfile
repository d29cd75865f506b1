# The example shop, from this repository's sources; built from the repository's root.
FROM node:22.21.1-bookworm-slim
WORKDIR /pgspan
COPY . .
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --filter=. --filter='./packages/*' --filter='./examples/*' \
  && npx tsc -b \
  && node packages/inspector/build-page.mjs
USER node
WORKDIR /pgspan/examples/shop
CMD ["node", "--import", "pgspan/register", "src/main.js"]
