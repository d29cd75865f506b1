// Writes docs/upstream-claims.md from two runs of test/upstream-claims, against upstream's instrumentation and ours.
// `npm run docs:claims`
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startVitest } from 'vitest/node'

const root = fileURLToPath(new URL('..', import.meta.url))
const { version } = createRequire(import.meta.url)('@opentelemetry/instrumentation-pg/package.json')

const headings = {
  'attribution.test.ts': 'Traces',
  'coexistence.test.ts': 'Several instrumentations',
  'errors.test.ts': 'Errors, names and values',
  'options.test.ts': 'Options',
  'pools.test.ts': 'Pools',
  'settlement.test.ts': 'Ends and durations',
  'span-start.test.ts': 'Sampling',
}

/** @returns {Promise<{ file: string, claim: string, said: string }[]>} what each claim met; nothing if it held */
async function run(against) {
  const vitest = await startVitest('test', ['test/upstream-claims'], {
    root,
    watch: false,
    reporters: [{}],
    env: { PGSPAN_CLAIMS_AGAINST: against },
    chaiConfig: { truncateThreshold: 0 },
  })
  const modules = vitest.state.getTestModules()
  const results = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => ({
      file: basename(module.moduleId),
      claim: test.fullName.replaceAll(' > ', ' '),
      said: readable(test.result()),
    })),
  )
  await vitest.close()
  return results
}

/** What a failure says, without what changes from run to run. */
function readable({ state, errors = [] }) {
  if (state === 'passed') return ''
  return String(errors[0]?.message ?? state)
    .replace(' // Object.is equality', '')
    .replaceAll(/test_[0-9a-f]{12}/g, 'shop')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:5432')
    .replaceAll(/\b00-[0-9a-f]{32}-[0-9a-f]{16}-/g, '00-…-')
    .replaceAll(/\+0\b/g, '0')
    .replaceAll(/(\d\.\d\d)\d+/g, '$1')
    .replaceAll(/\s+/g, ' ')
}

function code(text) {
  return `\`\`${` ${text} `}\`\``.replaceAll('|', '\\|')
}

function page(upstream, ours) {
  const lines = [
    '# Claims',
    '',
    `What \`@opentelemetry/instrumentation-pg\` ${version} does wrong, as tests in`,
    '[`test/upstream-claims`](../test/upstream-claims). They run against `@pgspan/instrumentation-pg` with all other tests,',
    'and against the other one with `PGSPAN_CLAIMS_AGAINST=upstream npx vitest run test/upstream-claims`.',
    '',
    `Written by \`npm run docs:claims\`, which runs both: of ${upstream.length} claims, ${held(ours)} hold of pgspan and`,
    `${held(upstream)} of the other.`,
  ]
  for (const [file, heading] of Object.entries(headings)) {
    lines.push('', `## ${heading}`, '', `| claim | ${version} | pgspan |`, '| --- | --- | --- |')
    for (const { claim, said } of upstream.filter((result) => result.file === file)) {
      const own = ours.find((result) => result.claim === claim)
      lines.push(`| ${claim.replaceAll('|', '\\|')} | ${met(said)} | ${met(own?.said ?? 'did not run')} |`)
    }
  }
  return `${lines.join('\n')}\n`
}

function met(said) {
  return said === '' ? 'holds' : code(said)
}

function held(results) {
  return results.filter(({ said }) => said === '').length
}

const upstream = await run('upstream')
const ours = await run('pgspan')
writeFileSync(join(root, 'docs/upstream-claims.md'), page(upstream, ours))
process.stdout.write(`${held(upstream)} of ${upstream.length} hold of upstream, ${held(ours)} of pgspan\n`)
// Vitest has set it, since claims failed.
process.exitCode = ours.every(({ said }) => said === '') ? 0 : 1
