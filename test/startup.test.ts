import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const app = fileURLToPath(new URL('support/tiny-app.mjs', import.meta.url))
const cwd = fileURLToPath(new URL('../examples/shop/', import.meta.url))

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly code: number | null
}

/** Runs the small application from a folder that has `pgspan` installed. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...args, app],
      {
        cwd,
        env: {
          ...process.env,
          DATABASE_URL: database().connectionString,
          OTEL_EXPORTER_PROMETHEUS_PORT: '0',
          ...env,
        },
      },
      (_error, stdout, stderr) => resolve({ stdout, stderr, code: child.exitCode }),
    )
  })
}

const register = ['--import', 'pgspan/register']
const quiet = { OTEL_METRICS_EXPORTER: 'none', PGSPAN_CONSOLE: '0' }

describe('an application with pgspan registered', () => {
  let bare: Ended
  let server: Server | undefined
  beforeAll(async () => {
    bare = await run([])
    expect(bare.stdout).toContain('[{"n":42}]')
    expect(bare.code).toBe(3)
  })
  afterEach(() => server?.close())

  test('prints and ends as without', async () => {
    expect(await run(register, quiet)).toEqual(bare)
  })

  test('prints and ends as without when the exporter’s endpoint is down', async () => {
    const ended = await run(register, { ...quiet, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
    expect({ stdout: ended.stdout, code: ended.code }).toEqual({ stdout: bare.stdout, code: bare.code })
    expect(ended.stderr).not.toContain('canary')
  })

  test('prints and ends as without when the metrics port is in use, and says which and what to do', async () => {
    server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const ended = await run(register, { PGSPAN_CONSOLE: '0', OTEL_EXPORTER_PROMETHEUS_PORT: String(port) })
    expect({ stdout: ended.stdout, code: ended.code }).toEqual({ stdout: bare.stdout, code: bare.code })
    expect(ended.stderr).toContain(`port ${port} on 127.0.0.1 is in use`)
    expect(ended.stderr).toContain('OTEL_EXPORTER_PROMETHEUS_PORT')
  })

  test('is told of a wrong variable in one line', async () => {
    const ended = await run(register, { ...quiet, PGSPAN_SLOW_QUERY_MILLIS: 'soon', PGSPAN_SLOW: '1' })
    expect(ended.stdout).toBe(bare.stdout)
    expect(ended.stderr.match(/PGSPAN_SLOW_QUERY_MILLIS must be/g)).toHaveLength(1)
    expect(ended.stderr).toContain('PGSPAN_SLOW is not a setting')
  })

  test('goes on when the suppressions file of its environment is none, and says so', async () => {
    const ended = await run(register, { ...quiet, PGSPAN_SUPPRESSIONS_FILE: 'no-such-file.json' })
    expect({ stdout: ended.stdout, code: ended.code }).toEqual({ stdout: bare.stdout, code: bare.code })
    expect(ended.stderr).toContain('nothing is suppressed by PGSPAN_SUPPRESSIONS_FILE')
    expect(ended.stderr).toContain('no-such-file.json cannot be read: ENOENT')
  })

  test('is left alone when pgspan is disabled', async () => {
    const ended = await run(register, { PGSPAN_DISABLED: '1' })
    expect(ended).toEqual(bare)
  })

  test('is told when nothing was observed', async () => {
    const script = ['--input-type=module', '-e', 'console.log("no database here")']
    const ended = await new Promise<Ended>((resolve) => {
      const child = execFile(
        process.execPath,
        [...register, ...script],
        { cwd, env: { ...process.env, ...quiet } },
        (_e, stdout, stderr) => resolve({ stdout, stderr, code: child.exitCode }),
      )
    })
    expect(ended.stdout).toBe('no database here\n')
    expect(ended.stderr).toContain('nothing was observed')
    expect(ended.code).toBe(0)
  })
})
