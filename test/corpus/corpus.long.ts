// First, as what an application loads with `node --import`.
import './instrumented.js'
import { testCorpus } from './corpus-tests.js'
import { allScenarios } from './scenarios/all.js'
import { variantsOf } from './variants.js'

const seed = Number(process.env.PGSPAN_SEED ?? Date.now() % 100_000)
const mixedVariants = 6

testCorpus('every scenario', variantsOf(seed, mixedVariants), allScenarios)
