// One contender of the benchmark in a process of its own. See measure.mjs.
import { contenderOf } from './contenders.mjs'
import { serveSamples } from './measure.mjs'
import { workloadContender } from './workloads.mjs'

const [kind, name] = process.argv.slice(2)

serveSamples(kind === 'reader' ? await contenderOf(name) : workloadContender(name, kind === 'cached'))
