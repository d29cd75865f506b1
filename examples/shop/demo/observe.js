// @ts-check
// Loaded before the shop (`node --import`): starts pgspan, and hands its findings and figures to whoever started
// this process, when asked for them. An application of your own needs only `--import pgspan/register`.
import { startPgspan } from 'pgspan'

const pgspan = startPgspan({ console: false })

process.on('message', async (message) => {
  if (message !== 'report') return
  const report = {
    findings: pgspan.insights?.findings() ?? [],
    statistics: pgspan.insights?.statistics(),
    metricsUrl: await pgspan.metricsUrl,
  }
  process.send?.({ report })
})
// Whoever started this process asks and listens; that alone keeps nothing running.
process.channel?.unref()
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
process.once('beforeExit', () => pgspan.shutdown())
