import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { packPackages } from '../support/packed-packages.js'
import { type Cell, drivers, openTelemetryLines } from './cells.js'

const run = promisify(execFile)
const contract = fileURLToPath(new URL('contract/', import.meta.url))

/** Applications with the packed packages, one for each set of packages; made when the first cell asks for it. */
export class Installations {
  readonly #made: Map<string, Promise<string>> = new Map()
  #folder: Promise<string> | undefined = undefined
  #tarballs: Promise<readonly string[]> | undefined = undefined

  /** The folder that holds `node_modules` and the contract. */
  folderOf(cell: Cell): Promise<string> {
    const packages = [...openTelemetryLines[cell.openTelemetry], ...drivers[cell.pg]]
    const key = packages.join(' ')
    let made = this.#made.get(key)
    if (made === undefined) {
      made = this.#install(packages)
      this.#made.set(key, made)
    }
    return made
  }

  async #install(packages: readonly string[]): Promise<string> {
    this.#folder ??= mkdtemp(join(tmpdir(), 'pgspan-matrix-'))
    this.#tarballs ??= this.#folder.then(packPackages)
    const target = await mkdtemp(join(await this.#folder, 'app-'))
    await writeFile(join(target, 'package.json'), '{ "name": "app", "private": true }')
    await run('npm', ['install', '--no-audit', '--no-fund', ...(await this.#tarballs), ...packages], {
      cwd: target,
    })
    await cp(contract, target, { recursive: true })
    return target
  }

  async remove(): Promise<void> {
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true })
  }
}
