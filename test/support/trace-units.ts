import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const app = fileURLToPath(new URL('../drivers/apps/trace-units.cjs', import.meta.url))

interface Outcome {
  readonly queries: number
  readonly found: readonly string[]
}

/** Runs scenarios of traces in a process of their own. */
export async function traceUnits(
  connectionString: string,
  driver: string,
  scenarios: readonly string[],
): Promise<Record<string, Outcome> & { seconds: number }> {
  const env = {
    ...process.env,
    DATABASE_URL: connectionString,
    DRIVER: driver,
    SCENARIOS: scenarios.join(','),
  }
  const { stdout } = await run(process.execPath, [app], { env })
  return JSON.parse(stdout)
}
