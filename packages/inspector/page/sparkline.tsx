import type { JSX } from 'preact'

/** Figures over time as one small line; the highest is its height. */
export function Sparkline({ values, label }: { values: readonly number[]; label: string }): JSX.Element {
  const highest = Math.max(1, ...values)
  const points = values.map(
    (value, n) =>
      `${((n / (values.length - 1)) * 100).toFixed(1)},${(19 - (value / highest) * 18).toFixed(1)}`,
  )
  return (
    <svg
      class="sparkline"
      viewBox="0 0 100 20"
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}, at most ${highest}`}
    >
      <polyline points={points.join(' ')} />
    </svg>
  )
}
