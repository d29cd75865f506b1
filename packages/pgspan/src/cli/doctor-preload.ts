import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hookPg } from '@pgspan/instrumentation-pg'
import { followHttpRequests, type Observer, type PoolView, processState } from '@pgspan/lifecycle'
import { type Diagnosis, type Doctor, startDoctor } from '@pgspan/pool-care'
import type { ProcessReport } from './observed-run.js'
import { ApplicationTelemetry } from './telemetry/application-telemetry.js'
import { aboutTelemetry } from './telemetry/telemetry-finding.js'

const everyMillis = 5_000

/** Examines pools while an application runs, and writes what it finds for the `pgspan doctor` that started it. */
class Examination implements Observer {
  readonly name = 'doctor-examination'
  readonly #file: string
  readonly #doctor: Doctor
  readonly #pools: WeakSet<PoolView> = new WeakSet()
  readonly #telemetry: ApplicationTelemetry = new ApplicationTelemetry(() => this.write())
  readonly #bySubject: Map<string, readonly Diagnosis[]> = new Map()
  #poolCount = 0
  #hasQueried = false
  #isExamining = false

  constructor(folder: string, instances: number) {
    this.#file = join(folder, `${process.pid}.json`)
    this.#doctor = startDoctor({ instances })
  }

  queryStarted(): void {
    this.#hasQueried = true
  }

  /** The first answer of a pool: the application has set it up by now. */
  checkoutSettled({ pool }: { readonly pool: PoolView }): void {
    if (this.#pools.has(pool)) return
    this.#pools.add(pool)
    this.#poolCount++
    this.#note(this.#doctor.diagnoses)
    void this.examine()
  }

  /** A short application waits for the answer of the server. */
  async examine(): Promise<void> {
    if (this.#isExamining) return
    this.#isExamining = true
    this.#note(await this.#doctor.examine())
    this.#isExamining = false
    this.write()
  }

  write(): void {
    this.#note(this.#doctor.diagnoses)
    const report: ProcessReport = {
      hasQueried: this.#hasQueried,
      pools: this.#poolCount,
      diagnoses: [...[...this.#bySubject.values()].flat(), ...this.#telemetry.findings.map(aboutTelemetry)],
    }
    writeFileSync(this.#file, JSON.stringify(report))
  }

  /** What is said of a pool replaces what was said before; of pools that are gone, the last word stays. */
  #note(diagnoses: readonly Diagnosis[]): void {
    for (const { name } of processState().dispatcher.pools) this.#bySubject.set(`pool ${name}`, [])
    for (const subject of new Set(diagnoses.map((one) => one.subject)))
      this.#bySubject.set(
        subject,
        diagnoses.filter((one) => one.subject === subject),
      )
  }
}

const folder = process.env.PGSPAN_DOCTOR_REPORTS
if (folder) {
  hookPg()
  followHttpRequests()
  const examination = new Examination(folder, Number(process.env.PGSPAN_DOCTOR_INSTANCES) || 1)
  processState().dispatcher.attach(examination)
  setInterval(() => void examination.examine(), everyMillis).unref()
  process.once('exit', () => examination.write())
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      examination.write()
      // As it would end without us, unless the application has its own handler.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
}
