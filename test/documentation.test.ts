import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readmeWithMatrix } from '../scripts/matrix-docs.mjs'
import { telemetryPage } from '../scripts/telemetry-docs.mjs'
import { cells, leftOut } from './matrix/cells.js'
import lastRun from './matrix/last-run.json'

const root = fileURLToPath(new URL('..', import.meta.url))

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
  ...readdirSync(join(root, 'packages')).map((name) => join('packages', name, 'README.md')),
  'examples/shop/README.md',
]

test('docs/telemetry.md is what the catalogue says', () => {
  expect(readFileSync(join(root, 'docs/telemetry.md'), 'utf8')).toBe(telemetryPage())
})

test('the version matrix in README.md is what its last run saw', async () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toBe(await readmeWithMatrix())
})

test('the last run of the version matrix was of the cells that there are', () => {
  expect(lastRun.rows).toHaveLength(cells.length)
  expect(lastRun.leftOut).toEqual(leftOut)
})

test.each(pages)('%s links only to files that exist', (page) => {
  const text = readFileSync(join(root, page), 'utf8')
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1] ?? '')
  const broken = links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => !existsSync(join(root, dirname(page), link)))
    .map((link) => relative(root, join(root, dirname(page), link)))
  expect(broken).toEqual([])
})

test('docs/upstream-claims.md tells what became of every claim', () => {
  const folder = join(root, 'test/upstream-claims')
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
  const claims = sources.flatMap((source) =>
    [...source.matchAll(/^ *(?:test|describe)(?:\.each\([^)]*\]\))?\(\s*'(?:%j )?([^']+)'/gms)].map(
      (match) => match[1] ?? '',
    ),
  )
  expect(claims.length).toBeGreaterThan(25)
  const page = readFileSync(join(root, 'docs/upstream-claims.md'), 'utf8')
  expect(claims.filter((claim) => !page.includes(claim))).toEqual([])
  expect(page).toMatch(/of (\d+) claims, \1 hold of pgspan/)
})
