import type { Diagnosis } from '@pgspan/pool-care'
import { type Command, InvalidArgumentError } from 'commander'
import { runObserved } from './observed-run.js'
import { printDiagnoses } from './print-diagnoses.js'
import { checkTelemetry } from './telemetry/telemetry-checks.js'

interface DoctorFlags {
  readonly instances: number
  readonly seconds?: number
  readonly json?: boolean
}

/** Adds `pgspan doctor`. Ends with 0 if nothing is wrong, 1 if something is, 2 if it could not be found out. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description(
      'say what is wrong with telemetry in this folder, and with the pools of an application while it runs',
    )
    .argument('[application...]', 'the command that runs the application, behind --')
    .option('--instances <count>', 'how many processes like this one there are', countOf, 1)
    .option('--seconds <count>', 'end the application after so long', countOf)
    .option('--json', 'print JSON')
    .addHelpText('after', '\nExample: pgspan doctor --seconds 30 -- node app.js')
    .passThroughOptions()
    .action((application: string[], flags: DoctorFlags) => runDoctor(application, flags))
}

async function runDoctor(application: readonly string[], flags: DoctorFlags): Promise<void> {
  const telemetry = await checkTelemetry()
  const run = application.length === 0 ? undefined : await runObserved(application, flags)
  // The environment's endpoints are asked, and the application's exports are watched: they may say the same.
  const said = new Set(telemetry.map(({ problem }) => problem))
  const diagnoses = [...telemetry, ...(run?.diagnoses ?? []).filter(({ problem }) => !said.has(problem))]
  if (flags.json) process.stdout.write(`${JSON.stringify({ diagnoses, pools: run?.pools }, undefined, 2)}\n`)
  else printDiagnoses(diagnoses, run)
  process.exitCode = diagnoses.some(isWrong) ? 1 : 0
}

function isWrong({ severity }: Diagnosis): boolean {
  return severity !== 'note'
}

function countOf(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1)
    throw new InvalidArgumentError('It must be a whole number above 0.')
  return count
}
