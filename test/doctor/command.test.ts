import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { type Examined, examine as examineAny, runPgspan } from '../support/doctor-run.js'
import { driversFolder } from '../support/run-child.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()
const application = (scenario: string): string[] => ['--', 'node', join('apps', 'pools.cjs'), scenario]

const environment = (): Record<string, string> => ({ DATABASE_URL: database().connectionString })
const pgspan = (args: readonly string[]): ReturnType<typeof runPgspan> => runPgspan(args, environment())

async function examine(args: readonly string[]): Promise<Pick<Examined, 'code' | 'told' | 'pools'>> {
  const { code, told, pools } = await examineAny(args, environment())
  return { code, told, pools }
}

describe('pgspan doctor, with an application', () => {
  test('ends with 0 if nothing is wrong', async () => {
    expect(await examine(application('good'))).toEqual({ code: 0, told: [], pools: 1 })
  })

  test('names every misconfiguration, and ends with 1', async () => {
    const { code, told } = await examine(application('bad'))
    expect(code).toBe(1)
    expect([...told].sort()).toEqual([
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
    const { told, code } = await examine(['--seconds', '5', ...application('server')])
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
  const register = fileURLToPath(new URL('../../packages/pgspan/dist/register.js', import.meta.url))

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
