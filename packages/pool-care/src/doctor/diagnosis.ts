/**
 * `error`: fails in production sooner or later. `warning`: fails in bad times. `note`: could not be examined, or is
 * worth knowing.
 */
export type DiagnosisSeverity = 'error' | 'warning' | 'note'

/** One thing that is wrong with how pools are set up or used, in words for people. */
export interface Diagnosis {
  /** Which check says so, such as `no_connection_timeout`; stable. */
  readonly check: string
  readonly severity: DiagnosisSeverity
  /** The pool, or the server, that it is about. */
  readonly subject: string
  readonly problem: string
  readonly consequence: string
  readonly remedy: string
}
