import { diag } from '@opentelemetry/api'
import type { Insights } from '@pgspan/insights'
import { createInspector, type Inspector } from '@pgspan/inspector'

/** What ends sooner is no service, and needs no page. */
const patienceMillis = 500

/** The page on a port of its own. */
export interface DevelopmentPage {
  /** Settles with its address once it listens; undefined if it could not. */
  readonly url: Promise<string | undefined>
  /** The port that it listens on; requests to it are nobody's. */
  readonly port: number | undefined
  close(): void
}

/**
 * Starts the page, says its address on stderr, and keeps no process running. A port that is in use is named in one line,
 * and the rest goes on.
 *
 * @param port 0 for a free one.
 */
export function startDevelopmentPage(insights: Insights, port: number): DevelopmentPage {
  const inspector = createInspector({ insights })
  let timer: NodeJS.Timeout | undefined
  const page = {
    port: undefined as number | undefined,
    url: new Promise<string | undefined>((resolve) => {
      timer = setTimeout(() => {
        void listen(inspector, port).then((url) => {
          if (url !== undefined) page.port = Number(new URL(url).port)
          resolve(url)
        })
      }, patienceMillis).unref()
    }),
    close() {
      clearTimeout(timer)
      inspector.close()
    },
  }
  return page
}

async function listen(inspector: Inspector, port: number): Promise<string | undefined> {
  try {
    const url = await inspector.listen(port)
    process.stderr.write(`pgspan: what requests do to PostgreSQL is on ${url}\n`)
    return url
  } catch (error) {
    const isUsed = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
    const reason = isUsed ? `port ${port} is in use` : String(error)
    diag.error(`pgspan: there is no page, as ${reason}. Set PGSPAN_INSPECTOR, or inspector, to a free port.`)
    return undefined
  }
}
