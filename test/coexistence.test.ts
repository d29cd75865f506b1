import { cp, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { driversFolder, printed, runNode } from './support/run-child.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()

/** What one style of query gave, in an application with some instrumentations. */
interface Answer {
  readonly result: unknown
  readonly spans: readonly string[]
  /** How often the application's own function around `query` ran. */
  readonly own: number
  readonly datadog: number
  readonly insideAsCaller: boolean
}
type Answers = Record<string, Answer>

async function run(env: Record<string, string>): Promise<Answers> {
  return printed(await runNode(['apps/coexist.cjs'], { DATABASE_URL: database().connectionString, ...env }))
}

const each = <Value>(answers: Answers, read: (answer: Answer) => Value): Record<string, Value> =>
  Object.fromEntries(Object.entries(answers).map(([style, answer]) => [style, read(answer)]))

/** Every style makes one query, but for the two at a time. */
const queries = (style: string): number => (style === 'pool, contended' ? 2 : 1)

let bare: Answers
beforeAll(async () => {
  bare = await run({ REGISTER: '' })
  expect(each(bare, ({ spans }) => spans)).toEqual(each(bare, () => []))
})

const orders = ['ours', 'upstream,ours', 'ours,upstream', 'upstream,ours,upstream', 'ours,upstream,ours']
const modules = [
  ['CommonJS', {}],
  ['ESM', { ESM: '1' }],
] as const

describe.each(modules)('in %s', (_name, module) => {
  test.each(orders)(
    '%s: one span per query, ours, and what the caller gets is what it gets bare',
    async (order) => {
      const answers = await run({ ...module, REGISTER: order })
      for (const [style, answer] of Object.entries(answers)) {
        expect({ style, result: answer.result }).toEqual({ style, result: bare[style]?.result })
        expect({ style, spans: answer.spans }).toEqual({
          style,
          spans: Array(queries(style)).fill('instrumentation-pg: SELECT'),
        })
        expect({ style, insideAsCaller: answer.insideAsCaller }).toEqual({ style, insideAsCaller: true })
      }
    },
  )

  test.each(
    ['prototype', 'subclass', 'instance'].flatMap((wrap) =>
      ['ours', 'upstream,ours', 'ours,upstream'].map((order) => [wrap, order] as const),
    ),
  )("an application's own %s override runs once per query, next to '%s'", async (wrap, order) => {
    const answers = await run({ ...module, OWN_WRAP: wrap, REGISTER: order })
    for (const [style, answer] of Object.entries(answers)) {
      const isPooled = style.startsWith('pool') || style === 'checkout'
      const runs = wrap === 'instance' && isPooled ? 0 : queries(style)
      expect({ style, own: answer.own }).toEqual({ style, own: runs })
      expect({ style, spans: answer.spans.length }).toEqual({
        style,
        spans: queries(style),
      })
      expect({ style, result: answer.result }).toEqual({ style, result: bare[style]?.result })
    }
  })
})

describe('next to other tools', () => {
  test.each(['sentry,ours', 'ours,sentry'])('%s: one span per query, ours', async (order) => {
    const alone = await run({ REGISTER: 'sentry' })
    expect(alone.promise?.spans).toEqual([expect.stringContaining('node: pg.query:SELECT')])
    const answers = await run({ REGISTER: order })
    expect(each(answers, ({ spans }) => spans)).toEqual(
      Object.fromEntries(
        Object.keys(bare).map((style) => [style, Array(queries(style)).fill('instrumentation-pg: SELECT')]),
      ),
    )
    expect(each(answers, ({ result }) => result)).toEqual(each(bare, ({ result }) => result))
    expect(each(answers, ({ insideAsCaller }) => insideAsCaller)).toEqual(each(bare, () => true))
  })

  test.each(['dd,ours', 'ours,dd'])('%s: one span of each per query', async (order) => {
    const answers = await run({ REGISTER: order })
    const once = Object.fromEntries(Object.keys(bare).map((style) => [style, queries(style)]))
    expect(each(answers, ({ spans }) => spans.length)).toEqual(once)
    expect(each(answers, ({ datadog }) => datadog)).toEqual(once)
    expect(each(answers, ({ result }) => result)).toEqual(each(bare, ({ result }) => result))
  })
})

test.each(['ours', 'upstream'])('with %s first, each records again while the other is off', async (first) => {
  const ended = await runNode(['apps/toggle.cjs'], {
    DATABASE_URL: database().connectionString,
    FIRST: first,
  })
  const ours = 'instrumentation-pg: SELECT'
  const upstream = `instrumentation-pg: pg.query:SELECT ${database().name}`
  expect(printed(ended)).toEqual({
    steps: [
      ['both', ours, 2],
      ['ours off', upstream, 2],
      ['ours on again', ours, 2],
      ['upstream off', ours, 2],
      ['upstream on again', ours, 2],
      ['and again', ours, 2],
      ['ours off, but somebody listens', upstream, 2],
      ['both off', 0],
    ],
    heard: 2,
  })
})

describe('several copies in one process', () => {
  const built = fileURLToPath(new URL('../packages/', import.meta.url))
  let folder: string
  beforeAll(async () => {
    // A copy that finds its own copies of what it needs, and everything else where ours finds it.
    folder = await mkdtemp(join(driversFolder, 'node_modules', '.copy-'))
    for (const name of ['conventions', 'query-text', 'lifecycle', 'instrumentation-pg']) {
      const copy = join(folder, 'node_modules', '@pgspan', name)
      await cp(join(built, name, 'dist'), join(copy, 'dist'), { recursive: true })
      await cp(join(built, name, 'package.json'), join(copy, 'package.json'))
    }
    const hook = 'require-in-the-middle'
    await symlink(
      await realpath(join(built, 'instrumentation-pg', 'node_modules', hook)),
      join(folder, 'node_modules', hook),
    )
  })
  afterAll(() => rm(folder, { recursive: true }))

  test.each([
    ['two copies of ours', () => join(folder, 'node_modules', '@pgspan')],
    ['two instances of one copy', () => built],
  ])(
    '%s share one layer and one unit of work, and each provider gets one span per query and one event per error',
    async (_what, second) => {
      const ended = await runNode(['apps/copies.cjs'], {
        DATABASE_URL: database().connectionString,
        FIRST_COPY: built,
        SECOND_COPY: second(),
      })
      const queries = Array(3).fill('instrumentation-pg: SELECT')
      const spans = [queries, queries]
      expect(printed(ended)).toEqual({
        different: second() !== built,
        oneState: true,
        units: ['job of pg', null, 'job of pg-8.11', 'job of pg-8.16'],
        eventsOfEach: [3, 3],
        eventsOfOne: [1, 0],
        answers: { pg: spans, 'pg-8.11': spans, 'pg-8.16': spans },
      })
    },
  )
})
