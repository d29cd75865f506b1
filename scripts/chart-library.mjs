// Writes packages/slow-query-log/src/report/chart-library.ts: the chart library as texts, for a page that brings it along.
// `npm run charts`
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../packages/slow-query-log/package.json', import.meta.url))

/** @returns {string} the file, as it should stand in the repository */
export function chartLibraryFile() {
  const read = (path) => readFileSync(require.resolve(`uplot/${path}`), 'utf8')
  const { version } = JSON.parse(read('package.json'))
  const licence = `/*! uPlot ${version}\n\n${read('LICENSE').trim()} */\n`
  const text = (value) => JSON.stringify(checked(value))
  return [
    '// Written by `npm run charts`.',
    '// biome-ignore-all format: it is as it was published',
    '// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the same',
    '',
    '/** uPlot, a script that defines the global `uPlot`. */',
    `export const chartScript: string = ${text(licence + read('dist/uPlot.iife.min.js'))}`,
    '',
    '/** Its style sheet. */',
    `export const chartStyle: string = ${text(read('dist/uPlot.min.css'))}`,
    '',
  ].join('\n')
}

/** What stands in a page as it is. */
function checked(text) {
  if (/<\/(script|style)/i.test(text)) throw new Error('the chart library cannot be written down as it is')
  return text
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(
    new URL('../packages/slow-query-log/src/report/chart-library.ts', import.meta.url),
    chartLibraryFile(),
  )
}
