import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** The shortest sample: the kernel counts the CPU time of a process in steps of some microseconds. */
const SAMPLE_MICROS = 20_000
/** Samples that do not count. On a busy machine it takes V8 a while to compile what is used often. */
const WARM_SAMPLES = 40

/** User CPU time of this process while `work` runs, in microseconds. What else runs on the machine does not count. */
export function cpuMicros(work) {
  const before = process.cpuUsage()
  work()
  return process.cpuUsage(before).user
}

/**
 * Measures contenders, each in a process of its own, so that nobody pays for another one's garbage. They take turns,
 * in an order that is reversed from round to round.
 *
 * @param tasks the arguments of each worker.mjs
 * @returns of each task the median, and what the worker has said of itself
 */
export async function compare(tasks, rounds) {
  const plans = await Promise.all(tasks.map(async (task) => ({ ...(await startWorker(task)), samples: [] })))
  for (let round = 0; round < rounds; round++) {
    for (const plan of round % 2 === 0 ? plans : plans.toReversed()) plan.samples.push(await plan.sample())
  }
  for (const { worker } of plans) worker.disconnect()
  return plans.map(({ about, samples }) => ({ ...about, micros: median(samples) }))
}

async function startWorker(task) {
  const worker = fork(fileURLToPath(new URL('worker.mjs', import.meta.url)), task)
  const [about] = await once(worker, 'message')
  const sample = async () => {
    worker.send('sample')
    const [micros] = await once(worker, 'message')
    return micros
  }
  return { worker, about, sample }
}

/** Takes samples of a contender whenever the parent process asks for one. */
export function serveSamples(contender) {
  const calls = callsPerSample(contender)
  process.on('message', () => process.send(cpuMicros(contender.prepare(calls)) / calls))
  process.send({ reads: contender.reads })
}

/** How many calls fill a sample; the search for it warms the code up. */
function callsPerSample({ step, maxCalls, prepare }) {
  let calls = step
  for (let samples = 0; samples < WARM_SAMPLES; ) {
    if (cpuMicros(prepare(calls)) >= SAMPLE_MICROS || calls * 2 > maxCalls) samples++
    else calls *= 2
  }
  return calls
}

/** The middle of `values`. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
