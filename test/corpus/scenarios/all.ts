import { createDetectors } from '../../../packages/insights/src/detectors/all.js'
import { resolveOptions } from '../../../packages/insights/src/insights-options.js'
import { PoolTroubleMetrics } from '../../../packages/insights/src/sinks/pool-trouble-metrics.js'
import { StatisticsCollector } from '../../../packages/insights/src/statistics-collector.js'
import type { Scenario } from '../scenario.js'
import { batches } from './batches.js'
import { clinicScenarios } from './clinic.js'
import { coincidences } from './coincidences.js'
import { graphqlScenarios } from './graphql.js'
import { idsFromElsewhere } from './ids-from-elsewhere.js'
import { keysAndTexts } from './keys-and-texts.js'
import { loopsOfLibraries } from './loops-of-libraries.js'
import { loopsOverLists } from './loops-over-lists.js'
import { nestedLoops } from './nested-loops.js'
import { pagesAndStreams } from './pages-and-streams.js'
import { queuesAndPolling } from './queues-and-polling.js'
import { repeatedReads } from './repeated-reads.js'
import { retriesAndLocks } from './retries-and-locks.js'
import { setupsAndTenants } from './setups-and-tenants.js'
import { severalPlaces } from './several-places.js'
import { timesAndSizes } from './times-and-sizes.js'
import { warehouseScenarios } from './warehouse.js'
import { writes } from './writes.js'

const written: readonly Scenario[] = [
  ...batches,
  ...clinicScenarios,
  ...coincidences,
  ...graphqlScenarios,
  ...idsFromElsewhere,
  ...keysAndTexts,
  ...loopsOfLibraries,
  ...loopsOverLists,
  ...nestedLoops,
  ...pagesAndStreams,
  ...queuesAndPolling,
  ...repeatedReads,
  ...retriesAndLocks,
  ...setupsAndTenants,
  ...severalPlaces,
  ...timesAndSizes,
  ...warehouseScenarios,
  ...writes,
]

const judged = new Set<string>(
  createDetectors(resolveOptions({}), new StatisticsCollector(), new PoolTroubleMetrics(undefined)).map(
    ({ kind }) => kind,
  ),
)

/** Scenarios that wait for a detector. */
export const waitingScenarios: readonly Scenario[] = written.filter((scenario) => !isJudged(scenario))

/** Every scenario that the detectors of today are judged by. */
export const allScenarios: readonly Scenario[] = written.filter(isJudged)

function isJudged({ expected }: Scenario): boolean {
  return expected.every(({ kind }) => judged.has(kind))
}
