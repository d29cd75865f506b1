import type { LogBatch, LoggedQuery } from './logged-query.js'
import { type GroupFigures, NameCounts, type NamedCount, QueryGroup } from './query-group.js'
import { Timeline, type TimelinePoint } from './timeline.js'

/** Which queries are looked at; all by default. */
export interface LogFilter {
  /** Milliseconds since 1970, of the end of the query. */
  readonly since?: number | undefined
  readonly until?: number | undefined
  /** The request, job or trace by its exact name, or by its route. */
  readonly route?: string | undefined
  /** Only executions of this many milliseconds or more. */
  readonly slowerThanMillis?: number | undefined
}

/** What a log says. */
export interface LogAnalysis {
  /** ISO times of the first and the last query; undefined if there is none. */
  readonly from: string | undefined
  readonly until: string | undefined
  readonly all: GroupFigures
  /** Why they were logged: `failed`, `slow`, `sampled`. */
  readonly reasons: readonly NamedCount[]
  /** Entries that the log says it has lost. */
  readonly lost: number
  /** Lines that could not be read. */
  readonly unreadable: number
  /** By total time. At most 2,000, the others together as `_OTHER`. */
  readonly families: readonly FamilyFigures[]
  /** By total time. At most 2,000, the others together as `_OTHER`. */
  readonly routes: readonly RouteFigures[]
  readonly timeline: readonly TimelinePoint[]
  /** Seconds that a point of the timeline stands for. */
  readonly timelineSeconds: number
}

/** Queries that differ in literals, layout, comments or list lengths only. */
export interface FamilyFigures extends GroupFigures {
  readonly fingerprint: string
  readonly summary: string
  readonly statement: string
  /** The requests, jobs and traces that made them. */
  readonly units: readonly NamedCount[]
  readonly callSites: readonly NamedCount[]
}

/** Queries of one kind of request, job or trace; `(none)` for those outside any. */
export interface RouteFigures extends GroupFigures {
  readonly name: string
  /** Their statements. */
  readonly statements: readonly NamedCount[]
}

const maximumGroups = 2_000
const otherGroups = '_OTHER'

/** Reads a log to its end and adds up. A million entries take some seconds, and no more memory than a thousand. */
export async function analyseLog(
  source: AsyncIterable<LogBatch>,
  filter: LogFilter = {},
): Promise<LogAnalysis> {
  const collector = new LogCollector()
  for await (const batch of source) collector.take(batch, filter)
  return collector.analysis
}

/** The latest queries of a log, in order. */
export async function latestQueries(
  source: AsyncIterable<LogBatch>,
  count: number,
  filter: LogFilter = {},
): Promise<readonly LoggedQuery[]> {
  let latest: LoggedQuery[] = []
  for await (const { queries } of source) {
    latest.push(...queries.filter((query) => passes(query, filter)))
    // Several processes may have written, so that order is not that of time.
    latest = latest.sort((left, right) => left.time - right.time).slice(-count)
  }
  return latest
}

function passes({ time, millis, unit }: LoggedQuery, filter: LogFilter): boolean {
  const { since, until, route, slowerThanMillis } = filter
  if (since !== undefined && time < since) return false
  if (until !== undefined && time >= until) return false
  if (slowerThanMillis !== undefined && millis < slowerThanMillis) return false
  return route === undefined || unit === route || unit?.slice(unit.indexOf(' ') + 1) === route
}

interface Family {
  readonly summary: string
  readonly statement: string
  readonly group: QueryGroup
  readonly units: NameCounts
  readonly callSites: NameCounts
}

interface Route {
  readonly group: QueryGroup
  readonly statements: NameCounts
}

class LogCollector {
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  #lost = 0
  #unreadable = 0
  readonly #all: QueryGroup = new QueryGroup()
  readonly #reasons: NameCounts = new NameCounts()
  readonly #families: Map<string, Family> = new Map()
  readonly #routes: Map<string, Route> = new Map()
  readonly #timeline: Timeline = new Timeline()

  take({ queries, lost, unreadable }: LogBatch, filter: LogFilter): void {
    this.#lost += lost
    this.#unreadable += unreadable
    for (const query of queries) if (passes(query, filter)) this.#add(query)
  }

  #add(query: LoggedQuery): void {
    const { time, millis, reason, error, unit, callSite } = query
    if (time < this.#first) this.#first = time
    if (time > this.#last) this.#last = time
    this.#all.add(query)
    this.#reasons.add(reason)
    this.#timeline.add(time, millis, error !== undefined)
    const family = this.#familyOf(query)
    family.group.add(query)
    family.units.add(unit ?? noUnit)
    if (callSite !== undefined) family.callSites.add(callSite)
    const route = groupOf(this.#routes, unit ?? noUnit, () => ({
      group: new QueryGroup(),
      statements: new NameCounts(),
    }))
    route.group.add(query)
    route.statements.add(query.summary || query.fingerprint)
  }

  #familyOf({ fingerprint, summary, statement }: LoggedQuery): Family {
    return groupOf(this.#families, fingerprint, (key) => ({
      ...(key === otherGroups ? { summary: otherGroups, statement: '' } : { summary, statement }),
      group: new QueryGroup(),
      units: new NameCounts(),
      callSites: new NameCounts(),
    }))
  }

  get analysis(): LogAnalysis {
    const all = this.#all.figures
    const timeOf = (time: number): string | undefined =>
      all.count === 0 ? undefined : new Date(time).toISOString()
    return {
      from: timeOf(this.#first),
      until: timeOf(this.#last),
      all,
      reasons: this.#reasons.list,
      lost: this.#lost,
      unreadable: this.#unreadable,
      families: [...this.#families].map(familyFigures).sort(byTotal),
      routes: [...this.#routes].map(routeFigures).sort(byTotal),
      timeline: this.#timeline.points,
      timelineSeconds: this.#timeline.width,
    }
  }
}

const noUnit = '(none)'

function groupOf<Group>(groups: Map<string, Group>, name: string, make: (key: string) => Group): Group {
  const key = groups.has(name) || groups.size < maximumGroups ? name : otherGroups
  let group = groups.get(key)
  if (group === undefined) {
    group = make(key)
    groups.set(key, group)
  }
  return group
}

function familyFigures([fingerprint, family]: [string, Family]): FamilyFigures {
  const { summary, statement, group, units, callSites } = family
  return { fingerprint, summary, statement, ...group.figures, units: units.list, callSites: callSites.list }
}

function routeFigures([name, { group, statements }]: [string, Route]): RouteFigures {
  return { name, ...group.figures, statements: statements.list }
}

function byTotal(left: GroupFigures, right: GroupFigures): number {
  return right.totalMillis - left.totalMillis
}
