// Writes the table of the version matrix's last run into README.md. The run does it by itself; `npm run docs:matrix`
import { readFile, writeFile } from 'node:fs/promises'

const readme = new URL('../README.md', import.meta.url)
const lastRun = new URL('../test/matrix/last-run.json', import.meta.url)
const begin = '<!-- the last run of the version matrix, written by npm run matrix -->\n'
const end = '<!-- end of the version matrix -->\n'

/** @returns {Promise<string>} README.md, as it should stand in the repository */
export async function readmeWithMatrix() {
  const page = await readFile(readme, 'utf8')
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from === -1 || to < from) throw new Error('README.md has no place for the version matrix')
  return page.slice(0, from) + begin + table(JSON.parse(await readFile(lastRun, 'utf8'))) + page.slice(to)
}

export async function updateReadme() {
  await writeFile(readme, await readmeWithMatrix())
}

function table({ rows, leftOut }) {
  const lines = [
    ['Node', 'OpenTelemetry', 'pg', 'PostgreSQL', 'through', 'result'],
    ['---', '---', '---', '---', '---', '---'],
    ...rows.map(({ node, openTelemetry, pg, postgres, route, result }) => [
      node,
      openTelemetry,
      pg,
      postgres,
      route,
      result,
    ]),
    ...leftOut.map(({ node, openTelemetry, reason }) => [
      node,
      openTelemetry,
      '',
      '',
      '',
      `not run: ${reason}`,
    ]),
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

if (process.argv[1] === import.meta.filename) await updateReadme()
