import { cp, mkdir, readdir, realpath, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../../packages/', import.meta.url))

/** What else pgspan needs, and which of its packages it is found for. */
const needed: Readonly<Record<string, string>> = {
  '@opentelemetry/api': 'pgspan',
  '@opentelemetry/instrumentation': 'pgspan',
  commander: 'pgspan',
  'require-in-the-middle': 'instrumentation-pg',
  'rotating-file-stream': 'slow-query-log',
}

/**
 * Installs what is built of pgspan into `folder`, as copies that see only what is installed there: the api, and none of
 * OpenTelemetry's SDK.
 *
 * @returns the program `pgspan`.
 */
export async function installPgspan(folder: string): Promise<string> {
  const modules = join(folder, 'node_modules')
  await writeFile(join(folder, 'package.json'), '{ "private": true }')
  for (const name of await readdir(packages)) {
    const target = join(modules, name === 'pgspan' ? name : `@pgspan/${name}`)
    for (const part of ['package.json', 'dist', 'esm'])
      await cp(join(packages, name, part), join(target, part), { recursive: true }).catch(() => {})
  }
  for (const [name, user] of Object.entries(needed))
    await link(join(packages, user, 'node_modules', name), join(modules, name))
  return join(modules, 'pgspan/dist/cli/main.js')
}

/** Makes `path` stand for the installed package `target`. */
export async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await symlink(await realpath(target), path)
}
