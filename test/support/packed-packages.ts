import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** Packs what is published, as it would be published, into `folder`; the paths of the tarballs. */
export async function packPackages(folder: string): Promise<readonly string[]> {
  const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  for (const name of await readdir(join(root, 'packages'))) {
    const manifest = JSON.parse(await readFile(join(root, 'packages', name, 'package.json'), 'utf8'))
    if (manifest.private) continue
    await run('npx', ['--yes', packageManager, 'pack', '--pack-destination', folder], {
      cwd: join(root, 'packages', name),
    })
  }
  return (await readdir(folder)).filter((name) => name.endsWith('.tgz')).map((name) => join(folder, name))
}
