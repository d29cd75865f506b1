import type { Scenario } from '../scenario.js'
import { batches } from './batches.js'
import { clinicScenarios } from './clinic.js'
import { coincidences } from './coincidences.js'
import { findersOfLibraries } from './finders-of-libraries.js'
import { formsOfStatements } from './forms-of-statements.js'
import { graphqlScenarios } from './graphql.js'
import { idsFromElsewhere } from './ids-from-elsewhere.js'
import { keysAndTexts } from './keys-and-texts.js'
import { loopsOfLibraries } from './loops-of-libraries.js'
import { loopsOverLists } from './loops-over-lists.js'
import { nestedLoops } from './nested-loops.js'
import { pagesAndStreams } from './pages-and-streams.js'
import { pagesOfLibraries } from './pages-of-libraries.js'
import { pools } from './pools.js'
import { queuesAndPolling } from './queues-and-polling.js'
import { repeatedReads } from './repeated-reads.js'
import { retriesAndLocks } from './retries-and-locks.js'
import { setupsAndTenants } from './setups-and-tenants.js'
import { severalPlaces } from './several-places.js'
import { timesAndSizes } from './times-and-sizes.js'
import { warehouseScenarios } from './warehouse.js'
import { writes } from './writes.js'

/** Every scenario. */
export const allScenarios: readonly Scenario[] = [
  ...batches,
  ...clinicScenarios,
  ...coincidences,
  ...findersOfLibraries,
  ...formsOfStatements,
  ...graphqlScenarios,
  ...idsFromElsewhere,
  ...keysAndTexts,
  ...loopsOfLibraries,
  ...loopsOverLists,
  ...nestedLoops,
  ...pagesAndStreams,
  ...pagesOfLibraries,
  ...pools,
  ...queuesAndPolling,
  ...repeatedReads,
  ...retriesAndLocks,
  ...setupsAndTenants,
  ...severalPlaces,
  ...timesAndSizes,
  ...warehouseScenarios,
  ...writes,
]
