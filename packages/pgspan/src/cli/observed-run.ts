import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Diagnosis } from '@pgspan/pool-care'

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
    await run(application, seconds, {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(preload)}`.trim(),
      PGSPAN_DOCTOR_REPORTS: folder,
      PGSPAN_DOCTOR_INSTANCES: String(instances),
    })
    return merge(await readReports(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function run(
  [command = '', ...args]: readonly string[],
  seconds: number | undefined,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const child = spawn(command, args, { stdio: ['inherit', 2, 2], env })
  // A terminal sends Ctrl-C to both: the application ends as it does by itself, and the report follows.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  const end = (): void => {
    child.kill('SIGTERM')
  }
  process.once('SIGTERM', end)
  const timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1_000)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`the application cannot be started: ${error.message}`)))
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      process.off('SIGINT', ignore)
      process.off('SIGTERM', end)
      const isStopped = signal !== null || code === 0 || code === 128 + constants.signals.SIGINT
      if (!isStopped) process.stderr.write(`pgspan: the application ended with ${code}\n`)
      resolve()
    })
  })
}

async function readReports(folder: string): Promise<readonly ProcessReport[]> {
  const names = await readdir(folder)
  // Written by the preload of this same package.
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as ProcessReport),
  )
}

/** Each diagnosis once, however many processes the application has. */
function merge(reports: readonly ProcessReport[]): ObservedRun {
  const byKey = new Map<string, Diagnosis>()
  for (const { diagnoses } of reports)
    for (const diagnosis of diagnoses) byKey.set(`${diagnosis.check} ${diagnosis.subject}`, diagnosis)
  if (!reports.some(({ hasQueried }) => hasQueried)) byKey.set('nothing_observed', nothingObserved)
  return {
    diagnoses: [...byKey.values()],
    pools: reports.reduce((sum, { pools }) => sum + pools, 0),
  }
}

const nothingObserved: Diagnosis = {
  check: 'nothing_observed',
  severity: 'error',
  subject: 'telemetry',
  problem: 'No query of the application was seen.',
  consequence: 'There are no spans, no metrics and no findings.',
  remedy:
    'If pg is inside a bundle, or of a driver with its own copy, call instrumentPg(pg) or instrumentPool(pool); else see that the application has queried its database.',
}
