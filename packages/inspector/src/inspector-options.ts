import type { IncomingMessage } from 'node:http'
import type { Insights } from '@pgspan/insights'

/** Options of {@link createInspector}. */
export interface InspectorOptions {
  /** Whose findings, statements and units of work the page shows. */
  readonly insights: Insights
  /**
   * Where the page is mounted in the application's own server; not used by {@link Inspector.listen}.
   *
   * @defaultValue `/debug/performance`
   */
  readonly path?: string
  /**
   * Says whether the one who asks may see the page in the application's own server. Called for every request for it,
   * after whatever middleware ran before. What it throws counts as no.
   *
   * @defaultValue everybody, unless `NODE_ENV` is `production`; then nobody
   */
  readonly authorize?: (request: IncomingMessage) => boolean
  /**
   * Where a trace can be looked at: an address with `{traceId}` in it, by the name of the link, such as
   * `{ Jaeger: 'http://localhost:16686/trace/{traceId}' }`.
   *
   * @defaultValue none
   */
  readonly traceLinks?: Readonly<Record<string, string>>
  /**
   * What opens a line of code: an address with `{file}` (an absolute path), `{line}` and `{column}`.
   *
   * @defaultValue `vscode://file/{file}:{line}:{column}`
   */
  readonly editorLink?: string
}

/** {@link InspectorOptions} with defaults. */
export type InspectorSettings = Required<InspectorOptions>

type Check = readonly [isRight: (value: unknown) => boolean, expected: string]

const checks: Readonly<Record<keyof InspectorOptions, Check>> = {
  insights: [isInsights, 'what createInsights returns'],
  path: [
    (value) => typeof value === 'string' && /^\/[^?#\s]*[^/?#\s]$/.test(value),
    'a path that begins with / and does not end with it',
  ],
  authorize: [(value) => typeof value === 'function', 'a function'],
  traceLinks: [isTraceLinks, 'an object of addresses of http or https with {traceId} in them'],
  editorLink: [
    (value) =>
      typeof value === 'string' &&
      /^[a-z][a-z0-9+.-]*:/.test(value) &&
      !/^(java|vb)script:|^data:/.test(value),
    'an address with {file} and {line} in it',
  ],
}

/** @throws TypeError that names the option that is wrong or unknown. */
export function resolveInspectorOptions(options: InspectorOptions): InspectorSettings {
  if (typeof options !== 'object' || options === null)
    throw new TypeError(`createInspector: options must be an object, got ${typeof options}`)
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) {
      throw new TypeError(
        `createInspector: unknown option ${name}; known are ${Object.keys(checks).join(', ')}`,
      )
    }
    // The name is one of its own.
    const [isRight, expected] = checks[name as keyof InspectorOptions]
    if (value !== undefined && !isRight(value))
      throw new TypeError(`createInspector: ${name} must be ${expected}, got ${typeof value}`)
  }
  if (options.insights === undefined) throw new TypeError('createInspector: insights are needed')
  return {
    insights: options.insights,
    path: options.path ?? '/debug/performance',
    authorize: options.authorize ?? (() => process.env.NODE_ENV !== 'production'),
    traceLinks: options.traceLinks ?? {},
    editorLink: options.editorLink ?? 'vscode://file/{file}:{line}:{column}',
  }
}

function isInsights(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'recentUnits' in value && 'subscribeUnits' in value
}

function isTraceLinks(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every(
    (link) => typeof link === 'string' && /^https?:\/\//.test(link) && link.includes('{traceId}'),
  )
}
