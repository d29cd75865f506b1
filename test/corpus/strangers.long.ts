// First, as what an application loads with `node --import`.
import './instrumented.js'
import { Random } from '../support/random.js'
import { testCorpus } from './corpus-tests.js'
import { strangersScenarios } from './scenarios/strangers/all.js'
import { variantsOf } from './variants.js'

const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
/** All of them, for a figure; a run of the tests has time for some. */
const wanted = process.env.PGSPAN_CORPUS_REPORT === undefined ? 7 : Number.POSITIVE_INFINITY

const [plain, ...others] = variantsOf(seed, 6)
const chosen = new Random(seed).shuffled(others.filter(({ latencyMillis }) => latencyMillis < 20))

testCorpus(
  'every scenario of strangers',
  [...(plain === undefined ? [] : [plain]), ...chosen.slice(0, wanted)],
  strangersScenarios,
)
