// The table: every way to reach the driver, times every way to be answered, times what is asked, times how it ends.

/** Ways to the driver. */
export const entries = ['client', 'checkout', 'pool.query', 'native', 'pipeline']
/** How the caller hears of the end. */
export const styles = ['promise', 'callback', 'config.callback', 'custom promise']
/** What is asked: by the driver's own query, or by an object of the caller. */
export const plainShapes = ['text', 'parameters', 'named', 'rowMode', 'several statements', 'empty']
export const ownShapes = ['cursor', 'stream', 'copy in', 'copy out', 'copy both', 'Query object']
/** How it ends. */
export const outcomes = [
  'success',
  'server error',
  'syntax error',
  'statement timeout',
  'query timeout',
  'cancelled',
  'connection lost',
  'ended early',
]

/** Every combination, with the reason why it cannot be where it cannot. */
export function allCells() {
  const cells = []
  for (const entry of entries) {
    for (const style of styles) {
      for (const shape of [...plainShapes, ...ownShapes]) {
        for (const outcome of outcomes) {
          const cell = { entry, style, shape, outcome }
          cells.push({ ...cell, name: Object.values(cell).join(', '), impossible: whyImpossible(cell) })
        }
      }
    }
  }
  return cells
}

/** Undefined for what can be tried. */
function whyImpossible(cell) {
  return ownShapes.includes(cell.shape) ? whyOwnImpossible(cell) : whyPlainImpossible(cell)
}

function whyPlainImpossible({ entry, shape, outcome }) {
  if (shape === 'empty' && /error/.test(outcome)) return 'an empty text cannot fail'
  if (shape === 'empty' && outcome !== 'success') return 'an empty text takes no time'
  if (entry === 'pool.query' && outcome === 'ended early') return 'pool.query gives no connection to end'
  return undefined
}

function whyOwnImpossible({ entry, style, shape, outcome }) {
  if (entry === 'pool.query')
    return 'pool.query hands its own callback to the object and waits for it for ever'
  if (entry === 'native' && shape !== 'Query object')
    return 'libpq has no messages that the object could speak'
  if (style === 'config.callback') return 'there is no config'
  if (style === 'custom promise') return "the object makes no promise of the client's"
  if (style === 'callback' && shape.startsWith('copy')) return 'a stream of COPY takes no callback'
  if (style === 'callback' && shape === 'stream') return 'a query stream takes no callback'
  if (shape === 'Query object') {
    const isUntold = entry === 'pipeline' && outcome === 'query timeout'
    return isUntold ? 'the driver closes the connection and tells the object nothing' : undefined
  }
  if (entry === 'pipeline' && outcome !== 'success') return 'refused in pipeline mode, whatever it asks'
  if (shape !== 'copy both') return undefined
  if (entry !== 'client') return 'a replication connection is neither pooled nor pipelined'
  const isShort = ['success', 'syntax error', 'connection lost', 'ended early'].includes(outcome)
  return isShort ? undefined : 'replication runs until it is ended'
}
