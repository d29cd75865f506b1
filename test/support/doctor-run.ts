import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Diagnosis } from '@pgspan/pool-care'
import { driversFolder } from './run-child.js'

/** The program `pgspan`, built. */
export const pgspanProgram: string = fileURLToPath(
  new URL('../../packages/pgspan/dist/cli/main.js', import.meta.url),
)

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs `pgspan` with `args`. */
export function runPgspan(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  other: { readonly folder?: string; readonly program?: string } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [other.program ?? pgspanProgram, ...args],
      { cwd: other.folder ?? driversFolder, env: { ...process.env, ...env }, timeout: 60_000 },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

/** What `pgspan doctor` says, and what the application printed meanwhile. */
export interface Examined {
  readonly code: number | null
  /** Severity and check, such as `error loaded_too_late`. */
  readonly told: readonly string[]
  readonly diagnoses: readonly Diagnosis[]
  readonly pools: unknown
  readonly printed: string
}

/** Runs `pgspan doctor --json`. */
export async function examine(...run: Parameters<typeof runPgspan>): Promise<Examined> {
  const [args, ...rest] = run
  const { code, stdout, stderr } = await runPgspan(['doctor', '--json', ...args], ...rest)
  if (stdout === '') throw new Error(stderr)
  const { diagnoses, pools }: { diagnoses: Diagnosis[]; pools?: number } = JSON.parse(stdout)
  const told = diagnoses.map(({ severity, check }) => `${severity} ${check}`)
  return { code, told, diagnoses, pools, printed: stderr }
}
