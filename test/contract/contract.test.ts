import { SpanStatusCode } from '@opentelemetry/api'
import { beforeAll, describe, expect, test } from 'vitest'
import { loadNativePg } from '../support/drivers.js'
import { runNode } from '../support/run-child.js'
import { useTestDatabase } from '../support/test-database.js'
import { allCells } from './cells.mjs'
import { schema } from './statements.mjs'

// Every way to reach the driver, in one process with the bare driver and in one with the observed one.

const database = useTestDatabase(schema)
const runner = new URL('run.mjs', import.meta.url).pathname

interface Seen {
  /** What the caller's code noted, in its order, with turns of the loop of microtasks in between. */
  readonly log: readonly (readonly [what: string, value: unknown])[]
  /** Keys, prototype and listeners of what the caller handed over. */
  readonly after: unknown
  /** What has changed of the client and its connection since before the query. */
  readonly clientAfter: unknown
}
interface Recorded {
  readonly started: number
  readonly ended: readonly { readonly errorType?: string; readonly status: SpanStatusCode }[]
}
type Cells = Map<string, { seen: Seen; recorded: Recorded } | 'hangs'>

async function runCells(entries: string, observed: boolean): Promise<Cells> {
  const { stdout, stderr } = await runNode([runner], {
    DATABASE_URL: database().connectionString,
    ENTRIES: entries,
    ...(observed && { OBSERVED: '1' }),
  })
  const lines = stdout.trim().split('\n').filter(Boolean)
  if (lines.length === 0) throw new Error(stderr.slice(-2000))
  return new Map(lines.map((line) => JSON.parse(line)))
}

const failures: Record<string, string> = {
  'server error': '22012',
  'syntax error': '42601',
  'statement timeout': '57014',
  'query timeout': 'query_timeout',
  cancelled: '57014',
  'connection lost': '57P01',
}

/** `error.type` of the cell's span; undefined for a success. */
function expectedError({
  entry,
  shape,
  outcome,
}: {
  entry: string
  shape: string
  outcome: string
}): unknown {
  const isRefused = entry === 'pipeline' && !shape.startsWith('Query') && ownShapes.includes(shape)
  if (isRefused) return 'not_supported_in_pipeline'
  if (shape === 'copy in' && outcome === 'server error') return '22P02'
  // The replication protocol has a parser of its own.
  if (shape === 'copy both' && outcome === 'syntax error') return '0A000'
  if (outcome !== 'ended early') return failures[outcome]
  // A pipeline is answered before it is closed; a cursor and a stream are closed by their readers; COPY is cancelled.
  if (entry === 'pipeline' || shape === 'cursor' || shape === 'stream') return undefined
  return shape === 'copy in' ? '57014' : 'connection_terminated'
}
const ownShapes = ['cursor', 'stream', 'copy in', 'copy out', 'copy both']

describe.each([
  ['others', true],
  ['native', loadNativePg() !== undefined],
] as const)('%s', (entries, isThere) => {
  let bare: Cells
  let observed: Cells
  beforeAll(async () => {
    if (isThere) [bare, observed] = await Promise.all([runCells(entries, false), runCells(entries, true)])
  }, 180_000)

  const cells = allCells().filter(
    ({ entry, impossible }) => impossible === undefined && (entry === 'native') === (entries === 'native'),
  )

  test.skipIf(!isThere).each(cells)('$name: as with the bare driver, and one ended span', (cell) => {
    const [left, right] = [bare.get(cell.name), observed.get(cell.name)]
    if (typeof left !== 'object' || typeof right !== 'object') {
      throw new Error(`bare: ${left}, observed: ${right}`)
    }
    expect(left.seen.log.length).toBeGreaterThan(0)
    expect(right.seen).toEqual(left.seen)
    const errorType = expectedError(cell)
    expect(right.recorded).toEqual({
      started: 1,
      ended: [
        errorType === undefined
          ? { status: SpanStatusCode.UNSET }
          : { status: SpanStatusCode.ERROR, errorType },
      ],
    })
  })
})

test('what cannot be tried has its reason', () => {
  const reasons: Record<string, number> = {}
  for (const { impossible } of allCells())
    if (impossible) reasons[impossible] = (reasons[impossible] ?? 0) + 1
  expect(reasons).toMatchInlineSnapshot(`
    {
      "a query stream takes no callback": 24,
      "a replication connection is neither pooled nor pipelined": 9,
      "a stream of COPY takes no callback": 72,
      "an empty text cannot fail": 40,
      "an empty text takes no time": 100,
      "libpq has no messages that the object could speak": 160,
      "pool.query gives no connection to end": 20,
      "pool.query hands its own callback to the object and waits for it for ever": 192,
      "refused in pipeline mode, whatever it asks": 42,
      "replication runs until it is ended": 4,
      "the driver closes the connection and tells the object nothing": 2,
      "the object makes no promise of the client's": 152,
      "there is no config": 152,
    }
  `)
})
