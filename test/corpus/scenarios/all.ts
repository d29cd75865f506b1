import type { Scenario } from '../scenario.js'
import { batches } from './batches.js'
import { coincidences } from './coincidences.js'
import { graphqlScenarios } from './graphql.js'
import { idsFromElsewhere } from './ids-from-elsewhere.js'
import { keysAndTexts } from './keys-and-texts.js'
import { loopsOfLibraries } from './loops-of-libraries.js'
import { loopsOverLists } from './loops-over-lists.js'
import { nestedLoops } from './nested-loops.js'
import { pagesAndStreams } from './pages-and-streams.js'
import { queuesAndPolling } from './queues-and-polling.js'
import { retriesAndLocks } from './retries-and-locks.js'
import { setupsAndTenants } from './setups-and-tenants.js'
import { severalPlaces } from './several-places.js'

/** Every scenario that the detectors of today are judged by. */
export const allScenarios: readonly Scenario[] = [
  ...batches,
  ...coincidences,
  ...graphqlScenarios,
  ...idsFromElsewhere,
  ...keysAndTexts,
  ...loopsOfLibraries,
  ...loopsOverLists,
  ...nestedLoops,
  ...pagesAndStreams,
  ...queuesAndPolling,
  ...retriesAndLocks,
  ...setupsAndTenants,
  ...severalPlaces,
]
