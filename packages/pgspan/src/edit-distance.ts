/** Of several names, the one that differs from `name` in the fewest characters. */
export function nearest(name: string, names: readonly string[]): { name: string; distance: number } {
  return names
    .map((other) => ({ name: other, distance: distance(name, other) }))
    .reduce((best, other) => (other.distance < best.distance ? other : best))
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
