export type { Diagnosis, DiagnosisSeverity } from './doctor/diagnosis.js'
export { type Doctor, type DoctorOptions, startDoctor } from './doctor/doctor.js'
export type { DrainReport } from './drain.js'
export type { Holder } from './holder.js'
export { retryIdempotent } from './idempotent-query.js'
export { type PoolCare, startPoolCare } from './pool-care.js'
export type { PoolCareOptions } from './pool-care-options.js'
export type { PgBouncerSnapshot } from './server-figures/pgbouncer-snapshot.js'
export {
  type ServerFigures,
  type ServerFiguresOptions,
  type ServerReport,
  startServerFigures,
} from './server-figures/server-figures.js'
export type { LongIdleSession, ServerSnapshot, SessionGroup } from './server-figures/server-snapshot.js'
export {
  type ClientOf,
  type TransactionClient,
  type TransactionOptions,
  withTransaction,
} from './transaction.js'
