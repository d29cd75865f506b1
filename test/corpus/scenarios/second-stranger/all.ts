import type { Scenario } from '../../scenario.js'
import { asItShouldBe } from './as-it-should-be.js'
import { libraries } from './libraries.js'
import { lookups } from './lookups.js'
import { readAgain } from './read-again.js'
import { workInBulk } from './work-in-bulk.js'

/** By a second person who knew the table of kinds, and neither rules nor records nor other scenarios. */
export const secondStrangersScenarios: readonly Scenario[] = [
  ...lookups,
  ...workInBulk,
  ...libraries,
  ...asItShouldBe,
  ...readAgain,
]
