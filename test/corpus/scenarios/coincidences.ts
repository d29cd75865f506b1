import type { Scenario } from '../scenario.js'

/** Values that are in earlier results by chance or by nature: no one may call that a proof. */
export const coincidences: readonly Scenario[] = []
