import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { printTryReport } from './print-try-report.js'
import { readReports, runApplication } from './run-application.js'
import { mergeReports, type TryReport } from './try-report.js'

interface TryFlags {
  readonly port?: number
  readonly seconds?: number
  readonly json?: boolean
}

const preload = join(__dirname, 'try-preload.js')

/** Adds `pgspan try`: any application, without a line of code and without an SDK. */
export function addTryCommand(program: Command): void {
  program
    .command('try')
    .description(
      'run an application and show what it does to PostgreSQL: a page, findings as they are made, a summary',
    )
    .argument('<application...>', 'the command that runs the application, behind --')
    .option('--port <port>', 'where the page listens; a free port if not given', numberOf(65_535))
    .option('--seconds <count>', 'end the application after so long', numberOf(1_000_000))
    .option('--json', 'print the summary as JSON')
    .addHelpText('after', '\nExample: pgspan try -- node app.js')
    .passThroughOptions()
    .action((application: string[], flags: TryFlags) => tryApplication(application, flags))
}

async function tryApplication(application: readonly string[], flags: TryFlags): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pgspan-try-'))
  try {
    await runApplication(application, flags.seconds, preload, {
      PGSPAN_TRY_REPORTS: folder,
      PGSPAN_TRY_PORT: String(flags.port ?? 0),
    })
    const report = mergeReports(await readReports<TryReport>(folder))
    if (flags.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`)
    else printTryReport(report)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function numberOf(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${most}.`)
    return value
  }
}
