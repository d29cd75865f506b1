/** The SQLSTATE of a server's error, the system's code of another one (`ECONNRESET`), else `unknown`. */
export function errorCodeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'unknown'
  const { code } = error as { code?: unknown }
  return typeof code === 'string' && /^[0-9A-Z_]{5,40}$/.test(code) ? code : 'unknown'
}
