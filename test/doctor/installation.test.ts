import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examine, runPgspan } from '../support/doctor-run.js'
import { installPgspan, link } from '../support/pgspan-installation.js'
import { driversFolder, runNode } from '../support/run-child.js'
import { useTestDatabase } from '../support/test-database.js'

const database = useTestDatabase()

describe('what is installed', () => {
  async function inFolder<Result>(action: (folder: string) => Promise<Result>): Promise<Result> {
    const folder = await mkdtemp(join(tmpdir(), 'pgspan-installed-'))
    try {
      return await action(folder)
    } finally {
      await rm(folder, { recursive: true })
    }
  }

  test('without an SDK: the line that installs one for the api that is there', () =>
    inFolder(async (folder) => {
      const program = await installPgspan(folder)
      const { code, stdout, stderr } = await runPgspan(['doctor'], {}, { folder, program })
      expect(stderr).toBe('')
      expect(code).toBe(1)
      expect(stdout.replace(/\s+/g, ' ')).toContain(
        'warning no_sdk OpenTelemetry’s SDK is not installed here. There are findings and metrics for Prometheus, but no spans, and a collector gets nothing. → npm install @opentelemetry/sdk-node@^0.223.0',
      )
    }))

  test.each([
    ['api-0', 'error older_api'],
    ['api-1.8', 'error older_api'],
  ])(
    'an SDK that registers itself with %s gets no spans, which is said, also of the folder alone',
    (name, told) =>
      inFolder(async (folder) => {
        await link(join(driversFolder, 'node_modules', name), join(folder, 'node_modules/@opentelemetry/api'))
        for (const other of ['pg', '@opentelemetry/sdk-trace', '@pgspan/instrumentation-pg'])
          await link(join(driversFolder, 'node_modules', other), join(folder, 'node_modules', other))
        const app = join(driversFolder, 'apps/telemetry/other-api.cjs')
        await link(app, join(folder, 'app.cjs'))
        const env = { DATABASE_URL: database().connectionString }
        const args = ['--preserve-symlinks-main', 'app.cjs']
        expect((await runNode(args, env, { folder })).stdout).toBe('spans: 0\n')
        expect((await examine([], env, { folder })).told).toEqual([told])
        const running = await examine(['--', 'node', ...args], env, { folder })
        expect(running.told).toEqual([told, 'error disagreeing_apis'])
        expect(running.printed).toBe('spans: 0\n')
      }),
  )

  test('an SDK that may not register itself, as pgspan’s api was first, gets no spans, which is said', () =>
    inFolder(async (folder) => {
      await link(join(driversFolder, 'node_modules/api-1.8'), join(folder, 'node_modules/@opentelemetry/api'))
      for (const other of ['pg', '@opentelemetry/sdk-trace', '@pgspan/instrumentation-pg'])
        await link(join(driversFolder, 'node_modules', other), join(folder, 'node_modules', other))
      await link(join(driversFolder, 'apps/telemetry/other-api.cjs'), join(folder, 'app.cjs'))
      const run = ['--', 'node', '--preserve-symlinks-main', 'app.cjs', 'too late']
      const { told, printed, diagnoses } = await examine(
        run,
        { DATABASE_URL: database().connectionString },
        { folder },
      )
      expect([told, printed]).toEqual([['error older_api', 'error disagreeing_apis'], 'spans: 0\n'])
      expect(diagnoses[1]?.problem).toContain('@opentelemetry/api 1.8.0')
    }))

  test('an SDK that registers itself with a newer api gets its spans, and nothing is said', () =>
    inFolder(async (folder) => {
      await link(
        join(driversFolder, 'node_modules/api-1.10'),
        join(folder, 'node_modules/@opentelemetry/api'),
      )
      for (const other of ['pg', '@opentelemetry/sdk-trace', '@pgspan/instrumentation-pg'])
        await link(join(driversFolder, 'node_modules', other), join(folder, 'node_modules', other))
      await link(join(driversFolder, 'apps/telemetry/other-api.cjs'), join(folder, 'app.cjs'))
      const run = ['--', 'node', '--preserve-symlinks-main', 'app.cjs']
      const { told, printed } = await examine(run, { DATABASE_URL: database().connectionString }, { folder })
      expect([told, printed]).toEqual([[], 'spans: 1\n'])
    }))

  test('a driver that is older than what is supported is named', () =>
    inFolder(async (folder) => {
      await link(join(driversFolder, 'node_modules/pg-8.10'), join(folder, 'node_modules/pg'))
      const { told } = await examine([], {}, { folder })
      expect(told).toEqual(['error unsupported_driver'])
    }))
})
