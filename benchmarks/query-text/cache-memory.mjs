// How much memory a full cache holds: prints its bytes as JSON. One process per figure, or one would see what another
// has left behind. Arguments: the length of the texts, and what they hold.
import { QueryShapeCache } from '@pgspan/query-text'

const [length, content] = process.argv.slice(2)

/** Both generations, and what comes and goes beside them. */
const TEXTS = 3_000

const fillers = {
  names: (index) => `SELECT ${'a'.repeat(Number(length) - 40)} FROM t${index} WHERE b = $1`,
  'values to mask': (index) =>
    `SELECT a FROM t${index} WHERE b = '${'x'.repeat(Number(length) - 50)}' OR b = 1`,
  parameters: (index) => padded(`SELECT a FROM t${index} WHERE `, 'column_name = $1 AND ', 'b = $2'),
  literals: (index) => padded(`SELECT a FROM t${index} WHERE `, "column_name = 'some value' AND ", 'b = 1'),
  'characters beyond Latin-1': (index) =>
    padded(`SELECT a FROM t${index} WHERE `, "имя = 'Анна' AND ", 'b = 1'),
}

/** A text of about the wanted length; one string and no tree of parts, as a driver is handed it. */
function textOf(index) {
  return Buffer.from(fillers[content](index)).toString()
}

function padded(head, unit, tail) {
  return head + unit.repeat(Math.max(1, (Number(length) - head.length - tail.length) / unit.length)) + tail
}

function heapUsed() {
  for (let run = 0; run < 4; run++) globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

// What the first texts bring into being once and for all belongs to no cache.
const warmUp = new QueryShapeCache()
for (let index = 0; index < TEXTS; index++) warmUp.shapeOf(`${textOf(index)} `)

const shapes = new QueryShapeCache()
const empty = heapUsed()
for (let index = 0; index < TEXTS; index++) shapes.shapeOf(textOf(index))
const full = heapUsed()
// The cache is used once more, so that it is there until here.
process.stdout.write(JSON.stringify({ bytes: full - empty, summary: shapes.shapeOf(textOf(0)).summary }))
