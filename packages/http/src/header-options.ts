import type { IncomingMessage } from 'node:http'
import type { Insights } from '@pgspan/insights'

/** Options of {@link sendDatabaseHeaders}; all optional. */
export interface DatabaseHeaderOptions {
  /**
   * Says whether the one who asks may see the headers. Called when the head of the response is written, after the
   * application's own authentication. What it throws counts as no.
   *
   * @defaultValue everybody, unless `NODE_ENV` is `production`; then nobody
   */
  readonly authorize?: (request: IncomingMessage) => boolean
  /** `Server-Timing`, which browsers show beside the request. @defaultValue `true` */
  readonly serverTiming?: boolean
  /** `X-DB-Query-Count`, `X-DB-Time-Ms` and `X-DB-N-Plus-One`. @defaultValue `false` */
  readonly countHeaders?: boolean
  /** `X-DB-Profile`: where the time of the request went, in nanoseconds. @defaultValue `false` */
  readonly profileHeader?: boolean
  /** Whose findings are counted in the headers. @defaultValue none */
  readonly insights?: Pick<Insights, 'findingsOf'>
}

type Check = readonly [isRight: (value: unknown) => boolean, expected: string]

const callback: Check = [(value) => typeof value === 'function', 'a function']
const flag: Check = [(value) => typeof value === 'boolean', 'true or false']

const checks: Readonly<Record<keyof DatabaseHeaderOptions, Check>> = {
  authorize: callback,
  serverTiming: flag,
  countHeaders: flag,
  profileHeader: flag,
  insights: [isInsights, 'what createInsights returns'],
}

/** @throws TypeError that names the option that is wrong or unknown. */
export function checkHeaderOptions(options: DatabaseHeaderOptions): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`sendDatabaseHeaders: options must be an object, got ${typeof options}`)
  }
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new TypeError(
        `sendDatabaseHeaders: unknown option ${name}; known are ${Object.keys(checks).join(', ')}`,
      )
    }
    // The name is one of its own.
    const [isRight, expected] = checks[name as keyof DatabaseHeaderOptions]
    if (value !== undefined && !isRight(value))
      throw new TypeError(`sendDatabaseHeaders: ${name} must be ${expected}, got ${typeof value}`)
  }
}

function isInsights(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'findingsOf' in value
}
