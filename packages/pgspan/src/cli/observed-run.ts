import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Diagnosis } from '@pgspan/pool-care'
import { readReports, runApplication } from './run-application.js'

/** What was seen of an application while it ran. */
export interface ObservedRun {
  readonly diagnoses: readonly Diagnosis[]
  readonly pools: number
}

/** What the preload writes for each process. */
export interface ProcessReport {
  /** False if no query was seen: there was none, or the driver was out of reach. */
  readonly hasQueried: boolean
  readonly pools: number
  readonly diagnoses: readonly Diagnosis[]
}

const preload = join(__dirname, 'doctor-preload.js')

/**
 * Runs an application with the doctor inside, until it ends, Ctrl-C, or the time is over. Its output goes to stderr,
 * so that stdout has the report alone.
 *
 * @throws if it cannot be started.
 */
export async function runObserved(
  application: readonly string[],
  { instances, seconds }: { readonly instances: number; readonly seconds?: number },
): Promise<ObservedRun> {
  const folder = await mkdtemp(join(tmpdir(), 'pgspan-doctor-'))
  try {
    await runApplication(application, seconds, preload, {
      PGSPAN_DOCTOR_REPORTS: folder,
      PGSPAN_DOCTOR_INSTANCES: String(instances),
    })
    return merge(await readReports<ProcessReport>(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Each diagnosis once, however many processes the application has. */
function merge(reports: readonly ProcessReport[]): ObservedRun {
  const byKey = new Map<string, Diagnosis>()
  for (const { diagnoses } of reports)
    for (const diagnosis of diagnoses) byKey.set(keyOf(diagnosis), diagnosis)
  const isExplained = [...byKey.values()].some(({ check }) => blindness.includes(check))
  if (!isExplained && !reports.some(({ hasQueried }) => hasQueried))
    byKey.set('nothing_observed', nothingObserved)
  return {
    diagnoses: [...byKey.values()],
    pools: reports.reduce((sum, { pools }) => sum + pools, 0),
  }
}

/** Of a pool the last word counts; of telemetry, each thing that is wrong. */
function keyOf({ check, subject, problem }: Diagnosis): string {
  return `${check} ${subject === 'telemetry' ? problem : subject}`
}

/** These say why nothing was seen. */
const blindness: readonly string[] = ['bundled_driver', 'unseen_driver']

const nothingObserved: Diagnosis = {
  check: 'nothing_observed',
  severity: 'error',
  subject: 'telemetry',
  problem: 'No query of the application was seen.',
  consequence: 'There are no spans, no metrics and no findings.',
  remedy:
    'See that the application has queried its database. A driver that has pg inside and reaches its server by other ways than TCP is seen after instrumentPool(pool).',
}
