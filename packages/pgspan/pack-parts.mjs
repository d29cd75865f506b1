// Makes packages/pgspan/packed/, which is what is published as `pgspan`: the package with its parts inside, so that
// whoever installs it gets one package more and not ten. Run before packing, by the package's `prepack`.
import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { finishFolder, packFolder } from '../../scripts/packed-folder.mjs'

const require = createRequire(import.meta.url)
const packages = fileURLToPath(new URL('../', import.meta.url))
const from = join(packages, 'pgspan')

const { to, manifest } = await packFolder(from)
/** Packages of this repository that are published nowhere else, and those of others that are small and settled. */
const parts = [
  ...Object.keys(manifest.devDependencies).filter((name) => name.startsWith('@pgspan/')),
  ...manifest.inlined,
]
const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })

for (const part of parts) await takeIn(part)
await nameParts(to)
await finishFolder(to, manifest, ['parts'])

/** One file of JavaScript with what the part itself needs; for our own, its declarations and its page beside it. */
async function takeIn(part) {
  const place = join(to, placeOf(part))
  await build({
    stdin: { contents: `module.exports = require('${part}')`, resolveDir: from },
    outfile: place,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    // Names stay: they are in stacks.
    minifyWhitespace: true,
    minifySyntax: true,
    external: installed,
    legalComments: 'inline',
    logLevel: 'error',
    // Where import looks for the names that it may take.
    footer: { js: `0 && (module.exports = { ${Object.keys(require(part)).join(', ')} })` },
  })
  if (!part.startsWith('@pgspan/')) return
  const built = join(packages, part.slice('@pgspan/'.length), 'dist')
  await cp(built, dirname(place), {
    recursive: true,
    filter: (path) => !/page-types|\.tsbuildinfo$|\.map$/.test(path) && !isScript(path, built),
  })
}

/** Of the part's bundle, within what is packed. */
function placeOf(part) {
  return join('parts', part.replace('@pgspan/', ''), 'dist', 'index.js')
}

/** The part's own scripts are in the bundle; those of its page are not. */
function isScript(path, built) {
  return path.endsWith('.js') && !relative(built, path).startsWith(`page${sep}`)
}

/** Puts the places of parts where the sources have their names. */
async function nameParts(folder) {
  const names = new RegExp(`(['"])(${parts.join('|')})\\1`, 'g')
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.([mc]?js|d\.[mc]?ts)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const text = await readFile(path, 'utf8')
    const placed = text.replace(names, (_, quote, part) => {
      const place = relative(dirname(path), join(to, placeOf(part)))
        .split(sep)
        .join('/')
      return `${quote}${place.startsWith('.') ? place : `./${place}`}${quote}`
    })
    if (placed !== text) await writeFile(path, placed)
  }
}
