import type { Pgspan } from './start-pgspan.js'

/** An exporter whose endpoint does not answer must not keep a process that wants to end. */
const shutdownMillis = 2_000

/**
 * Exports what is left when the process ends: when it has nothing to do any more, and at SIGTERM and SIGINT. A signal
 * ends the process as it would without us, unless the application has its own handler, which then decides. What could
 * not be exported within two seconds is lost.
 */
export function shutdownWithProcess(pgspan: Pgspan): void {
  let ending: Promise<boolean> | undefined
  const shutdown = (): Promise<boolean> => {
    ending ??= Promise.race([
      pgspan.shutdown().then(
        () => true,
        () => true,
      ),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), shutdownMillis).unref()),
    ])
    return ending
  }
  process.once('beforeExit', async () => {
    // The application has come to its end; only exporters that try again and again would go on.
    if (!(await shutdown())) process.exit()
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, async () => {
      const isOurs = process.listenerCount(signal) === 0
      await shutdown()
      if (isOurs) process.kill(process.pid, signal)
    })
  }
}
