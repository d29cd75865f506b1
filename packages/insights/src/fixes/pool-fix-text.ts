import type { DirtyReleaseKind } from '@pgspan/lifecycle'
import type { LeakKind } from '../pools/leak-kind.js'

/** What to do about a connection that does not come back. */
export function leakFix(kind: LeakKind): string {
  const release = 'Release it in a finally block, on every way out of the function that takes it'
  if (kind === 'idle_in_transaction') {
    return `${release}, after COMMIT or ROLLBACK; and do nothing else inside a transaction that takes long: its locks are held meanwhile.`
  }
  return `${release}. If it is kept on purpose, say so with declareHold(client, reason) of @pgspan/instrumentation-pg.`
}

/** What to do about code that takes a second connection. */
export function nestedAcquireFix(): string {
  return 'Pass the client that is held on to what is called, and query with it; or take the second one from a pool of its own. As many requests at a time as the pool has connections stop it for good.'
}

/** What to do about a pool whose holders wait for each other. */
export function deadlockFix(): string {
  return `${nestedAcquireFix()} Set connectionTimeoutMillis, so that those who wait give up and the others go on.`
}

/** What to do about a pool in which nothing moves. */
export function stalledPoolFix(): string {
  return 'Look at the lines that hold the connections: what they wait for, they wait for with a connection in hand. Set connectionTimeoutMillis, so that those who wait give up.'
}

/** What to do about a connection that came back in a bad state. */
export function dirtyReleaseFix(kind: DirtyReleaseKind): string {
  return kind === 'double'
    ? 'Release it in one place. A second release that comes when somebody else holds the connection takes it from them.'
    : 'Await every query before the release; a cursor or a stream must be read to its end or closed. The next holder waits behind what still runs.'
}

/** What to do about too many pools. */
export function poolPerRequestFix(): string {
  return 'Make one pool per database when the process starts, and share it: each pool opens connections of its own, and keeps them until it is ended.'
}
