// Makes packed/ of the package in this folder, which is what is published: its files as they are, its JavaScript without
// comments and whitespace. They are half of it, and whoever reads them reads the sources. Run before packing, by `prepack`.
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'

const license = fileURLToPath(new URL('../LICENSE', import.meta.url))

/**
 * @param {string} from the package's folder
 * @returns {Promise<{ to: string, manifest: Record<string, any> }>} where it is packed, and its manifest, to be written
 */
export async function packFolder(from) {
  const to = join(from, 'packed')
  const manifest = JSON.parse(await readFile(join(from, 'package.json'), 'utf8'))
  await rm(to, { recursive: true, force: true })
  await mkdir(to)
  for (const name of ['dist', 'esm', 'README.md'])
    await cp(join(from, name), join(to, name), { recursive: true })
  await cp(license, join(to, 'LICENSE'))
  for (const entry of await readdir(join(to, 'dist'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.js')) continue
    const path = join(entry.parentPath, entry.name)
    const { code } = await transform(await readFile(path, 'utf8'), {
      target: 'node20',
      minifyWhitespace: true,
      legalComments: 'inline',
    })
    await writeFile(path, code)
  }
  return { to, manifest }
}

/** Takes away the declarations that no entry leads to. */
async function pruneDeclarations(to, exports) {
  const reached = new Set()
  const queue = typesIn(exports).map((path) => join(to, path))
  for (const path of queue) {
    if (reached.has(path)) continue
    reached.add(path)
    const text = await readFile(path, 'utf8').catch(() => '')
    for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)\.js['"]/g))
      queue.push(join(dirname(path), `${specifier}.d.ts`))
  }
  for (const entry of await readdir(to, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && entry.name.endsWith('.d.ts') && !reached.has(path)) await rm(path)
  }
}

/** The declarations that a manifest's `exports` name. */
function typesIn(exports) {
  return Object.entries(exports).flatMap(([key, value]) => {
    if (typeof value !== 'string') return typesIn(value)
    return key === 'types' ? [value] : []
  })
}

/** The last step: the manifest without what only this repository needs; `files` may grow. */
export async function finishFolder(
  to,
  { devDependencies, scripts, publishConfig, inlined, ...published },
  more = [],
) {
  await pruneDeclarations(to, published.exports)
  const { directory, linkDirectory, ...publishing } = publishConfig
  const manifest = { ...published, publishConfig: publishing, files: [...published.files, ...more] }
  await writeFile(join(to, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

if (process.argv[1] === import.meta.filename) {
  const { to, manifest } = await packFolder(process.cwd())
  await finishFolder(to, manifest)
}
