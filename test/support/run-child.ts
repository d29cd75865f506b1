import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The workspace package that has the drivers and instrumentations that tests run next to ours. */
export const driversFolder: string = fileURLToPath(new URL('../drivers/', import.meta.url))

export interface ChildResult {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

/**
 * Runs Node with `args` in `test/drivers`, where the drivers and instrumentations are installed.
 *
 * @param other another Node, or another folder.
 */
export function runNode(
  args: readonly string[],
  env: Record<string, string> = {},
  other: { readonly program?: string; readonly folder?: string } = {},
): Promise<ChildResult> {
  return new Promise((resolve) => {
    const child = execFile(
      other.program ?? process.execPath,
      args,
      {
        cwd: other.folder ?? driversFolder,
        env: { ...process.env, ...env },
        timeout: 170_000,
        maxBuffer: 2 ** 26,
      },
      (_error, stdout, stderr) => resolve({ stdout, stderr, code: child.exitCode }),
    )
  })
}

/** What the child printed last, as JSON; its error output in the failure if it printed nothing. */
export function printed<Value>({ stdout, stderr, code }: ChildResult): Value {
  const last = stdout.trim().split('\n').at(-1) ?? ''
  try {
    return JSON.parse(last) as Value
  } catch {
    throw new Error(`ended with ${code} and printed no JSON: ${stdout.slice(-500)}${stderr.slice(-3000)}`)
  }
}
