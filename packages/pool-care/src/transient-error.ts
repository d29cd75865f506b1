/** Network errors that pass by themselves. */
const codes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOENT',
])

/** The server shuts down, starts, or has no connection left. */
const sqlStates: ReadonlySet<unknown> = new Set(['57P01', '57P02', '57P03', '53300'])

/** Texts of errors of the driver, which have no code: the connection went. */
const lost = /^Connection terminated/

/** True if a connection could not be opened, or was lost, for a reason that passes by itself. */
export function isTransientConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = codeOf(error)
  if (codes.has(code) || sqlStates.has(code)) return true
  if (typeof code === 'string' && /^08...$/.test(code)) return true
  return code === undefined && lost.test(error.message) && !/timeout/.test(error.message)
}

/** SQLSTATE of a server's error, or the system's code. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

/** Milliseconds before the next try: doubled each time, at most 2 s, and jittered, so that callers spread. */
export function backoffMillis(attempt: number): number {
  return Math.min(50 * 2 ** (attempt - 1), 2_000) * (0.5 + Math.random() / 2)
}
