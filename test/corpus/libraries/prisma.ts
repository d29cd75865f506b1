import { existsSync, readdirSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { PrismaPg } from '@prisma/adapter-pg'
import type { Id } from '../identifiers.js'
import type { Variant } from '../variant.js'
import type { LibrarySetting } from './libraries.js'

interface Row {
  readonly id: Id
  readonly authorId: Id
  readonly bookId: Id
  readonly readerId: Id
  readonly stars: number
}
interface Model {
  findUnique(query: object): Promise<Row | null>
  findUniqueOrThrow(query: object): Promise<Row>
  findFirst(query: object): Promise<Row | null>
  findMany(query?: object): Promise<Row[]>
  count(query?: object): Promise<number>
}
interface Client {
  readonly author: Model
  readonly book: Model
  readonly reader: Model
  readonly review: Model
  $transaction<Result>(work: (tx: Client) => Promise<Result>): Promise<Result>
  $disconnect(): Promise<void>
}

export interface PrismaShop {
  /** The client's own types exist only once it is generated. */
  readonly prisma: Client
  readonly close: () => Promise<void>
}

export async function openPrisma({
  variant,
  poolMax,
  connectionString,
}: LibrarySetting): Promise<PrismaShop> {
  const client = generated.get(variant.idType) ?? generate(variant.idType)
  generated.set(variant.idType, client)
  const { PrismaClient } = await import(await client)
  const adapter = new PrismaPg({ connectionString, max: poolMax })
  const prisma: Client = new PrismaClient({ adapter })
  await prisma.author.findFirst({})
  return { prisma, close: () => prisma.$disconnect() }
}

function schemaFor(idType: Variant['idType']): string {
  const [type, attribute] = {
    int: ['Int', ''],
    bigint: ['BigInt', ''],
    uuid: ['String', '@db.Uuid'],
    text: ['String', ''],
  }[idType] as [string, string]
  const reference = (name: string): string => `${name}Id ${type} @map("${name}_id") ${attribute}`
  const relation = (name: string, model: string): string =>
    `${name} ${model} @relation(fields: [${name}Id], references: [id])`
  const model = (name: string, table: string, fields: string[]): string =>
    [`model ${name} {`, `id ${type} @id ${attribute}`, ...fields, `@@map("${table}")`, '}'].join('\n')
  return [
    'generator client {\nprovider = "prisma-client"\noutput = "./client"\nmoduleFormat = "esm"\n}',
    'datasource db {\nprovider = "postgresql"\n}',
    model('Author', 'author', ['name String', 'email String @unique', 'books Book[]']),
    model('Book', 'book', [
      reference('author'),
      'title String',
      'price Int',
      relation('author', 'Author'),
      'reviews Review[]',
    ]),
    model('Reader', 'reader', ['name String', 'email String @unique', 'reviews Review[]']),
    model('Review', 'review', [
      reference('book'),
      reference('reader'),
      'stars Int',
      'body String',
      relation('book', 'Book'),
      relation('reader', 'Reader'),
    ]),
  ].join('\n\n')
}

const require = createRequire(import.meta.url)
/** The clients of this process, by type of ids. */
const generated = new Map<string, Promise<string>>()
const folderOfProcess = fileURLToPath(new URL(`../generated/${process.pid}/`, import.meta.url))

/** Test processes are ended without notice: what they made is removed by the next one. */
function removeLeftovers(): void {
  const folder = fileURLToPath(new URL('../generated/', import.meta.url))
  if (!existsSync(folder)) return
  for (const name of readdirSync(folder)) {
    if (!isAlive(Number(name))) rmSync(`${folder}${name}`, { recursive: true, force: true })
  }
}

function isAlive(processId: number): boolean {
  try {
    return process.kill(processId, 0)
  } catch {
    return false
  }
}

/** Does what `prisma generate` does, without Prisma's command, which would download an engine. */
async function generate(idType: Variant['idType']): Promise<string> {
  removeLeftovers()
  const folder = `${folderOfProcess}${idType}/`
  await mkdir(folder, { recursive: true })
  const schemaPath = `${folder}schema.prisma`
  await writeFile(schemaPath, schemaFor(idType))
  // The ESM builds of these packages import files that they do not have.
  const { PrismaClientTsGenerator } = require('@prisma/client-generator-ts')
  const { getGenerators, loadSchemaContext } = require('@prisma/internals')
  const generators = await getGenerators({
    schemaContext: await loadSchemaContext({
      schemaPath: { cliProvidedPath: schemaPath },
      printLoadMessage: false,
    }),
    registry: { 'prisma-client': { type: 'in-process', generator: new PrismaClientTsGenerator() } },
  })
  for (const generator of generators) {
    await generator.generate()
    generator.stop()
  }
  return `${folder}client/client.ts`
}
