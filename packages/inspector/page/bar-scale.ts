const steps = [1, 2, 5]
/** What takes longer than most is cut off, or nothing else could be told apart. */
const share = 0.95

/** A round duration that most of these end before, in milliseconds: it stays the same while they change a little. */
export function barScale(durations: readonly number[]): number {
  const sorted = [...durations].sort((one, other) => one - other)
  const most = sorted[Math.floor(share * (sorted.length - 1))] ?? 1
  for (let scale = 1; ; scale *= 10) {
    const step = steps.find((factor) => factor * scale >= most)
    if (step !== undefined) return step * scale
  }
}
