/**
 * A connection of pgspan's own to the database that an observed pool leads to: beside the pool, unobserved, with an
 * application name that says whose it is, with a timeout, and keeping no process alive.
 */
export interface SideConnection {
  /** What was said to be the server's process when the connection was opened; a pooler says something else. */
  readonly backendProcessId: number | undefined
  /** Rejects with the driver's error. */
  query(text: string, values: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): void
}

/**
 * Opens one with the pool's own driver and options; rejects with the driver's error.
 *
 * @param database another one of the same server.
 */
export type OpenSideConnection = (purpose: string, database?: string) => Promise<SideConnection | undefined>
