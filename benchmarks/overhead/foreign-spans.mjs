// What InsightsSpanProcessor adds to a span that is no query: microseconds of CPU, beside the same SDK without it. Each
// runs in processes of its own, as spans that carry a mark and spans that do not would slow each other down; they take
// turns, and the medians count.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { InsightsSpanProcessor } from '@pgspan/insights'

const turns = 5
const rounds = 40
const tracesPerRound = 1_000
const spansPerTrace = 20

const silent = { onStart() {}, onEnd() {}, forceFlush: async () => {}, shutdown: async () => {} }

/** A request's span with calls and functions below it. */
function makeTrace(tracer) {
  const root = tracer.startSpan('GET /orders', { kind: SpanKind.SERVER }, ROOT_CONTEXT)
  const context = trace.setSpan(ROOT_CONTEXT, root)
  for (let n = 1; n < spansPerTrace; n++) {
    const kind = n % 4 === 0 ? SpanKind.CLIENT : SpanKind.INTERNAL
    tracer.startSpan('work', { kind, attributes: { 'code.function.name': 'work' } }, context).end()
  }
  root.end()
}

function microsecondsPerSpan(tracer) {
  const before = process.cpuUsage()
  for (let n = 0; n < tracesPerRound; n++) makeTrace(tracer)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / tracesPerRound / spansPerTrace
}

const median = (numbers) => numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0

function measure(mode) {
  const spanProcessors = mode === 'insights' ? [silent, new InsightsSpanProcessor()] : [silent, { ...silent }]
  const tracer = new TracerProvider({ spanProcessors }).getTracer('benchmark')
  for (let n = 0; n < 10; n++) microsecondsPerSpan(tracer)
  return median(Array.from({ length: rounds }, () => microsecondsPerSpan(tracer)))
}

const [mode] = process.argv.slice(2)
if (mode !== undefined) console.log(measure(mode))
else {
  const run = (name) => Number(execFileSync(process.execPath, [fileURLToPath(import.meta.url), name]))
  const measured = Array.from({ length: turns }, () => ({ none: run('none'), insights: run('insights') }))
  const none = median(measured.map((turn) => turn.none))
  const added = median(measured.map((turn) => turn.insights - turn.none))
  console.log(`span without insights: ${none.toFixed(2)} µs; added by insights: ${added.toFixed(2)} µs`)
}
