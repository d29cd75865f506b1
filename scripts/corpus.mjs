// `npm run corpus`: runs the labelled scenarios in every variant and prints what was found of them; `--json` for
// programs. `PGSPAN_SEED=1 npm run corpus` uses the ids and the mixture of variants of an earlier run, and
// `npm run corpus -- -t plain` runs the plain variant alone: what follows goes to Vitest. `--strangers` runs those of
// somebody who had not seen the rules.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const given = process.argv.slice(2)
const format = given.includes('--json') ? 'report.json' : 'report.txt'

const folder = await mkdtemp(join(tmpdir(), 'pgspan-corpus-'))
try {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const file = `test/corpus/${given.includes('--strangers') ? 'strangers' : 'corpus'}.long.ts`
  const options = ['run', '--config', 'vitest.long.config.mts', file, '--silent']
  options.push(...given.filter((argument) => argument !== '--json' && argument !== '--strangers'))
  const run = spawn(process.execPath, [vitest, ...options], {
    cwd: root,
    env: { ...process.env, PGSPAN_CORPUS_REPORT: folder },
    // The report is this command's output; how the run goes on is for whoever watches.
    stdio: ['ignore', process.stderr, process.stderr],
  })
  const [code] = await once(run, 'exit')
  const report = await readFile(join(folder, format), 'utf8').catch(() => undefined)
  if (report === undefined) process.stderr.write('No variant was run: -t takes a part of the name of one.\n')
  else process.stdout.write(report)
  process.exitCode = report === undefined ? 2 : code
} finally {
  await rm(folder, { recursive: true, force: true })
}
