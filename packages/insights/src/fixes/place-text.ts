import type { CallSite } from '@pgspan/lifecycle'

const maximumPlaces = 10

/** `src/orders.ts:12:5 (transfer)`. */
export function placeText({ file, line, column, functionName }: CallSite): string {
  return `${file}:${line}:${column}${functionName === undefined ? '' : ` (${functionName})`}`
}

/** Places with how often each, the most frequent first: at most ten. Those that nobody knows are `unknown`. */
export function placesText(sites: Iterable<CallSite | undefined>): string {
  const counts = new Map<string, number>()
  for (const site of sites) {
    const text = site === undefined ? 'unknown' : placeText(site)
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const sorted = [...counts].sort((one, other) => other[1] - one[1])
  const shown = sorted
    .slice(0, maximumPlaces)
    .map(([text, count]) => (count === 1 ? text : `${text} ×${count}`))
  return shown.join(', ')
}
