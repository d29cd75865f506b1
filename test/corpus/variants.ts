import { Random } from '../support/random.js'
import { plainVariant, type Variant } from './variant.js'

const values = {
  idType: ['int', 'bigint', 'uuid', 'text'],
  idRange: ['scattered', 'dense', 'colliding'],
  n: [2, 4, 5, 6, 20, 200],
  latencyMillis: [0, 2, 20],
  poolMax: [1, 4, 20],
  requests: [1, 50],
  unit: ['job', 'http', 'trace'],
  sampled: [1, 0.01, 0],
} as const

/** The plain variant, each of its sides changed alone, and some changed in many ways at once. */
export function variantsOf(seed: number, mixed: number): Variant[] {
  const random = new Random(seed)
  const plain = { ...plainVariant, seed }
  const alone = (Object.keys(values) as (keyof typeof values)[]).flatMap((side) =>
    values[side].filter((value) => value !== plain[side]).map((value) => ({ ...plain, [side]: value })),
  )
  const variants: Variant[] = [
    plain,
    ...alone.map((variant) => (variant.sampled === 1 ? variant : { ...variant, unit: 'trace' as const })),
    { ...plain, driver: 'pipeline' },
    { ...plain, driver: 'native' },
    { ...plain, requests: 50, unit: 'http', poolMax: 20, idType: 'uuid', n: 5 },
  ]
  while (variants.length < alone.length + 4 + mixed) {
    const variant = { ...plain, seed: random.below(1_000_000) }
    const chosen = Object.entries(values).map(([side, all]) => [side, random.pick<unknown>(all)])
    const candidate: Variant = { ...variant, ...Object.fromEntries(chosen) }
    if (isQuick(candidate)) variants.push(candidate)
  }
  return variants
}

/** Queries one after the other take their time: what would take minutes shows nothing else. */
function isQuick({ n, latencyMillis, requests }: Variant): boolean {
  return requests === 1 && latencyMillis < 20 && n * Math.max(1, latencyMillis) <= 200
}
