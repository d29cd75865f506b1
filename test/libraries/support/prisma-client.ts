import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)

/**
 * Does what `prisma generate` does for the schema beside these tests, without Prisma's command, which would download
 * an engine that a client with a driver adapter does not use. Returns the path of the client's module.
 */
export async function generatePrismaClient(): Promise<string> {
  // The ESM builds of these packages import files that they do not have.
  const { PrismaClientTsGenerator } = require('@prisma/client-generator-ts')
  const { getGenerators, loadSchemaContext } = require('@prisma/internals')
  const schema = fileURLToPath(new URL('../prisma/schema.prisma', import.meta.url))
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
  return fileURLToPath(new URL('../prisma/generated/client.ts', import.meta.url))
}
