import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { attributes, metrics } from '@pgspan/conventions'
import { describe, expect, test } from 'vitest'
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

describe('the README of instrumentation-pg', () => {
  const folder = join(root, 'packages/instrumentation-pg')
  const page = readFileSync(join(folder, 'README.md'), 'utf8')
  const recorders = readdirSync(join(folder, 'src/recorders'))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(folder, 'src/recorders', name), 'utf8'))
    .join('\n')
  const usedOf = (group: string): string[] => [
    ...new Set([...recorders.matchAll(new RegExp(`\\b${group}\\.(\\w+)`, 'g'))].map(([, key = '']) => key)),
  ]
  /** As it is, or by its end behind others that begin alike. */
  const isNamed = (name: string): boolean =>
    page.includes(`\`${name}\``) ||
    name.split('.').some((_, i, parts) => i > 0 && page.includes(`\`.${parts.slice(i).join('.')}\``))

  test('names every attribute that is recorded', () => {
    const named = usedOf('names').map((key) => Reflect.get(attributes, key))
    const texts = named.map((name) => (typeof name === 'function' ? name(0) : name))
    expect(texts.length).toBeGreaterThan(40)
    expect(texts.filter((name) => !isNamed(name) && name !== attributes.postgresql)).toEqual([])
  })

  test('names every metric that is recorded', () => {
    const defined = usedOf('metrics').flatMap((key) => Reflect.get(metrics, key) ?? [])
    expect(defined.length).toBeGreaterThan(20)
    expect(defined.map(({ name }) => name).filter((name) => !isNamed(name))).toEqual([])
  })

  test('has every option, with those of the migration page, and every function that is exported', () => {
    const options = readFileSync(join(folder, 'src/options.ts'), 'utf8')
    const names = [...options.matchAll(/^ {2}readonly (\w+)\?:/gm)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(15)
    expect(names.filter((name) => !page.includes(`| \`${name}`))).toEqual([])
    const index =
      readFileSync(join(folder, 'src/index.ts'), 'utf8').split('// For packages of pgspan')[0] ?? ''
    const exported = [...index.matchAll(/^export \{ ([\w, ]+) \}/gm)].flatMap(([, list = '']) =>
      list.split(', '),
    )
    const functions = exported.filter((name) => !name.startsWith('type '))
    expect(functions.filter((name) => !page.includes(name))).toEqual([])
  })
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
