// Writes dashboards and rules. `npm run dashboards` renews packages/dashboards/generated/;
// `npm run dashboards -- <folder> [--flavour=spec|js-exporter]` writes those of one flavour into a folder of yours.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { flavours, generatedFiles } from '@pgspan/dashboards'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { flavour: { type: 'string' } },
})
const flavour = values.flavour ?? 'spec'
if (!flavours.includes(flavour)) {
  process.stderr.write(`--flavour must be one of ${flavours.join(', ')}, got ${flavour}\n`)
  process.exit(2)
}
const [folder] = positionals
const generated = fileURLToPath(new URL('../packages/dashboards/generated/', import.meta.url))
const targets =
  folder === undefined ? flavours.map((each) => [each, join(generated, each)]) : [[flavour, folder]]
for (const [each, target] of targets) {
  await mkdir(target, { recursive: true })
  for (const [name, text] of Object.entries(generatedFiles(each))) {
    await writeFile(join(target, name), text)
    process.stdout.write(`${join(target, name)}\n`)
  }
}
