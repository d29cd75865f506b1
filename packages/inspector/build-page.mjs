// Puts the page together, from page/ into dist/page/: one script, one style sheet, nothing loaded from elsewhere.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const from = fileURLToPath(new URL('page/', import.meta.url))
const to = fileURLToPath(new URL('dist/page/', import.meta.url))
const chartStyles = createRequire(import.meta.url).resolve('uplot/dist/uPlot.min.css')

await mkdir(to, { recursive: true })
await build({
  entryPoints: [join(from, 'main.tsx')],
  outfile: join(to, 'page.js'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'inline',
})
for (const name of ['page.html', 'icon.svg']) await copyFile(join(from, name), join(to, name))
const styles = [await readFile(chartStyles, 'utf8'), await readFile(join(from, 'page.css'), 'utf8')]
await writeFile(join(to, 'page.css'), styles.join('\n'))
