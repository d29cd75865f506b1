import type { IdRange, IdType } from './identifiers.js'

/** What a scenario runs in: what varies from one application and installation to the next. */
export interface Variant {
  readonly idType: IdType
  readonly idRange: IdRange
  /** How many items lists have. */
  readonly n: number
  /** Added to every round trip to the server. */
  readonly latencyMillis: number
  readonly poolMax: number
  /** How many requests do the same at once. */
  readonly requests: number
  /** Who says what belongs together: a job, an HTTP request, or a trace of an SDK. */
  readonly unit: 'job' | 'http' | 'trace'
  /** How many traces are sampled; only for traces. */
  readonly sampled: 1 | 0.01 | 0
  readonly driver: 'pg' | 'pipeline' | 'native'
  /** Ids and rows are other ones for another seed. */
  readonly seed: number
}

export const plainVariant: Variant = {
  idType: 'int',
  idRange: 'scattered',
  n: 6,
  latencyMillis: 0,
  poolMax: 4,
  requests: 1,
  unit: 'job',
  sampled: 1,
  driver: 'pg',
  seed: 1,
}

/** Only what is unlike the plain variant, and the seed. */
export function describeVariant(variant: Variant): string {
  const differences = (Object.keys(plainVariant) as (keyof Variant)[])
    .filter((name) => name !== 'seed' && variant[name] !== plainVariant[name])
    .map((name) => `${name} ${variant[name]}`)
  return [...(differences.length === 0 ? ['plain'] : differences), `seed ${variant.seed}`].join(', ')
}
