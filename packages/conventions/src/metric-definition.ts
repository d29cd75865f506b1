/** How far a name may be relied on: `stable` never changes, `development` may with the conventions, `pgspan` is ours. */
export type Stability = 'stable' | 'development' | 'pgspan'

export type InstrumentKind = 'counter' | 'upDownCounter' | 'gauge' | 'histogram'

/** One metric that pgspan emits. */
export interface MetricDefinition {
  readonly name: string
  readonly instrument: InstrumentKind
  /** UCUM, as the specification writes it. */
  readonly unit: string
  readonly description: string
  readonly valueType: 'int' | 'double'
  readonly stability: Stability
  /** Explicit bucket boundaries, in the unit; only for histograms. */
  readonly buckets?: readonly number[]
  /** Attribute keys that its points may carry. */
  readonly attributes: readonly string[]
  /** Where the name is specified or, for our own, documented. */
  readonly link: string
}
