import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createConsoleSink, createInsights } from '@pgspan/insights'
import { hookPg } from '@pgspan/instrumentation-pg'
import { type PoolView, processState } from '@pgspan/lifecycle'
import { startDevelopmentPage } from '../development-page.js'
import { reportOf } from './try-report.js'

/** Shows what an application does while it runs, and writes what was seen for the `pgspan try` that started it. */
function observe(folder: string, port: number): void {
  hookPg()
  const insights = createInsights({ console: false })
  insights.attach()
  insights.subscribe(createConsoleSink())
  // Package managers and other helpers are processes as well: they have no pool, and need no page.
  let hasPage = false
  const start = (): void => {
    if (hasPage) return
    hasPage = true
    startDevelopmentPage(insights, port)
  }
  processState().dispatcher.attach({
    name: 'try',
    poolAppeared: (_pool: PoolView) => start(),
    queryStarted: start,
  })
  const write = (): void => {
    insights.flush()
    const report = reportOf(insights)
    if (report.queries > 0) writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(report))
  }
  process.once('exit', write)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      write()
      // As it would end without us, unless the application has its own handler.
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
}

const folder = process.env.PGSPAN_TRY_REPORTS
if (folder) observe(folder, Number(process.env.PGSPAN_TRY_PORT) || 0)
