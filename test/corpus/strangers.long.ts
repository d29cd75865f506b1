// First, as what an application loads with `node --import`.
import './instrumented.js'
import { Random } from '../support/random.js'
import { testCorpus } from './corpus-tests.js'
import { secondStrangersScenarios } from './scenarios/second-stranger/all.js'
import { strangersScenarios } from './scenarios/strangers/all.js'
import { variantsOf } from './variants.js'

const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
/** All variants, for a figure; a run of the tests has time for some. */
const isFigure = process.env.PGSPAN_CORPUS_REPORT !== undefined

const [plain, ...others] = variantsOf(seed, isFigure ? 6 : 0)
const quick = new Random(seed).shuffled(others.filter(({ latencyMillis }) => latencyMillis < 20))

testCorpus(
  'every scenario of strangers',
  [...(plain === undefined ? [] : [plain]), ...quick.slice(0, isFigure ? quick.length : 7)],
  [...strangersScenarios, ...secondStrangersScenarios],
)
