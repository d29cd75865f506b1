import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import planted from '../examples/shop/faults.json' with { type: 'json' }
import { seedShop } from '../examples/shop/src/database/seed.js'
import { useTestDatabase } from './support/test-database.js'

const run = promisify(execFile)
const script = fileURLToPath(new URL('support/shop-findings.mjs', import.meta.url))
const root = fileURLToPath(new URL('..', import.meta.url))
const database = useTestDatabase()

interface Found {
  readonly findings: readonly {
    readonly kind: string
    readonly tier?: string
    readonly severity: string
    readonly unit: string
    readonly source?: { readonly column: string; readonly table?: string }
    readonly callSite?: { readonly file: string; readonly line: number }
  }[]
  readonly rootsWithFindings: readonly { readonly kinds: readonly string[]; readonly target: string }[]
}

async function findingsOf(mode: string): Promise<Found> {
  const { stdout } = await run(process.execPath, [script, mode], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: database().connectionString },
    maxBuffer: 10_000_000,
  })
  return JSON.parse(stdout)
}

beforeAll(() => seedShop({ connectionString: database().connectionString, fixed: false }), 60_000)

const loops = planted.faults.filter(({ kind }) => kind === 'n_plus_one')

describe.each(['sampled', 'not sampled', 'no SDK'])('the shop, %s', (mode) => {
  test('has its N+1s proven, each with source and line, and its duplicate', async () => {
    const { findings } = await findingsOf(mode)
    const found = findings
      .filter(({ kind, severity }) => severity !== 'info' || kind === 'duplicate_query')
      // A busy machine makes queries slow and lets requests wait, and both are found.
      .filter(({ kind }) => kind !== 'slow_query' && kind !== 'pool_wait')
      .map(({ kind, tier, unit, source, callSite }) => ({
        kind,
        tier,
        unit,
        source: source?.column,
        file: callSite?.file,
        line: callSite?.line,
      }))
    const expected = [
      ...loops.map(({ kind, route, source, file, line }) => ({
        kind,
        tier: 'proven',
        unit: route,
        source,
        file,
        line,
      })),
      ...planted.faults
        .filter(({ kind }) => kind === 'duplicate_query')
        .map(({ kind, route, file, line }) => ({
          kind,
          tier: undefined,
          unit: route,
          source: undefined,
          file,
          line,
        })),
    ]
    expect(found).toHaveLength(expected.length)
    expect(found).toEqual(expect.arrayContaining(expected))
  })
})

test('the shop’s root spans carry their findings while they record', async () => {
  const { rootsWithFindings } = await findingsOf('sampled')
  const targets = new Set(
    rootsWithFindings.filter(({ kinds }) => kinds.includes('n_plus_one')).map(({ target }) => target),
  )
  expect(targets).toEqual(new Set(['/orders/recent', '/categories', '/brands']))
})

test('with the upstream instrumentation, the N+1s are repeated queries, and nothing is called proven', async () => {
  const { findings } = await findingsOf('upstream')
  const repeated = findings.filter(({ kind }) => kind === 'repeated_query')
  expect(new Set(repeated.map(({ unit }) => unit))).toEqual(
    new Set(['GET /orders/recent', 'GET /categories', 'GET /brands']),
  )
  for (const finding of findings) expect(finding.tier).toBeUndefined()
  expect(findings.filter(({ kind }) => kind === 'n_plus_one')).toEqual([])
})
