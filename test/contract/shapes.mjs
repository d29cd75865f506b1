// Asks, and notes what the caller sees, in its order.

import { once } from 'node:events'
import { describeError, describeResult } from './describe.mjs'
import { pg, requireDriver } from './entries.mjs'
import { statementOf } from './statements.mjs'

const Cursor = requireDriver('pg-cursor')
const QueryStream = requireDriver('pg-query-stream')
const copy = requireDriver('pg-copy-streams')

/**
 * @returns `objects`: what the caller has handed over and looks at afterwards; `done`: settles when the caller has
 *   heard all that there is to hear.
 */
export function ask(cell, session, note) {
  const text = statementOf(cell.shape, cell.outcome)
  const own = {
    cursor: askCursor,
    stream: askStream,
    'copy out': askCopyOut,
    'copy in': askCopyIn,
    'copy both': askCopyBoth,
    'Query object': askQueryObject,
  }[cell.shape]
  return own ? own(cell, session, note, text) : askPlain(cell, session, note, text)
}

function askPlain({ style, shape }, { queryable }, note, text) {
  const config = {
    text: { text },
    // A statement with parameters is one statement; the parameter changes nothing.
    parameters: { text: text.replace(/^SELECT /, 'SELECT $1::text AS p, '), values: ['x'] },
    named: { name: 'a-name', text: text.replace(/^SELECT /, 'SELECT $1::text AS p, '), values: ['x'] },
    rowMode: { text, rowMode: 'array' },
    'several statements': { text },
    empty: { text },
  }[shape]
  if (config.values && !config.text.includes('$1')) config.values = []
  const args =
    style === 'config.callback' || shape === 'named' || shape === 'rowMode'
      ? [config]
      : [config.text, ...(config.values ? [config.values] : [])]
  const done = new Promise((resolve) => {
    const callback = (error, result) => {
      note('callback', error ? describeError(error) : describeResult(result))
      resolve()
    }
    if (style === 'callback') args.push(callback)
    if (style === 'config.callback') config.callback = callback
    const returned = queryable.query(...args)
    note('returned', returned === undefined ? 'nothing' : returned.constructor.name)
    returned?.then(
      (result) => {
        note('resolved', describeResult(result))
        resolve()
      },
      (error) => {
        note('rejected', describeError(error))
        resolve()
      },
    )
  })
  return { objects: [config], done }
}

function askCursor({ style, outcome }, { queryable }, note, text) {
  const cursor = queryable.query(new Cursor(text))
  note('returned', cursor.constructor.name)
  const read = (count) =>
    style === 'promise'
      ? cursor.read(count)
      : new Promise((resolve, reject) =>
          cursor.read(count, (error, rows) => (error ? reject(error) : resolve(rows))),
        )
  const done = (async () => {
    try {
      let rows = await read(2)
      note('rows', rows.length)
      while (rows.length > 0 && outcome !== 'ended early') {
        rows = await read(2)
        note('rows', rows.length)
      }
    } catch (error) {
      note('rejected', describeError(error))
    }
    // The close of a lost cursor is never answered.
    if (outcome === 'connection lost') return
    await cursor.close().catch((error) => note('close', describeError(error)))
    note('closed', true)
  })()
  return { objects: [cursor], done }
}

function askStream({ outcome }, { queryable }, note, text) {
  const stream = queryable.query(new QueryStream(text, [], { batchSize: 2 }))
  note('returned', stream.constructor.name)
  if (outcome === 'connection lost') {
    stream.resume()
    // It closes its lost cursor, which is never answered: nobody hears of it but the client.
    return { objects: [stream], done: new Promise((resolve) => queryable.once('end', resolve)) }
  }
  const done = (async () => {
    try {
      for await (const row of stream) {
        note('row', row)
        if (outcome === 'ended early') break
      }
      // It closes its cursor, and is closed when the server has answered.
      if (outcome === 'ended early' && !stream.closed) await once(stream, 'close')
      note('end', stream.readableEnded)
    } catch (error) {
      note('rejected', describeError(error))
    }
  })()
  return { objects: [stream], done }
}

function eventsOf(stream, note, names) {
  return new Promise((resolve) => {
    for (const name of names) {
      stream.on(name, (value) => {
        note(name, value instanceof Error ? describeError(value) : undefined)
        if (name === 'close' || name === 'error') resolve()
      })
    }
  })
}

function askCopyOut({ outcome }, { queryable }, note, text) {
  const stream = queryable.query(copy.to(text))
  note('returned', stream.constructor.name)
  let bytes = 0
  stream.on('data', (chunk) => {
    bytes += chunk.length
    if (outcome === 'ended early') stream.destroy()
  })
  const done = eventsOf(stream, note, ['end', 'error', 'close']).then(() => {
    if (outcome !== 'ended early') note('bytes', bytes)
  })
  return { objects: [stream], done }
}

function askCopyIn({ outcome }, { queryable }, note, text) {
  const stream = queryable.query(copy.from(text))
  note('returned', stream.constructor.name)
  const done = eventsOf(stream, note, ['finish', 'error', 'close'])
  stream.write(outcome === 'server error' ? 'no number\n' : '1\n2\n')
  if (outcome === 'ended early') stream.destroy()
  else stream.end()
  return { objects: [stream], done: done.then(() => note('rows', stream.rowCount)) }
}

function askCopyBoth({ outcome }, { queryable, position }, note, text) {
  const stream = queryable.query(
    copy.both(outcome === 'syntax error' ? text : `${text} PHYSICAL ${position}`),
  )
  note('returned', stream.constructor.name)
  const done = eventsOf(stream, note, ['finish', 'end', 'error', 'close'])
  stream.resume()
  if (outcome === 'success') setTimeout(() => stream.end(), 20)
  if (outcome === 'ended early') setTimeout(() => stream.destroy(), 20)
  return { objects: [stream], done: outcome === 'success' ? Promise.race([done, ended(stream)]) : done }
}

const ended = (stream) => new Promise((resolve) => stream.on('finish', () => setTimeout(resolve, 50)))

function askQueryObject({ entry, style }, { queryable }, note, text) {
  const { Query } = entry === 'native' ? pg.native : pg
  const query = new Query({ text })
  const done = new Promise((resolve) => {
    const callback = (error, result) => {
      note('callback', error ? describeError(error) : describeResult(result))
      resolve()
    }
    query.on('row', (row) => note('row', row))
    query.on('end', (result) => {
      note('end', describeResult(result))
      resolve()
    })
    query.on('error', (error) => {
      note('error', describeError(error))
      resolve()
    })
    const returned = style === 'callback' ? queryable.query(query, callback) : queryable.query(query)
    note('returned', returned === query)
  })
  return { objects: [query], done }
}
