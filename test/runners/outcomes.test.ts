import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// Before the driver, so that it is watched from the start.
import {
  createReport,
  expectConstantQueries,
  expectNoFindings,
  expectNoNPlusOne,
  observeRun,
  openBaseline,
} from '@pgspan/testing'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { loadPg } from '../support/load-pg.js'
import { useTestDatabase } from '../support/test-database.js'

const require = createRequire(import.meta.url)
const pages: {
  ordersPage(pool: object, isMended: boolean): Promise<unknown>
  prepare(pool: object, size: number): Promise<void>
} = require('./suites/orders-page.cjs')

const database = useTestDatabase(`
  CREATE TABLE orders (id int PRIMARY KEY, customer_id int);
  CREATE TABLE customers (id int PRIMARY KEY, name text);`)
const pg = loadPg()
let pool: InstanceType<typeof pg.Pool>
beforeAll(async () => {
  pool = new pg.Pool({ connectionString: database().connectionString })
  await pages.prepare(pool, 12)
})
afterAll(() => pool.end())

const folder = mkdtempSync(join(tmpdir(), 'pgspan-testing-'))
afterAll(() => rmSync(folder, { recursive: true }))
const faulty = (): Promise<unknown> => pages.ordersPage(pool, false)
const mended = (): Promise<unknown> => pages.ordersPage(pool, true)
const unhurried = { slowQueryMillis: false, poolWaitMillis: false } as const

describe('a baseline', () => {
  const path = join(folder, 'baseline.json')

  test('adopts what is found when it is written, lets it pass, and says when it is gone', async () => {
    const writing = openBaseline(path, { update: true })
    await expectNoNPlusOne(faulty, { baseline: writing })
    writing.close()
    const entry = { kind: 'n_plus_one', unit: 'test', statement: 'SELECT name FROM customers WHERE id = $1' }
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ version: 1, findings: [entry] })

    const reading = openBaseline(path)
    await expectNoNPlusOne(faulty, { baseline: reading })
    expect(reading.close()).toEqual([])

    const said: unknown[] = []
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(text) > 0)
    const later = openBaseline(path)
    await expectNoNPlusOne(mended, { baseline: later })
    expect(later.close()).toMatchObject([entry])
    stderr.mockRestore()
    expect(said.join('')).toMatch(
      /baseline\.json are gone; PGSPAN_UPDATE_BASELINE=1 takes them out:\n {2}n_plus_one in test/,
    )
  })

  test('lets nothing pass that it does not know, and says how to adopt it', async () => {
    const baseline = openBaseline(join(folder, 'none.json'))
    await expect(expectNoNPlusOne(faulty, { baseline })).rejects.toThrow('run with PGSPAN_UPDATE_BASELINE=1')
  })

  test.each(['{', '[]', '{ "version": 2, "findings": [] }', '{ "version": 1, "findings": [{}] }'])(
    'is refused if it is none: %s',
    (content) => {
      const broken = join(folder, 'broken.json')
      writeFileSync(broken, content)
      expect(() => openBaseline(broken)).toThrow(`${broken} is no baseline`)
    },
  )
})

describe('a report', () => {
  const write = async (name: string): Promise<Record<string, unknown>> => {
    const report = createReport()
    const baseline = openBaseline(join(folder, 'another.json'), { update: true })
    await expectNoFindings(faulty, { report, baseline, ...unhurried })
    await expectNoFindings(mended, { report, ...unhurried })
    await expectNoFindings(() => pool.query('SELECT pg_sleep(0.01)'), { report, ...unhurried })
    // A finding without a line of code: nobody awaits a pool’s callback.
    const seen = await observeRun(faulty, unhurried)
    report.add(
      seen.findings.map((each) => ({ ...each, id: '0123456789abcdef', callSite: undefined })),
      () => false,
    )
    report.write(join(folder, name))
    return JSON.parse(readFileSync(join(folder, name), 'utf8'))
  }

  test('in JSON has each finding once, and says which are known', async () => {
    expect(await write('report.json')).toMatchObject({
      version: 1,
      findings: [
        {
          kind: 'n_plus_one',
          tier: 'proven',
          isKnown: true,
          callSite: { file: 'test/runners/suites/orders-page.cjs' },
        },
        { id: '0123456789abcdef', isKnown: false },
      ],
    })
  })

  test('in SARIF is valid by the schema of SARIF 2.1.0, with rule, level, place and identity', async () => {
    const log = await write('report.sarif')
    const {
      $schema: _,
      id: _id,
      ...schema
    } = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
    const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false })
    // The module is CommonJS, and TypeScript sees its namespace.
    ;(formats as unknown as (ajv: Ajv) => void)(ajv)
    const validate = ajv.compile(schema)
    validate(log)
    expect(validate.errors).toBeNull()
    expect(validate({ ...log, runs: [{ tool: {} }] })).toBe(false)
    expect(log).toMatchObject({
      runs: [
        {
          tool: { driver: { name: 'pgspan', rules: [{ id: 'n_plus_one', name: 'NPlusOne' }] } },
          results: [
            {
              ruleId: 'n_plus_one',
              ruleIndex: 0,
              level: 'warning',
              baselineState: 'unchanged',
              locations: [
                {
                  physicalLocation: {
                    artifactLocation: { uri: 'test/runners/suites/orders-page.cjs' },
                    region: { startLine: 8 },
                  },
                },
              ],
            },
            {
              baselineState: 'new',
              locations: [],
              partialFingerprints: { 'pgspanFindingId/v1': '0123456789abcdef' },
            },
          ],
        },
      ],
    })
  })
})

describe('constant queries', () => {
  test('may be fewer for more data, and give back what the code returned', async () => {
    const known = new Set<string>()
    const load = async (size: number): Promise<number> => {
      if (!known.has('settings')) await pool.query('SELECT name FROM customers WHERE id = $1', [1])
      known.add('settings')
      await pool.query('SELECT id FROM orders')
      return size
    }
    expect(await expectConstantQueries([2, 5], load)).toEqual([2, 5])
  })

  test('are found to grow in a loop of writes, too', async () => {
    const save = async (size: number): Promise<void> => {
      for (let n = 0; n < size; n++)
        await pool.query('UPDATE orders SET customer_id = $1 WHERE id = $2', [n, n])
    }
    await expect(expectConstantQueries([1, 2, 3], save)).rejects.toThrow(
      /UPDATE orders ran 1, 2 and 3 times for 1, 2 and 3:\n {2}UPDATE orders SET customer_id = \$1 WHERE id = \$2\n {2}at save \(test\/runners\/outcomes\.test\.ts:\d+\)/,
    )
  })

  test.each([[[5]], [[5, 2]], [[2, 2]], [[1.5, 2]]])('need sizes that rise: %j', async (sizes) => {
    await expect(expectConstantQueries(sizes, mended)).rejects.toThrow(
      new TypeError('expectConstantQueries: sizes must be at least two integers in rising order'),
    )
  })
})
