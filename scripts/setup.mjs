// Installs and builds the workspace with what Node ships: `npm run demo` and `npm test` work from a fresh clone.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

const { packageManager } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx'

/**
 * Fetches the package manager that package.json pins, and installs exactly what the lockfile says: for the whole
 * workspace, or for the root and the given folders of it.
 */
export async function install(...folders) {
  // Who changes the lockfile has its packages' ages and signatures checked by pnpm; every clone asking the registry again,
  // twice for each of a thousand packages, takes longer than all else. What is fetched must match the lockfile's hashes.
  const lockfile = ['--frozen-lockfile', '--trust-lockfile', '--prefer-offline']
  const filters =
    folders.length === 0 ? [] : ['--filter=.', ...folders.map((folder) => `--filter=./${folder}/*`)]
  await step('install', npx, ['--yes', packageManager, 'install', ...lockfile, ...filters], { quiet: true })
}

export async function build() {
  await step('build', process.execPath, [
    fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url)),
    '-b',
  ])
  await step('build the page', process.execPath, [
    fileURLToPath(new URL('../packages/inspector/build-page.mjs', import.meta.url)),
  ])
}

/** Runs one step, says how long it took, and ends this process if it fails. */
export async function step(name, command, args, { quiet = false, env = {} } = {}) {
  const startedAt = performance.now()
  process.stderr.write(`• ${name} …\n`)
  const { code, output } = await run(command, args, { quiet, env })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  if (code === 0) {
    process.stderr.write(`✓ ${name} (${seconds} s)\n`)
    return
  }
  process.stderr.write(output)
  process.stderr.write(
    `✗ ${name} failed after ${seconds} s: ${[command, ...args].join(' ')} ended with ${code}\n`,
  )
  process.exit(1)
}

function run(command, args, { quiet, env }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
      env: { ...process.env, ...env },
      shell: process.platform === 'win32',
    })
    let output = ''
    const collect = (chunk) => {
      output = (output + chunk).slice(-20_000)
    }
    child.stdout?.on('data', collect)
    child.stderr?.on('data', collect)
    child.on('error', (error) => resolve({ code: error.message, output }))
    child.on('close', (code, signal) => resolve({ code: code ?? signal, output }))
  })
}
