import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Diagnosis } from '@pgspan/pool-care'
import { describe, expect, test } from 'vitest'
import { freePort } from '../examples/shop/demo/free-port.js'
import { driversFolder } from './support/run-child.js'
import { useTestDatabase } from './support/test-database.js'

const database = useTestDatabase()
const command = fileURLToPath(new URL('../packages/pgspan/dist/cli/main.js', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function pgspan(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd: string = driversFolder,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [command, ...args],
      {
        cwd,
        env: { ...process.env, DATABASE_URL: database().connectionString, ...env },
        timeout: 60_000,
      },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
}

const application = (scenario: string): string[] => ['--', 'node', join('apps', 'pools.cjs'), scenario]

async function examine(
  args: readonly string[],
  env?: Record<string, string>,
): Promise<{ code: number | null; told: string[]; pools: unknown }> {
  const { code, stdout, stderr } = await pgspan(['doctor', '--json', ...args], env)
  if (stdout === '') throw new Error(stderr)
  const { diagnoses, pools }: { diagnoses: Diagnosis[]; pools?: number } = JSON.parse(stdout)
  return { code, told: diagnoses.map(({ severity, check }) => `${severity} ${check}`), pools }
}

describe('pgspan doctor, with an application', () => {
  test('ends with 0 if nothing is wrong', async () => {
    expect(await examine(application('good'))).toEqual({ code: 0, told: [], pools: 1 })
  })

  test('names every misconfiguration, and ends with 1', async () => {
    const { code, told } = await examine(application('bad'))
    expect(code).toBe(1)
    expect(told.sort()).toEqual([
      'error limits_above_server',
      'error no_error_listener',
      'note keep_alive_off',
      'warning no_connection_timeout',
    ])
  })

  test('prints what is wrong, what comes of it and what to do, and the application’s own output elsewhere', async () => {
    const { code, stdout, stderr } = await pgspan(['doctor', ...application('bad')])
    expect(code).toBe(1)
    expect(stderr).toBe('the application says something\n')
    expect(stdout).toContain(`pool ${database().name}\n  error no_error_listener\n`)
    expect(stdout).toContain("Nobody listens to the pool's 'error' event.")
    expect(stdout).toContain('→ new Pool({ connectionTimeoutMillis: 5_000 })')
    expect(stdout).toContain('3 things are wrong. Pools seen: 1.')
    expect(stdout).not.toContain(database().password)
  })

  test('an application that the loss of an idle connection ends has its report all the same', async () => {
    const { code, stdout, stderr } = await pgspan(['doctor', '--json', ...application('lost')])
    expect(stderr).toContain('pgspan: the application ended with 1')
    expect(code).toBe(1)
    expect(stdout).toContain('no_error_listener')
  })

  test('names pools that are made per request of a server', async () => {
    const { told } = await examine(application('requests'))
    expect(told).toEqual(['error pool_per_request'])
  })

  test('ends a server after the time that it was given', async () => {
    const { told, code } = await examine(['--seconds', '2', ...application('server')])
    expect(told).toEqual(['warning no_connection_timeout'])
    expect(code).toBe(1)
  })

  test('multiplies limits by instances', async () => {
    const { told } = await examine(['--instances', '60', ...application('good')])
    expect(told).toEqual(['error limits_above_server'])
  })

  test('says so if nothing of pg was seen', async () => {
    expect((await examine(application('none'))).told).toEqual(['error nothing_observed'])
  })
})

describe.concurrent('pgspan doctor, on telemetry', () => {
  test.each([
    ['warning switched_off', { OTEL_SDK_DISABLED: 'true' }],
    ['warning switched_off', { OTEL_TRACES_SAMPLER: 'always_off' }],
    ['error endpoint_unreachable', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }],
  ])('says %s for %j', async (expected, env) => {
    expect(await examine([], env)).toMatchObject({ code: 1, told: [expected] })
  })

  test('finds nothing wrong with an endpoint that answers', async () => {
    const server = createServer((socket) => socket.end())
    const port = await freePort()
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    expect(await examine([], { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })).toMatchObject({
      code: 0,
      told: [],
    })
    server.close()
  })

  test('names an older api and an older driver of the application', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pgspan-older-'))
    const install = async (name: string, version: string): Promise<void> => {
      await mkdir(join(folder, 'node_modules', name), { recursive: true })
      await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, version }))
      await writeFile(join(folder, 'node_modules', name, 'index.js'), '')
    }
    await install('@opentelemetry/api', '1.8.0')
    await install('pg', '8.10.0')
    await writeFile(join(folder, 'package.json'), '{}')
    const { code, stdout } = await pgspan(['doctor'], {}, folder)
    expect(code).toBe(1)
    expect(stdout).toContain('This folder has @opentelemetry/api 1.8.0, and pgspan uses 1.9.1.')
    expect(stdout).toContain('pg 8.10.0 is installed here; 8.11 or newer, before 9, is supported.')
    await rm(folder, { recursive: true })
  })

  test('names a port that is usually for another protocol', async () => {
    const { told } = await examine([], { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317' })
    expect(told).toContain('warning wrong_protocol')
  })
})

describe.concurrent('what cannot be done ends with 2', () => {
  test.each([
    [['doctor', '--instances', '0'], 'It must be a whole number above 0'],
    [['doctor', '--', 'no-such-program'], 'the application cannot be started'],
    [['no-such-command'], 'unknown command'],
    [['doctor', '--verbose'], 'unknown option'],
  ])('%j', async (args, message) => {
    const { code, stderr, stdout } = await pgspan(args)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
    expect(stdout).toBe('')
  })
})

describe('node --import pgspan/register', () => {
  const register = fileURLToPath(new URL('../packages/pgspan/dist/register.js', import.meta.url))

  /** What a server says on stderr until it has said `word`, or for three seconds after it has begun. */
  function sayings(word: string, env: Record<string, string>): Promise<string> {
    return new Promise((resolve) => {
      const child = execFile(
        process.execPath,
        ['--require', register, join('apps', 'pools.cjs'), 'server'],
        {
          cwd: driversFolder,
          env: {
            ...process.env,
            DATABASE_URL: database().connectionString,
            OTEL_METRICS_EXPORTER: 'none',
            PGSPAN_CONSOLE: '0',
            ...env,
          },
          timeout: 15_000,
        },
        (_error, _stdout, stderr) => resolve(stderr),
      )
      child.stderr?.on('data', (text: string) => {
        if (text.includes(word)) child.kill('SIGTERM')
      })
      if (word === '') child.stdout?.once('data', () => setTimeout(() => child.kill('SIGTERM'), 3_000))
    })
  }

  test('names a misconfigured pool a moment after the start, if it is to say anything', async () => {
    const [told, silent] = await Promise.all([sayings('Remedy', { PGSPAN_DOCTOR: '1' }), sayings('', {})])
    expect(told).toContain(`pgspan: pool ${database().name}: Requests for a connection may wait for ever`)
    expect(told.match(/Remedy:/g)).toHaveLength(1)
    expect(silent).toBe('')
  })
})
