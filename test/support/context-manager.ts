import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'

/** For tests whose package has another version of the API. */
export function contextManager(): AsyncLocalStorageContextManager {
  return new AsyncLocalStorageContextManager().enable()
}
