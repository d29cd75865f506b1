import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const folders = readdirSync(join(root, 'packages'))
const run = promisify(execFile)
const require = createRequire(import.meta.url)

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly files: readonly string[]
  readonly exports: Record<string, unknown>
}

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))

describe.each(folders)('packages/%s', (folder) => {
  test('is one implementation: import and require give the same things', async () => {
    const script = `
      import { createRequire } from 'node:module'
      const required = createRequire(${JSON.stringify(join(root, 'packages', folder, 'package.json'))})(${JSON.stringify(join(root, 'packages', folder))})
      const imported = await import(${JSON.stringify(join(root, 'packages', folder, 'esm/index.mjs'))})
      const names = Object.keys(required).sort()
      const same = names.every((name) => required[name] === imported[name])
      console.log(JSON.stringify({ names, imported: Object.keys(imported).sort(), same }))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: root })
    const { names, imported, same } = JSON.parse(stdout)
    expect(
      imported.filter((name: string) => !['default', 'module.exports', '__esModule'].includes(name)),
    ).toEqual(names)
    expect(same).toBe(true)
    expect(names.length).toBeGreaterThan(0)
  })

  test('has what a published package needs', () => {
    const manifest = manifestOf(folder)
    expect(manifest.license).toBe('Apache-2.0')
    expect(Object.keys(manifest.exports)).toContain('.')
    expect(readFileSync(join(root, 'packages', folder, 'README.md'), 'utf8')).toContain(manifest.name)
  })
})

test.each(['instrumentation-pg', 'insights', 'testing'])(
  'the version that %s reports is its package’s',
  (name) => {
    const { version } = manifestOf(name)
    const source = readFileSync(join(root, 'packages', name, 'src/package-version.ts'), 'utf8')
    expect(source).toContain(`packageVersion = '${version}'`)
  },
)

test('two copies of lifecycle in one process share one state', () => {
  const entry = join(root, 'packages/lifecycle/dist/index.js')
  const first = require(entry)
  for (const key of Object.keys(require.cache))
    if (key.includes('/lifecycle/dist/')) delete require.cache[key]
  const second = require(entry)
  expect(second.processState).not.toBe(first.processState)
  expect(second.processState()).toBe(first.processState())
  first.runInUnitOfWork('job', () => expect(second.currentUnitOfWork().name).toBe('job'))
})
