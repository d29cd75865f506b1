/** Queries that were over in one stretch of time. */
export interface TimelinePoint {
  /** Milliseconds since 1970. */
  readonly from: number
  readonly count: number
  readonly failed: number
  readonly totalMillis: number
  readonly maximumMillis: number
}

const maximumPoints = 400
/** Of a stretch, in seconds: each a multiple of the one before. */
const widths = [1, 5, 15, 60, 300, 900, 3_600, 10_800, 43_200, 86_400, 604_800, 2_419_200, 29_030_400]

/** Queries over time, at most 400 points: stretches grow with the time that the log covers. */
export class Timeline {
  #level = 0
  #points: Map<number, TimelinePoint> = new Map()

  /** Seconds. */
  get width(): number {
    return widths[this.#level] ?? 1
  }

  add(time: number, millis: number, isFailed: boolean): void {
    this.#put({ from: time, count: 1, failed: isFailed ? 1 : 0, totalMillis: millis, maximumMillis: millis })
    while (this.#points.size > maximumPoints && this.#level < widths.length - 1) this.#widen()
  }

  /** In order; stretches without queries are left out. */
  get points(): readonly TimelinePoint[] {
    return [...this.#points.values()].sort((left, right) => left.from - right.from)
  }

  #widen(): void {
    const points = this.#points.values()
    this.#level++
    this.#points = new Map()
    for (const point of points) this.#put(point)
  }

  #put(point: TimelinePoint): void {
    const stretch = this.width * 1_000
    const from = Math.floor(point.from / stretch) * stretch
    const known = this.#points.get(from)
    this.#points.set(from, {
      from,
      count: (known?.count ?? 0) + point.count,
      failed: (known?.failed ?? 0) + point.failed,
      totalMillis: (known?.totalMillis ?? 0) + point.totalMillis,
      maximumMillis: Math.max(known?.maximumMillis ?? 0, point.maximumMillis),
    })
  }
}
