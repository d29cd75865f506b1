import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { startPgBouncer } from '../support/pgbouncer.js'
import { findProgram } from '../support/programs.js'
import { nodeProgram } from './binaries.js'
import { type Cell, cells, gaps, leftOut, nameOf, type Route } from './cells.js'
import type { ContractReport } from './contract-report.js'
import { runContract, starts } from './contract-run.js'
import { Installations } from './installations.js'
import { type ContractRun, judge } from './judge.js'
import { judgedSpansOf, type Target } from './judge-spans.js'
import { keepRun, type Row } from './last-run.js'
import { expectedMembers } from './private-members.js'
import { Servers } from './servers.js'

const installations = new Installations()
const servers = new Servers(inject('postgres'))
const pgbouncer = findProgram('pgbouncer')
const rows = new Map<Cell, Row>()

afterAll(async () => {
  await servers.stop()
  await installations.remove()
  // Part of the matrix is no run of it.
  if (rows.size === cells.length)
    await keepRun(
      cells.flatMap((cell) => rows.get(cell) ?? []),
      leftOut,
    )
}, 60_000)

describe('in every cell, results are those of the bare driver and telemetry is true', () => {
  for (const cell of cells) {
    const skip = cell.route !== 'direct' && pgbouncer === undefined
    test.skipIf(skip)(nameOf(cell), async () => {
      const alone = `This cell alone: npm run matrix -- -t '${nameOf(cell)}'`
      const { row, problems } = await runCell(cell)
      rows.set(cell, row)
      expect(problems, alone).toEqual([])
    })
  }
})

type Runs = Readonly<Record<keyof typeof starts, { readonly run: ContractRun; readonly target: Target }>>

async function runCell(cell: Cell): Promise<{ row: Row; problems: readonly string[] }> {
  const runs = await runAll(cell)
  const makesEvents = gaps[cell.openTelemetry] === undefined
  const problems = (['required', 'imported'] as const).flatMap((start) =>
    judge(runs.bare.run, runs[start].run, runs[start].target, makesEvents).map((text) => `${start}: ${text}`),
  )
  problems.push(...judgeMembers(cell, runs.bare.run.report))
  return { row: await rowOf(cell, runs, problems), problems }
}

/** The contract in each of its starts, at once, each with a database of its own. */
async function runAll(cell: Cell): Promise<Runs> {
  const [node, folder] = [await nodeProgram(cell.node), await installations.folderOf(cell)]
  const entries = await Promise.all(
    Object.keys(starts).map(async (start) => {
      const database = await servers.database(cell.postgres)
      const bouncer =
        cell.route === 'direct' || pgbouncer === undefined
          ? undefined
          : await startPgBouncer(pgbouncer, database, cell.route)
      try {
        const url = bouncer?.route(database) ?? database
        const run = await runContract({
          node,
          folder,
          // The keys of `starts`.
          start: start as keyof typeof starts,
          databaseUrl: url.href,
          serverUrl: database.href,
          abilities: abilitiesOf(cell),
        })
        const target = { namespace: url.pathname.slice(1), address: url.hostname, port: Number(url.port) }
        return [start, { run, target }] as const
      } finally {
        await bouncer?.stop()
        await servers.drop(database)
      }
    }),
  )
  return Object.fromEntries(entries) as Runs
}

/** What a server can be asked for that is reached this way. */
const abilities: Readonly<Record<Route, readonly string[]>> = {
  direct: ['session', 'transactions'],
  session: ['session', 'transactions'],
  transaction: ['transactions'],
  statement: ['statement pooling'],
}

/**
 * The bare drivers of these releases leave the beginning of a message behind when a value cannot be sent, and send it to
 * the next server that the process connects to: "unsupported frontend protocol".
 */
const leaveHalfMessages: ReadonlySet<Cell['pg']> = new Set(['8.11', '8.16', '8.20'])

function abilitiesOf({ pg, route }: Cell): readonly string[] {
  return leaveHalfMessages.has(pg) ? abilities[route] : [...abilities[route], 'unsendable values']
}

/** The private members of the driver on which the patches rely are where they are said to be. */
function judgeMembers({ pg }: Cell, { privateMembers = {} }: ContractReport): readonly string[] {
  const expected = expectedMembers(pg)
  return [...new Set([...Object.keys(privateMembers), ...Object.keys(expected)])]
    .filter((name) => privateMembers[name] !== expected[name])
    .map((name) => `pg ${pg}: ${name} is ${privateMembers[name] ? '' : 'not '}there`)
}

async function rowOf(cell: Cell, { bare, required }: Runs, problems: readonly string[]): Promise<Row> {
  const { versions, telemetry, outcomes } = required.run.report
  const queries = telemetry === undefined ? 0 : judgedSpansOf(telemetry).length
  const gap = gaps[cell.openTelemetry]
  return {
    node: versions.node ?? '',
    openTelemetry: `${cell.openTelemetry} (api ${versions['@opentelemetry/api']})`,
    pg: `${versions.pg} (pg-pool ${versions['pg-pool']})`,
    postgres: bare.run.report.server ?? '',
    route: cell.route === 'direct' ? 'direct' : `${await pgbouncerVersion()}, ${cell.route} mode`,
    result:
      problems.length === 0
        ? `${outcomes.length} scenarios, ${queries} queries${gap === undefined ? '' : `; ${gap}`}`
        : `fails in ${problems.length} ways`,
  }
}

async function pgbouncerVersion(): Promise<string> {
  const { stdout } = await promisify(execFile)(pgbouncer ?? 'pgbouncer', ['--version'])
  return stdout.split('\n')[0] ?? ''
}
