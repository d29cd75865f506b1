import type { LeakKind } from './leak-kind.js'

/** Counts what befell pools, by their names. */
export interface PoolTroubles {
  /** It is there: its figures begin with 0. */
  poolSeen(pool: string): void
  leakSuspected(pool: string, kind: LeakKind): void
  /** It came back, or its pool is gone. */
  leakOver(pool: string, isRecovered: boolean): void
  deadlocked(pool: string): void
}
