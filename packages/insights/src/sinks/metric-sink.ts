import {
  type Counter,
  type Histogram,
  type MeterProvider,
  type MetricOptions,
  metrics,
  ValueType,
} from '@opentelemetry/api'
import { attributes, metrics as definitions, type MetricDefinition } from '@pgspan/conventions'
import { type ProcessState, processState } from '@pgspan/lifecycle'
import type { Finding } from '../findings/finding.js'
import type { FindingSink, SightedFinding } from '../findings/finding-sink.js'
import { packageName, packageVersion } from '../package-version.js'
import { otherKey } from '../statistics/bounded-map.js'

const maximumNamespaces = 64

interface Instruments {
  readonly provider: MeterProvider
  readonly findings: Counter
  readonly repetitions: Histogram
}

/**
 * Counts findings by kind, severity and database, and records how often repeated statements ran.
 *
 * Instruments are made at the first finding, and made again when the global provider changes: what is made before
 * the SDK starts exports nothing.
 */
export class MetricSink implements FindingSink {
  readonly name = 'metric-sink'
  readonly #explicit: MeterProvider | undefined
  readonly #state: ProcessState = processState()
  #instruments: Instruments | undefined = undefined
  readonly #namespaces: Set<string> = new Set()

  /** @param provider instead of the global one. */
  constructor(provider: MeterProvider | undefined) {
    this.#explicit = provider
  }

  counted({ finding, callerContext }: SightedFinding): void {
    const { findings, repetitions } = this.#current()
    const { kind, severity, namespace, evidence } = finding
    const counted = {
      [attributes.pgspanFindingKind]: kind,
      [attributes.pgspanFindingSeverity]: severity,
      ...(namespace !== undefined && { [attributes.dbNamespace]: this.#bounded(namespace) }),
    }
    // It is counted when its unit of work has ended, in nobody's context.
    findings.add(1, counted, callerContext)
    if (isRepetition(kind))
      repetitions.record(evidence.count, { [attributes.pgspanFindingKind]: kind }, callerContext)
  }

  #current(): Instruments {
    const provider = this.#state.meterProviders.joinedTo(this.#explicit ?? metrics.getMeterProvider())
    if (this.#instruments?.provider === provider) return this.#instruments
    const meter = provider.getMeter(packageName, packageVersion)
    this.#instruments = {
      provider,
      findings: meter.createCounter(definitions.findings.name, optionsOf(definitions.findings)),
      repetitions: meter.createHistogram(
        definitions.findingRepetitions.name,
        optionsOf(definitions.findingRepetitions),
      ),
    }
    return this.#instruments
  }

  /** An application may have a database per customer. */
  #bounded(namespace: string): string {
    if (this.#namespaces.has(namespace)) return namespace
    if (this.#namespaces.size >= maximumNamespaces) return otherKey
    this.#namespaces.add(namespace)
    return namespace
  }
}

const repetitions: readonly Finding['kind'][] = [
  'n_plus_one',
  'constant_fanout',
  'duplicate_query',
  'repeated_query',
  'write_loop',
  'autocommit_loop',
]

function isRepetition(kind: Finding['kind']): boolean {
  return repetitions.includes(kind)
}

function optionsOf({ unit, description, buckets }: MetricDefinition): MetricOptions {
  return {
    unit,
    description,
    valueType: ValueType.INT,
    ...(buckets && { advice: { explicitBucketBoundaries: [...buckets] } }),
  }
}
