// What a caller can see of an object, as JSON.

export function describeError(error) {
  return {
    class: error.constructor.name,
    name: error.name,
    message: error.message,
    // The file of the server's source and the position are the server's.
    keys: Reflect.ownKeys(error).map(String),
    code: error.code,
    stack: stackOf(error),
  }
}

/** Of a promise that rejects; our own frames stand in the stack of what a call throws at once. */
function stackOf(error) {
  return (
    String(error.stack)
      .split('\n')
      .filter((line) => !/\/(instrumentation-pg|lifecycle)\/dist\/|\/@opentelemetry\//.test(line))
      // Node's own frames depend on what else the loop has to do.
      .filter((line) => !/^ +at .*node:/.test(line))
  )
}

export function describeResult(result) {
  if (Array.isArray(result)) return result.map(describeResult)
  if (result === undefined || result === null) return String(result)
  return {
    class: result.constructor.name,
    keys: Reflect.ownKeys(result).map(String),
    command: result.command,
    rowCount: result.rowCount,
    fields: result.fields?.map(({ name, dataTypeID }) => [name, dataTypeID]),
    rows: result.rows,
  }
}

/** What an observer could have left on it: keys, prototype, listeners. */
export function describeObject(object) {
  const names = typeof object.eventNames === 'function' ? object.eventNames() : []
  return {
    keys: Reflect.ownKeys(object).map(String).sort(),
    functions: Object.keys(object).filter((key) => typeof object[key] === 'function'),
    prototype: Object.getPrototypeOf(object)?.constructor.name,
    listeners: Object.fromEntries(names.map((name) => [String(name), object.listenerCount(name)]).sort()),
  }
}
