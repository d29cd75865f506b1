import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { ContractRun } from './judge.js'

const run = promisify(execFile)

/** How a process of the contract starts: with nobody watching, or watched, the driver required or imported. */
export const starts = {
  bare: ['app.cjs'],
  required: ['--require', './instrumentation.cjs', 'app.cjs'],
  imported: ['--import', './instrumentation.mjs', 'app.mjs'],
} as const

/** Runs the contract in a process of its own, in the folder that the packages were installed into. */
export async function runContract(options: {
  readonly node: string
  readonly folder: string
  readonly start: keyof typeof starts
  /** What the contract connects to, and the server behind it. */
  readonly databaseUrl: string
  readonly serverUrl: string
  readonly abilities: readonly string[]
}): Promise<ContractRun> {
  const { stdout, stderr } = await run(options.node, starts[options.start], {
    cwd: options.folder,
    // Nothing of this process's settings for Node, OpenTelemetry or PostgreSQL.
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: options.databaseUrl,
      SERVER_URL: options.serverUrl,
      ABILITIES: options.abilities.join(','),
    },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 60_000,
  })
  return { report: JSON.parse(stdout), stderr: stderr.replaceAll(/\(node:\d+\)/g, '(node)') }
}
