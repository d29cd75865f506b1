export type { CallSite, CallSiteRequest } from './call-site.js'
export { type AcquirePath, Checkout } from './checkout.js'
export { CheckoutList } from './checkout-list.js'
export { ConnectionOpening } from './connection-opening.js'
export {
  type ConnectionRemoval,
  type PoolFailure,
  type RemovalReason,
  removalReasons,
} from './connection-removal.js'
export {
  Connection,
  type DatabaseTarget,
  type ServerRole,
  type TransactionStatus,
} from './database-target.js'
export type { DirtyRelease, DirtyReleaseKind } from './dirty-release.js'
export { Dispatcher } from './dispatcher.js'
export { FurtherMeterProviders } from './further-meter-providers.js'
export { nameRoute } from './http-routes.js'
export { followHttpRequests, type HttpRequestListener } from './http-units-of-work.js'
export {
  type EventRecord,
  globalLoggerProvider,
  isLoggerProvider,
  type LoggerLike,
  type LoggerProviderLike,
} from './logger-provider.js'
export { LoopStallSampler } from './loop-stall-sampler.js'
export type { CheckoutStacks, Observer } from './observer.js'
export type {
  OpeningRetry,
  PoolConfiguration,
  PoolControl,
  PooledConnection,
  ValidationBeforeUse,
  ValidationResult,
} from './pool-control.js'
export { otherPoolName } from './pool-names.js'
export { type PoolCounts, PoolView } from './pool-view.js'
export { type ProcessState, processState } from './process-state.js'
export { QueryExecution, type QueryResultView, type ResultField } from './query-execution.js'
export type { ParameterSlot, QueryShape, SlotRole, StatementKind } from './query-shape.js'
export { type Recording, shareProviders } from './recording.js'
export type { OpenSideConnection, SideConnection } from './side-connection.js'
export type { SqlCommenter } from './sql-commenter.js'
export {
  beginsTransaction,
  type TransactionControl,
  type TransactionStep,
  transactionSteps,
} from './transaction-steps.js'
export { refreshUnitName } from './unit-name.js'
export { UnitOfWork, type UnitOfWorkKind } from './unit-of-work.js'
export {
  bindSpanToUnitOfWork,
  currentUnitOfWork,
  endedUnitOfWork,
  followTraces,
  runInUnitOfWork,
  runOutsideUnitOfWork,
  runWithUnitOfWork,
  unitOfWorkBelow,
  unitOfWorkOfSpan,
} from './units-of-work.js'
