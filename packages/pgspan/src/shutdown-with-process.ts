import type { Pgspan } from './start-pgspan.js'

/** An exporter that does not answer must not keep a process that wants to end. */
const shutdownMillis = 5_000

/**
 * Exports what is left when the process ends: when it has nothing to do any more, and at SIGTERM and SIGINT. A signal
 * ends the process as it would without us, unless the application has its own handler, which then decides.
 */
export function shutdownWithProcess(pgspan: Pgspan): void {
  let ending: Promise<void> | undefined
  const shutdown = (): Promise<void> => {
    ending ??= Promise.race([
      pgspan.shutdown().catch(() => {}),
      new Promise<void>((resolve) => setTimeout(resolve, shutdownMillis).unref()),
    ])
    return ending
  }
  process.once('beforeExit', shutdown)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, async () => {
      const isOurs = process.listenerCount(signal) === 0
      await shutdown()
      if (isOurs) process.kill(process.pid, signal)
    })
  }
}
