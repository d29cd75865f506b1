import { execFile } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type { CallSite } from '@pgspan/lifecycle'
import { type BuildOptions, build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import webpack, { type Configuration, type Stats } from 'webpack'
import { useTestDatabase } from '../support/test-database.js'
import { linesOf } from './support/lines-of.js'
import { people } from './support/people.js'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const built = folder('built')
const application = folder('bundled/application.ts')
const lineOf = linesOf(pathToFileURL(application).href)
const database = useTestDatabase(people)

beforeAll(() => mkdir(built, { recursive: true }))
afterAll(() => rm(built, { recursive: true }))

/** Builds with esbuild, minified, with a source map beside the file. */
async function minify(entry: string, file: string, options: BuildOptions): Promise<string> {
  const outfile = join(built, file)
  const common: BuildOptions = {
    minify: true,
    sourcemap: true,
    platform: 'node',
    format: 'cjs',
    logLevel: 'error',
  }
  await build({ ...common, ...options, entryPoints: [entry], outfile })
  return outfile
}

/** The lines that are told of a built application's slow queries. */
async function placesIn(file: string, flags: readonly string[]): Promise<(Partial<CallSite> | null)[]> {
  const { stdout } = await run(process.execPath, [...flags, folder('bundled/observe.mjs'), file], {
    cwd: root,
    env: { ...process.env, DATABASE_URL: database().connectionString },
  })
  return JSON.parse(stdout)
}

/** As the source has it. */
const inSource = [
  { ...lineOf('drizzle'), functionName: 'withDrizzle' },
  lineOf('drizzle transaction'),
  { ...lineOf('kysely'), functionName: 'withKysely' },
  { ...lineOf('slonik'), functionName: 'withSlonik' },
  { ...lineOf('typeorm'), functionName: 'withTypeorm' },
  { ...lineOf('knex'), functionName: 'withKnex' },
  { ...lineOf('sequelize'), functionName: 'withSequelize' },
]

describe('a minified application, run with --enable-source-maps', () => {
  test('is told by the lines and functions of its source', async () => {
    const file = await minify(application, 'application.cjs', { bundle: true, packages: 'external' })
    expect(await placesIn(file, ['--enable-source-maps'])).toMatchObject(inSource)
  })

  test('is so too in one file with its libraries', async () => {
    const external = ['pg', 'pg-native', 'pg-cursor', 'pg-query-stream', 'typeorm', 'knex', 'sequelize']
    const file = await minify(application, 'bundle.cjs', { bundle: true, external })
    expect(await placesIn(file, ['--enable-source-maps'])).toMatchObject(inSource)
  })
})

test('webpack’s names of source files become paths from the application’s root', async () => {
  const configuration: Configuration = {
    mode: 'production',
    target: 'node',
    devtool: 'source-map',
    context: root,
    entry: folder('bundled/small-application.mjs'),
    externals: { pg: 'commonjs pg' },
    output: { path: built, filename: 'webpack.cjs', library: { type: 'commonjs2' } },
  }
  const stats = await promisify<Configuration, Stats | undefined>(webpack)(configuration)
  expect(stats?.compilation.errors).toEqual([])
  const map = JSON.parse(await readFile(join(built, 'webpack.cjs.map'), 'utf8'))
  expect(map.sources).toContain('webpack://pgspan-workspace/./test/libraries/bundled/small-application.mjs')
  const small = linesOf(new URL('bundled/small-application.mjs', import.meta.url).href)
  expect(await placesIn(join(built, 'webpack.cjs'), ['--enable-source-maps'])).toMatchObject([
    { ...small('slow'), functionName: 'loadSlowly' },
  ])
})

describe('a library whose source map leads into the application', () => {
  test('exists: TypeORM’s does, where packages are not nested', async () => {
    const typeorm = dirname(createRequire(import.meta.url).resolve('typeorm'))
    const map = await readFile(join(typeorm, 'driver/postgres/PostgresQueryRunner.js.map'), 'utf8')
    expect(JSON.parse(map).sources).toEqual(['../../../../src/driver/postgres/PostgresQueryRunner.ts'])
  })

  test('is not taken for the application', async () => {
    const source = join(built, 'flat/src/driver/runner.ts')
    await mkdir(dirname(source), { recursive: true })
    await writeFile(source, 'export async function run(pool, text) {\n  return await pool.query(text)\n}\n')
    const map = await minify(source, 'flat/node_modules/library/driver/runner.js', {})
    expect(JSON.parse(await readFile(`${map}.map`, 'utf8')).sources).toEqual([
      '../../../src/driver/runner.ts',
    ])
    const main = join(built, 'flat/main.cjs')
    await writeFile(
      main,
      `const pg = require('pg')
      const { run } = require('library/driver/runner.js')
      exports.main = async function main() {
        const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
        await run(pool, 'SELECT pg_sleep(0.15)')
        await pool.end()
      }`,
    )
    const file = 'test/libraries/built/flat/main.cjs'
    const expected = [{ file, line: 5, functionName: 'main', library: 'library' }]
    expect(await placesIn(main, ['--enable-source-maps'])).toMatchObject(expected)
  })
})
