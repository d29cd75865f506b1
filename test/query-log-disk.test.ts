import { spawnSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ChildResult, printed, runNode } from './support/run-child.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const queries = 1_000
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-disk-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const app = ['apps/logged.cjs']
const environment = (directory: string): Record<string, string> => ({
  DATABASE_URL: database().connectionString,
  DIRECTORY: directory,
  QUERIES: String(queries),
})

interface Outcome {
  readonly answered: number
  readonly writers: readonly { readonly written: number; readonly lost: number; readonly queued: number }[]
}

/** Every query was answered, and every entry is accounted for; how many are in the files. */
async function accountOf(ended: ChildResult, directory: string): Promise<number> {
  const { answered, writers } = printed<Outcome>(ended)
  const [{ written, lost, queued } = { written: 0, lost: 0, queued: 0 }] = writers
  expect([ended.code, answered, written + lost, queued]).toEqual([0, queries, queries, 0])
  const files = (await readdir(directory).catch(() => [])).filter((name) => name.endsWith('.ndjson'))
  const texts = await Promise.all(files.map((name) => readFile(join(directory, name), 'utf8')))
  const kept = texts.flatMap((text) => text.split('\n')).filter(isWhole)
  expect(kept).toHaveLength(written)
  return written
}

function isWhole(line: string): boolean {
  try {
    return JSON.parse(line)['event.name'] === 'pgspan.query'
  } catch {
    return false
  }
}

test('an application whose files may grow no further goes on; what they did not take is counted', async () => {
  const limited = ['-c', 'ulimit -f 64; exec "$0" "$@"', process.execPath, ...app]
  const ended = await runNode(limited, environment(folder), { program: '/bin/sh' })
  const written = await accountOf(ended, folder)
  expect(written).toBeGreaterThan(0)
  expect(written).toBeLessThan(queries)
  expect(ended.stderr.match(/cannot write to/g)).toHaveLength(1)
  expect(ended.stderr).toContain('(EFBIG)')
  expect(ended.stderr).toContain(`${queries - written} entries were lost, ${written} were written`)
})

test('an application whose directory cannot be written goes on; what was lost is counted', async () => {
  await writeFile(join(folder, 'file'), '')
  const ended = await runNode(app, environment(join(folder, 'file', 'log')))
  expect(await accountOf(ended, join(folder, 'file', 'log'))).toBe(0)
  expect(ended.stderr).toContain(`${queries} entries were lost, 0 were written`)
})

test('an application that starts again adds to the file', async () => {
  await accountOf(await runNode(app, environment(folder)), folder)
  const again = await runNode(app, environment(folder))
  expect(printed<Outcome>(again).writers[0]).toMatchObject({ written: queries, lost: 0 })
  const text = await readFile(join(folder, 'queries.ndjson'), 'utf8')
  expect(text.split('\n').filter(isWhole)).toHaveLength(2 * queries)
})

const canMount = spawnSync('mount', ['--version']).status === 0 && process.getuid?.() === 0
test.skipIf(!canMount)(
  'an application whose disk is full goes on; what was lost is counted',
  async (context) => {
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=160k', 'tmpfs', folder]).status !== 0) context.skip()
    try {
      const ended = await runNode(app, environment(folder))
      const written = await accountOf(ended, folder)
      expect(written).toBeGreaterThan(0)
      expect(ended.stderr).toContain('(ENOSPC)')
      expect(ended.stderr).toContain(`${queries - written} entries were lost, ${written} were written`)
    } finally {
      spawnSync('umount', [folder])
    }
  },
)
