// What `--require` loads before somebody else's programs: ours with all that it can record without touching the
// text of queries, and an SDK in memory.
// OBSERVED names a file to which the number of spans is added, and of those that never ended.
const { appendFileSync } = require('node:fs')
const { context, trace } = require('@opentelemetry/api')
const { AsyncLocalStorageContextManager } = require('@opentelemetry/context-async-hooks')
const { TracerProvider } = require('@opentelemetry/sdk-trace')
const { PgInstrumentation } = require('@pgspan/instrumentation-pg')

let ended = 0
let open = 0
const counter = {
  onStart: () => void open++,
  onEnd() {
    open--
    ended++
  },
  forceFlush: async () => {},
  shutdown: async () => {},
}
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [counter] }))
new PgInstrumentation({
  acquireSpans: 'always',
  connectSpans: 'always',
  beginSpans: 'always',
  recordQueryParameters: true,
  slowQueryMillis: 0,
  requestHook() {},
  responseHook() {},
})
process.on('exit', () => {
  if (process.env.OBSERVED) appendFileSync(process.env.OBSERVED, `${JSON.stringify({ ended, open })}\n`)
})
