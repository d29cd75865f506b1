import { writeFile } from 'node:fs/promises'
import {
  analyseLog,
  type FamilyFigures,
  familiesText,
  familyText,
  type GroupFigures,
  type GroupOrder,
  groupOrders,
  htmlReport,
  type LogAnalysis,
  ordered,
  queryText,
  routesText,
  summaryText,
} from '@pgspan/slow-query-log'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type LogPlace, latestIn, openLog } from './log-place.js'
import { momentOf } from './moment.js'

interface CommonFlags extends LogPlace {
  readonly since?: number
  readonly until?: number
  readonly route?: string
  readonly slowerThan?: number
  readonly json?: boolean
}

interface TopFlags extends CommonFlags {
  readonly by: GroupOrder
  readonly routes?: boolean
  readonly limit: number
}

/** Adds `pgspan slow-log`, which reads what the query log has written to files or to its table. */
export function addSlowLogCommand(program: Command): void {
  const slowLog = program.command('slow-log').description('say what the query log has written says')
  const add = (name: string, description: string): Command =>
    withCommonFlags(slowLog.command(name), description)
  add('top', 'statements, or requests and jobs, by what they cost')
    .argument('[path]', 'a file, or a directory of them')
    .addOption(new Option('--by <figure>', 'order').choices(groupOrders).default('total'))
    .option('--routes', 'requests and jobs instead of statements')
    .option('--limit <count>', 'how many', countOf, 10)
    .action((path: string | undefined, flags: TopFlags) => top({ ...flags, ...pathFlag(path) }))
  add('tail', 'the latest queries')
    .argument('[path]', 'a file, or a directory of them')
    .option('--limit <count>', 'how many', countOf, 20)
    .action((path: string | undefined, flags: TopFlags) => tail({ ...flags, ...pathFlag(path) }))
  add('show', 'everything on one statement')
    .argument('<statement>', 'its fingerprint or the beginning of it, or its summary')
    .argument('[path]', 'a file, or a directory of them')
    .action((name: string, path: string | undefined, flags: CommonFlags) =>
      show(name, { ...flags, ...pathFlag(path) }),
    )
  add('report', 'a page with charts, for a browser; one file that needs no network')
    .argument('[path]', 'a file, or a directory of them')
    .option('--output <file>', 'where to; stdout by default')
    .action((path: string | undefined, flags: CommonFlags & { output?: string }) =>
      report({ ...flags, ...pathFlag(path) }),
    )
}

function withCommonFlags(command: Command, description: string): Command {
  return command
    .description(description)
    .option(
      '--database [url]',
      'read the table of this database instead; without a URL, the one of PG* variables',
    )
    .option('--table <name>', 'its name', 'pgspan_queries')
    .option('--since <time>', 'from then on: 90m, 2h, 3d ago, or an ISO time', timeOf)
    .option('--until <time>', 'until then, likewise', timeOf)
    .option('--route <route>', 'only these requests or jobs: /orders/:id, or the whole name')
    .option('--slower-than <millis>', 'only executions of so many milliseconds', countOf)
    .option('--json', 'print JSON')
}

async function top(flags: TopFlags): Promise<void> {
  const analysis = await analysisOf(flags)
  const { families, routes, all } = analysis
  const first = <Group extends GroupFigures>(groups: readonly Group[]): Group[] =>
    ordered(groups, flags.by).slice(0, flags.limit)
  if (flags.json) {
    printJson({ ...analysis, families: first(families), routes: first(routes) })
    return
  }
  const total = all.totalMillis
  const text = flags.routes ? routesText(first(routes), total) : familiesText(first(families), total)
  process.stdout.write(`${summaryText(analysis)}\n${text}`)
}

async function tail(flags: TopFlags): Promise<void> {
  const latest = await latestIn(flags, flags.limit, filterOf(flags))
  if (flags.json) printJson(latest)
  else process.stdout.write(latest.map((query) => `${queryText(query)}\n`).join(''))
}

async function show(name: string, flags: CommonFlags): Promise<void> {
  const { families, all } = await analysisOf(flags)
  const found = families.filter((family) => isNamed(family, name))
  if (found.length === 0)
    throw new Error(`no statement of the log is ${name}; pgspan slow-log top lists them`)
  if (flags.json) printJson(found)
  else process.stdout.write(found.map((family) => familyText(family, all.totalMillis)).join('\n'))
}

function isNamed({ fingerprint, summary }: FamilyFigures, name: string): boolean {
  return summary === name || (name.length > 3 && fingerprint.startsWith(name))
}

async function report(flags: CommonFlags & { readonly output?: string }): Promise<void> {
  const analysis = await analysisOf(flags)
  const text = flags.json ? JSON.stringify(analysis) : htmlReport(analysis)
  if (flags.output === undefined) process.stdout.write(text)
  else await writeFile(flags.output, text)
}

async function analysisOf(flags: CommonFlags): Promise<LogAnalysis> {
  return analyseLog(openLog(flags), filterOf(flags))
}

function filterOf({ since, until, route, slowerThan }: CommonFlags): Parameters<typeof analyseLog>[1] {
  return { since, until, route, slowerThanMillis: slowerThan }
}

function pathFlag(path: string | undefined): Pick<LogPlace, 'path'> {
  return path === undefined ? {} : { path }
}

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
}

function timeOf(text: string): number {
  const time = momentOf(text, Date.now())
  if (time === undefined) throw new InvalidArgumentError('It must be like 90m, 2h or 3d, or an ISO time.')
  return time
}

function countOf(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1)
    throw new InvalidArgumentError('It must be a whole number above 0.')
  return count
}
