import { type Counter, type MeterProvider, metrics, type UpDownCounter, ValueType } from '@opentelemetry/api'
import { attributes, metrics as definitions, type MetricDefinition } from '@pgspan/conventions'
import { type ProcessState, processState } from '@pgspan/lifecycle'
import { packageName, packageVersion } from '../package-version.js'
import type { LeakKind } from '../pools/leak-kind.js'
import type { PoolTroubles } from '../pools/pool-troubles.js'

const leakKinds: readonly LeakKind[] = ['idle_in_transaction', 'inactive', 'owner_ended']

interface Instruments {
  readonly provider: MeterProvider
  readonly suspected: UpDownCounter
  readonly leaks: Counter
  readonly recovered: Counter
  readonly deadlocks: Counter
}

/**
 * Counts suspected and recovered leaks and deadlocks, by pool: `pgspan.leaks.suspected`, `pgspan.leaks`,
 * `pgspan.leaks.recovered` and `pgspan.deadlocks`. There with 0 as soon as the pool is known.
 *
 * Instruments are made again when the global provider changes: what is made before the SDK starts exports nothing.
 */
export class PoolTroubleMetrics implements PoolTroubles {
  readonly #explicit: MeterProvider | undefined
  readonly #state: ProcessState = processState()
  /** Leaks that are suspected now, by the name of the pool; as many names as pools may have. */
  readonly #suspected: Map<string, number> = new Map()
  #instruments: Instruments | undefined = undefined

  /** @param provider instead of the global one. */
  constructor(provider: MeterProvider | undefined) {
    this.#explicit = provider
  }

  /** Costs a comparison while nothing has changed. */
  poolSeen(pool: string): void {
    const instruments = this.#current()
    if (this.#suspected.has(pool)) return
    this.#suspected.set(pool, 0)
    begin(instruments, pool, 0)
  }

  leakSuspected(pool: string, kind: LeakKind): void {
    this.#changeSuspected(pool, 1)
    this.#current().leaks.add(1, { ...named(pool), [attributes.pgspanLeakKind]: kind })
  }

  leakOver(pool: string, isRecovered: boolean): void {
    this.#changeSuspected(pool, -1)
    if (isRecovered) this.#current().recovered.add(1, named(pool))
  }

  deadlocked(pool: string): void {
    this.poolSeen(pool)
    this.#current().deadlocks.add(1, named(pool))
  }

  #changeSuspected(pool: string, change: 1 | -1): void {
    this.poolSeen(pool)
    this.#suspected.set(pool, (this.#suspected.get(pool) ?? 0) + change)
    this.#current().suspected.add(change, named(pool))
  }

  #current(): Instruments {
    const provider = this.#state.meterProviders.joinedTo(this.#explicit ?? metrics.getMeterProvider())
    if (this.#instruments?.provider === provider) return this.#instruments
    // One that is left stays at 0, and one that is joined to both counts nothing twice.
    for (const [pool, count] of this.#suspected) this.#instruments?.suspected.add(-count, named(pool))
    const meter = provider.getMeter(packageName, packageVersion)
    const counter = (definition: MetricDefinition): Counter =>
      meter.createCounter(definition.name, optionsOf(definition))
    const { leaksSuspected } = definitions
    const instruments: Instruments = {
      provider,
      suspected: meter.createUpDownCounter(leaksSuspected.name, optionsOf(leaksSuspected)),
      leaks: counter(definitions.leaks),
      recovered: counter(definitions.leaksRecovered),
      deadlocks: counter(definitions.deadlocks),
    }
    this.#instruments = instruments
    for (const [pool, count] of this.#suspected) begin(instruments, pool, count)
    return instruments
  }
}

/** A counter that is born at its first increment hides that increment from `increase()`: it starts at 0. */
function begin({ suspected, leaks, recovered, deadlocks }: Instruments, pool: string, count: number): void {
  suspected.add(count, named(pool))
  for (const kind of leakKinds) leaks.add(0, { ...named(pool), [attributes.pgspanLeakKind]: kind })
  recovered.add(0, named(pool))
  deadlocks.add(0, named(pool))
}

function named(pool: string): { [key: string]: string } {
  return { [attributes.dbClientConnectionPoolName]: pool }
}

function optionsOf({ unit, description }: MetricDefinition): {
  unit: string
  description: string
  valueType: ValueType
} {
  return { unit, description, valueType: ValueType.INT }
}
