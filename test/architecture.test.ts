import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/** Arrows go down only: a package imports packages of lower layers, never of its own. */
const layers: Record<string, number> = {
  conventions: 0,
  'query-text': 0,
  lifecycle: 0,
  'instrumentation-pg': 1,
  insights: 1,
  http: 2,
  dashboards: 2,
  'pool-care': 2,
  'slow-query-log': 2,
  inspector: 2,
  'metrics-endpoint': 2,
  testing: 2,
  pgspan: 3,
}

/** Folders of one package that never import each other. */
const separated: Record<string, readonly string[]> = { 'instrumentation-pg': ['driver', 'recorders'] }

const drivers = ['pg', 'pg-pool', 'pg-native', 'pg-cursor', 'pg-query-stream']

interface Import {
  readonly file: string
  readonly specifier: string
}

describe('the dependency rule', () => {
  const packages = readdirSync(join(root, 'packages'))

  test('every package has its layer', () => {
    expect(packages.filter((name) => !(name in layers))).toEqual([])
  })

  test('the imports that it judges are seen', () => {
    const specifiers = importsOf('instrumentation-pg').map(({ specifier }) => specifier)
    expect(specifiers).toContain('@pgspan/lifecycle')
    expect(specifiers).toContain('./driver/pg-source.js')
  })

  test.each(packages)('%s imports only packages of lower layers, and what its package.json names', (name) => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
    const declared = new Set(Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }))
    // What is packed inside pgspan is not installed beside it.
    if (name === 'pgspan') for (const part of partsOf(manifest)) declared.add(part)
    const offences: string[] = []
    for (const { file, specifier } of importsOf(name)) {
      const target = packageNameOf(specifier)
      if (target === undefined) continue
      if (drivers.includes(target))
        offences.push(`${file} imports ${target}: nothing in src imports a driver`)
      const folder = target.startsWith('@pgspan/') ? target.slice('@pgspan/'.length) : target
      if (folder in layers && (layers[folder] ?? 0) >= (layers[name] ?? 0)) {
        offences.push(
          `${file} imports ${target}: ${name} is of layer ${layers[name]}, ${folder} of layer ${layers[folder]}; arrows go down only`,
        )
      }
      if (!declared.has(target)) offences.push(`${file} imports ${target}, which package.json does not name`)
    }
    expect(offences).toEqual([])
  })

  test.each(Object.entries(separated))('%s keeps its folders apart', (name, folders) => {
    const offences = importsOf(name).flatMap(({ file, specifier }) =>
      folders
        .filter((from) => file.includes(`/src/${from}/`))
        .flatMap((from) =>
          folders
            .filter((to) => to !== from && specifier.startsWith(`../${to}/`))
            .map(
              (to) => `${file} imports ${specifier}: ${from}/ and ${to}/ know only lifecycle, not each other`,
            ),
        ),
    )
    expect(offences).toEqual([])
  })

  test('detectors import neither OpenTelemetry nor a driver', () => {
    const offences = importsOf('insights')
      .filter(
        ({ file, specifier }) => file.includes('/src/detectors/') && /^(@opentelemetry\/|pg)/.test(specifier),
      )
      .map(({ file, specifier }) => `${file} imports ${specifier}`)
    expect(offences).toEqual([])
  })
})

/** What packages/pgspan/pack-parts.mjs takes in. */
function partsOf(manifest: { devDependencies: Record<string, string>; inlined: string[] }): string[] {
  return [
    ...Object.keys(manifest.devDependencies).filter((name) => name.startsWith('@pgspan/')),
    ...manifest.inlined,
  ]
}

/** `import … from 'x'`, `export … from 'x'`, `import 'x'` at the start of a line; `import('x')` and `require('x')`. */
const importPattern =
  /^(?:import|export)\s+(?:(?:type\s+)?(?:[\w*]+(?:\s+as\s+\w+)?|\{[^}]*\})(?:\s*,\s*\{[^}]*\})?\s+from\s+)?'([^']+)'|\b(?:import|require)\('([^']+)'\)/gm

/** Imports of a package's sources, tests left out. */
function importsOf(name: string): Import[] {
  return sourcesIn(join(root, 'packages', name, 'src')).flatMap((path) => {
    const file = relative(root, path)
    const source = readFileSync(path, 'utf8')
    const specifiers = source.matchAll(importPattern)
    return [...specifiers].map((match) => ({ file, specifier: match[1] ?? match[2] ?? '' }))
  })
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) =>
        entry.isFile() && entry.name.endsWith('.ts') && !/\.(test|test-d|long)\.ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
}

/** The package that a specifier leads to; undefined for Node's own modules and for files of the same package. */
function packageNameOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}
