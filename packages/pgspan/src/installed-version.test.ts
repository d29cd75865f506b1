import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { installedVersion } from './installed-version.js'

const here = fileURLToPath(import.meta.url)

test('the version of a package is told that does not export its package.json', () => {
  expect(installedVersion('@opentelemetry/api', here)).toBe('1.9.1')
})

test('a package is seen from where it is asked for', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pgspan-version-'))
  const api = join(folder, 'node_modules/@opentelemetry/api')
  await mkdir(join(api, 'build'), { recursive: true })
  await writeFile(
    join(api, 'package.json'),
    JSON.stringify({ name: '@opentelemetry/api', version: '1.10.0', exports: { '.': './build/index.js' } }),
  )
  // As the real one has it, for its ESM build.
  await writeFile(join(api, 'build/package.json'), '{ "type": "commonjs" }')
  await writeFile(join(api, 'build/index.js'), '')
  expect(installedVersion('@opentelemetry/api', join(folder, 'app.js'))).toBe('1.10.0')
  expect(installedVersion('no-such-package', join(folder, 'app.js'))).toBeUndefined()
  await rm(folder, { recursive: true })
})
