import { mkdir, rm, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
/** Changes with the versions of Prisma. */
const manifest = fileURLToPath(new URL('../package.json', import.meta.url))

const schema = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url))
const client = fileURLToPath(new URL('../prisma/generated/client.ts', import.meta.url))
const lock = fileURLToPath(new URL('../prisma/generating', import.meta.url))
/** One that generates takes seconds; one that takes longer has died. */
const patienceMillis = 60_000

/**
 * Does what `prisma generate` does for the schema beside these tests, without Prisma's command, which would download
 * an engine that a client with a driver adapter does not use. Returns the path of the client's module.
 *
 * Test files run at the same time: one generates, and the others wait for it.
 */
export async function generatePrismaClient(): Promise<string> {
  while (!(await isLocked())) await sleep(50)
  try {
    if (!(await isCurrent())) await generate()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
  return client
}

async function isLocked(): Promise<boolean> {
  try {
    await mkdir(lock)
    return true
  } catch {
    if (Date.now() - (await changedAt(lock)) > patienceMillis)
      await rm(lock, { recursive: true, force: true })
    return false
  }
}

async function isCurrent(): Promise<boolean> {
  return (await changedAt(client)) > Math.max(await changedAt(schema), await changedAt(manifest))
}

/** Of a file that is not there: long ago; of a lock that has just gone: now. */
async function changedAt(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => (path === lock ? Date.now() : 0),
  )
}

async function generate(): Promise<void> {
  // The ESM builds of these packages import files that they do not have.
  const { PrismaClientTsGenerator } = require('@prisma/client-generator-ts')
  const { getGenerators, loadSchemaContext } = require('@prisma/internals')
  const generators = await getGenerators({
    schemaContext: await loadSchemaContext({
      schemaPath: { cliProvidedPath: schema },
      printLoadMessage: false,
    }),
    registry: { 'prisma-client': { type: 'in-process', generator: new PrismaClientTsGenerator() } },
  })
  for (const generator of generators) {
    await generator.generate()
    generator.stop()
  }
}
