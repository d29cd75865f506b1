/** The line of the application that made a call. */
export interface CallSite {
  /** Path relative to the application's root; absolute paths do not leave the process. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** The function's name; undefined at the top level of a module and for anonymous functions. */
  readonly functionName: string | undefined
  /** The first package between the application and the driver, such as `drizzle-orm`; undefined for none. */
  readonly library: string | undefined
  /**
   * A number that is the same for calls that came the same way through the application: the same line of the same
   * caller, and its callers. Means something in this process only; undefined if that is not known.
   */
  readonly path?: number
}

/**
 * Can tell who made a call, shortly after it settled and before the caller goes on.
 *
 * Nothing is recorded at the call. When an observer asks while the call settles, the source reads the async stack
 * of the promise that the caller awaits and answers once; `undefined` if the stack shows no line of the
 * application (a promise that nobody awaits). A caller with a callback, a cursor or a stream is answered for from the
 * second question about its statement on.
 */
export interface CallSiteRequest {
  requestCallSite(listener: (site: CallSite | undefined) => void): void
}
