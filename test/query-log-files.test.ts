import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiagLogLevel, diag, ROOT_CONTEXT } from '@opentelemetry/api'
import { type FileOptions, type LogEntry, type LogWriter, toFiles } from '@pgspan/slow-query-log'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'

let folder: string
const said: string[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgspan-log-'))
  said.length = 0
  const say = (message: string): unknown => message.startsWith('pgspan') && said.push(message)
  diag.setLogger(
    { error: say, warn: say, info: say, debug: say, verbose: say },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  )
})
afterEach(() => {
  diag.disable()
  return rm(folder, { recursive: true, force: true })
})

function entry(n: number, more: object = {}): LogEntry {
  return {
    time: Date.UTC(2026, 10, 21) + n,
    severity: 'WARN',
    eventName: 'pgspan.query',
    body: `SELECT ${n}`,
    attributes: { n, ...more },
    context: ROOT_CONTEXT,
  }
}

function write(writer: LogWriter, from: number, to: number, more: object = {}): void {
  for (let n = from; n < to; n++) writer.write(entry(n, more))
}

/** All lines of the files in the order of their names, the current one last. */
async function lines(name = 'queries.ndjson'): Promise<string[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ndjson') && file !== name).sort()
  const texts = await Promise.all([...files, name].map((file) => readFile(join(folder, file), 'utf8')))
  return texts.flatMap((text) => text.split('\n')).filter((line) => line !== '')
}

/** The number of a line that is whole. */
function parsed(line: string): unknown[] {
  try {
    return [JSON.parse(line).n]
  } catch {
    return []
  }
}

const numbers = (all: readonly string[]): unknown[] => all.map((line) => JSON.parse(line).n)
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n)

test('a line tells when, how bad, what and all attributes', async () => {
  const writer = toFiles({ directory: join(folder, 'made/for/it') })
  writer.write(entry(0, { 'db.query.text': 'SELECT ?' }))
  await writer.close()
  expect(JSON.parse(await readFile(join(folder, 'made/for/it/queries.ndjson'), 'utf8'))).toEqual({
    time: '2026-11-21T00:00:00.000Z',
    severity: 'WARN',
    body: 'SELECT 0',
    'event.name': 'pgspan.query',
    n: 0,
    'db.query.text': 'SELECT ?',
  })
  expect(writer.statistics()).toEqual({ name: 'files', written: 1, lost: 0, queued: 0 })
})

test('files that are full are put aside, all lines are kept in order, and only so many files', async () => {
  const writer = toFiles({ directory: folder, maximumFileBytes: 10_000, maximumFiles: 50 })
  write(writer, 0, 1_000)
  await writer.close()
  expect(numbers(await lines())).toEqual(upTo(1_000))
  const files = (await readdir(folder)).filter((file) => file.endsWith('.ndjson'))
  expect(files.length).toBeGreaterThan(5)
  for (const file of files) expect((await stat(join(folder, file))).size).toBeLessThan(13_000)

  const few = toFiles({ directory: folder, maximumFileBytes: 10_000, maximumFiles: 3 })
  write(few, 1_000, 2_000)
  await few.close()
  const kept = numbers(await lines())
  expect((await readdir(folder)).filter((file) => file.endsWith('.ndjson')).length).toBeLessThanOrEqual(4)
  expect(kept).toEqual(upTo(2_000).slice(-kept.length))
})

