import { spawn } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { constants } from 'node:os'
import { join } from 'node:path'

/**
 * Runs an application with a file of ours loaded into each of its processes, until it ends, Ctrl-C, or the time is over.
 * Its output goes to stderr, so that stdout has the report alone.
 *
 * @param preload the file, by its absolute path.
 * @throws if it cannot be started.
 */
export function runApplication(
  [command = '', ...args]: readonly string[],
  seconds: number | undefined,
  preload: string,
  variables: Readonly<Record<string, string>>,
): Promise<void> {
  const nodeOptions = `${process.env.NODE_OPTIONS ?? ''} --require ${JSON.stringify(preload)}`.trim()
  const env = { ...process.env, NODE_OPTIONS: nodeOptions, ...variables }
  const child = spawn(command, args, { stdio: ['inherit', 2, 2], env })
  // A terminal sends Ctrl-C to both: the application ends as it does by itself, and the report follows.
  const ignore = (): void => {}
  process.on('SIGINT', ignore)
  const end = (): void => {
    child.kill('SIGTERM')
  }
  process.once('SIGTERM', end)
  const timer = seconds === undefined ? undefined : setTimeout(end, seconds * 1_000)
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`the application cannot be started: ${error.message}`)))
    child.once('exit', (code, signal) => {
      clearTimeout(timer)
      process.off('SIGINT', ignore)
      process.off('SIGTERM', end)
      const isStopped = signal !== null || code === 0 || code === 128 + constants.signals.SIGINT
      if (!isStopped) process.stderr.write(`pgspan: the application ended with ${code}\n`)
      resolve()
    })
  })
}

/** What the preload of each process has written, as one JSON file each. */
export async function readReports<Report>(folder: string): Promise<readonly Report[]> {
  const names = await readdir(folder)
  // Written by the preload of this same package.
  return Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Report),
  )
}
