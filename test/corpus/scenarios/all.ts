import type { Scenario } from '../scenario.js'
import { coincidences } from './coincidences.js'
import { loopsOverLists } from './loops-over-lists.js'

/** Every scenario that the detectors of today are judged by. */
export const allScenarios: readonly Scenario[] = [...loopsOverLists, ...coincidences]