test('a file is put aside when its hour or day is over', async () => {
  vi.useFakeTimers({
    toFake: ['Date'],
    now: Date.UTC(2026, 10, 21, 23, 59, 59, 500),
    shouldAdvanceTime: true,
  })
  const writer = toFiles({ directory: folder, rotateEvery: 'hour' })
  write(writer, 0, 5)
  const putAside = async (): Promise<string[]> =>
    (await readdir(folder)).filter((file) => /^queries\.20261122T0000\d{5}Z-001\.ndjson$/.test(file))
  while ((await putAside()).length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  write(writer, 5, 10)
  await writer.close()
  vi.useRealTimers()
  expect(numbers(await lines())).toEqual(upTo(10))
  expect(numbers((await readFile(join(folder, 'queries.ndjson'), 'utf8')).trim().split('\n'))).toEqual([
    5, 6, 7, 8, 9,
  ])
})

test('a process that starts again goes on in the same file', async () => {
  for (const from of [0, 10]) {
    const writer = toFiles({ directory: folder })
    write(writer, from, from + 10)
    await writer.close()
  }
  expect(numbers(await lines())).toEqual(upTo(20))
  expect((await readdir(folder)).filter((file) => file.endsWith('.ndjson'))).toEqual(['queries.ndjson'])
})

test('two writers with names of their own share a directory', async () => {
  const options: FileOptions[] = [
    { directory: folder, fileName: 'one.ndjson', maximumFileBytes: 5_000 },
    { directory: folder, fileName: 'two.ndjson', maximumFileBytes: 5_000 },
  ]
  const writers = options.map(toFiles)
  for (const writer of writers) write(writer, 0, 200)
  await Promise.all(writers.map((writer) => writer.close()))
  const all = numbers(await lines('one.ndjson'))
  expect(all).toHaveLength(400)
})

test('a directory that cannot be written is named once; the rest is counted, and nothing throws', async () => {
  await writeFile(join(folder, 'file'), '')
  const writer = toFiles({ directory: join(folder, 'file', 'log') })
  write(writer, 0, 100)
  await new Promise((resolve) => setTimeout(resolve, 700))
  write(writer, 100, 200)
  await writer.close()
  expect(writer.statistics()).toEqual({ name: 'files', written: 0, lost: 200, queued: 0 })
  expect(said).toHaveLength(2)
  expect(said[0]).toMatch(/^pgspan: query log: cannot write to .*file\/log \(ENOTDIR\)\. It is tried again/)
  expect(said[1]).toBe('pgspan: query log: 200 entries were lost, 0 were written')
})

test('what comes while the file cannot be written is in it afterwards, and what did not fit is told of there', async () => {
  const directory = join(folder, 'log')
  await writeFile(directory, 'in the way')
  const writer = toFiles({ directory })
  const filler = 'x'.repeat(100_000)
  write(writer, 0, 60, { filler })
  await new Promise((resolve) => setTimeout(resolve, 100))
  await rm(directory)
  await mkdir(directory)
  while (writer.statistics().queued > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await writer.close()
  const { written, lost } = writer.statistics()
  const kept = (await readFile(join(directory, 'queries.ndjson'), 'utf8'))
    .split('\n')
    .filter((line) => line !== '')
  const parsed = kept.map((line) => JSON.parse(line))
  expect(written + lost).toBe(60)
  expect(lost).toBeGreaterThan(0)
  expect(parsed.filter(({ filler }) => filler !== undefined).map(({ n }) => n)).toEqual(upTo(written))
  expect(parsed.filter((line) => line['event.name'] === 'pgspan.log.lost')).toMatchObject([
    { 'pgspan.log.lost': lost },
  ])
})

const disk = smallDisk()
afterAll(() => disk?.unmount())

test.skipIf(disk === undefined)('a full disk loses nothing that can wait', async () => {
  const { directory } = disk as SmallDisk
  await writeFile(join(directory, 'filler'), 'x'.repeat(250_000))
  const writer = toFiles({ directory, maximumFileBytes: 2 ** 20 })
  write(writer, 0, 1_000)
  while (said.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
  expect(said).toEqual([expect.stringMatching(/cannot write to .* \(ENOSPC\)/)])
  expect(writer.statistics()).toMatchObject({ lost: 0, queued: expect.any(Number) })
  expect(writer.statistics().queued).toBeGreaterThan(100)
  await rm(join(directory, 'filler'))
  while (writer.statistics().queued > 0) await new Promise((resolve) => setTimeout(resolve, 50))
  await writer.close()
  const kept = (await readFile(join(directory, 'queries.ndjson'), 'utf8')).split('\n').flatMap(parsed)
  // The line at which the disk was full is there twice: cut off, and whole.
  expect(kept).toEqual(upTo(1_000))
})

test('a line that was cut off by a crash does not spoil the next one', async () => {
  await appendFile(join(folder, 'queries.ndjson'), '{"time":"2026-11-21T00:0')
  const writer = toFiles({ directory: folder })
  write(writer, 0, 2)
  await writer.close()
  const [cut, ...rest] = await lines()
  expect(cut).toBe('{"time":"2026-11-21T00:0')
  expect(numbers(rest)).toEqual([0, 1])
})

test.each([
  [{}, 'toFiles: directory must be the path of a directory'],
  [
    { directory: 'log', fileName: '../etc/passwd' },
    'toFiles: fileName must be a name of letters, digits, dots and dashes, got string',
  ],
  [
    { directory: 'log', rotateEvery: 'minute' },
    "toFiles: rotateEvery must be 'hour', 'day' or 'never', got string",
  ],
  [{ directory: 'log', size: 5 }, /^toFiles: unknown option size; known are directory, /],
])('%j is refused by name', (options, message) => {
  expect(() => toFiles(options as FileOptions)).toThrow(message)
})

interface SmallDisk {
  readonly directory: string
  unmount(): void
}

/** A file system of 320 KiB; undefined for those who may not mount one. */
function smallDisk(): SmallDisk | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'pgspan-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=320k', 'tmpfs', directory])
  if (mounted.status !== 0) {
    rmdirSync(directory)
    return undefined
  }
  return {
    directory,
    unmount() {
      spawnSync('umount', [directory])
      rmdirSync(directory)
    },
  }
}
