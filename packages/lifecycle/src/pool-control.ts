import type { Connection } from './database-target.js'

/** One open connection of a pool, at the moment of asking. */
export interface PooledConnection {
  readonly connection: Connection
  /** Milliseconds on the monotonic clock; for connections that were open before control began, that moment. */
  readonly openedAt: number
  /** When it became idle, on the same clock; 0 while somebody holds it or it is being validated. */
  readonly idleSince: number
}

/**
 * What became of a connection that was asked whether it still works. `gone`: it was not idle any more, or was closed by
 * somebody else meanwhile. `timeout` and `invalid` ones are closed.
 */
export type ValidationResult = 'valid' | 'invalid' | 'timeout' | 'gone'

/** Which idle connections are asked whether they still work before a caller gets one. */
export interface ValidationBeforeUse {
  /** Only those that have been idle for longer, in milliseconds. */
  readonly idleLongerThanMillis: number
  /** How long the answer may take. */
  readonly timeoutMillis: number
  /** Called with each result. Errors are caught. */
  onResult(result: ValidationResult): void
}

/** What is done about connections that could not be opened. */
export interface OpeningRetry {
  /**
   * Milliseconds to wait before the next try; undefined for no more.
   *
   * @param attempt counts up from 1: the tries that failed.
   */
  pauseAfter(error: unknown, attempt: number): number | undefined
}

/** How a pool is set up, as far as its behaviour in bad times depends on it. */
export interface PoolConfiguration {
  /** How long a request may wait for a connection; undefined for ever. */
  readonly connectionTimeoutMillis: number | undefined
  /** How long a connection may be idle before the pool closes it; undefined for ever. */
  readonly idleTimeoutMillis: number | undefined
  /** Whether the operating system asks a silent peer for a sign of life. */
  readonly keepsAlive: boolean
  /** Whether anybody listens to errors of idle connections, the application or care. */
  readonly hasErrorListener: boolean
}

/** What may be done to a pool, beside using it. */
export interface PoolControl {
  configuration(): PoolConfiguration
  /** Idle ones first, the one that was used longest ago first of all. */
  connections(): readonly PooledConnection[]
  /**
   * Asks an idle connection whether it still works: out of reach of callers meanwhile, and idle since when it was
   * before. One that does not answer is closed.
   */
  validate(connection: Connection, timeoutMillis: number): Promise<ValidationResult>
  /** Asks before callers get a connection; `undefined` ends that. */
  validateBeforeUse(rule: ValidationBeforeUse | undefined): void
  /** Tries again to open a connection that a caller waits for; `undefined` ends that. */
  retryOpening(rule: OpeningRetry | undefined): void
  /** Closes the connection: at once if it is idle, else when its holder gives it back. */
  retire(connection: Connection): void
  /**
   * Called when an idle connection is lost: a pool that nobody listens to then ends the process. `undefined` ends that.
   */
  listenToIdleErrors(listener: ((error: unknown) => void) | undefined): void
  /** Hands out nothing any more; settles when every connection is closed, which needs every holder to give back. */
  end(): Promise<void>
  /** Closes what is still held. What runs there fails. */
  abandon(): void
}
