// What an application sees of a query, as plain data that two processes can compare.

/** @param {Promise<unknown>} answer */
function outcomeOf(answer) {
  return Promise.resolve(answer).then(
    (result) => ({ result: describeResult(result) }),
    (error) => ({ error: describeError(error) }),
  )
}

/** The same of a query whose answer is given to a callback. */
function outcomeOfCallback(start) {
  return outcomeOf(
    new Promise((resolve, reject) => start((error, result) => (error ? reject(error) : resolve(result)))),
  )
}

function describeResult(result) {
  if (Array.isArray(result)) return result.map(describeResult)
  if (result === null || typeof result !== 'object' || !('rows' in result)) return result
  return {
    class: result.constructor.name,
    keys: Object.keys(result),
    command: result.command,
    rowCount: result.rowCount,
    rows: result.rows,
    fields: result.fields.map(({ name, dataTypeID, format }) => `${name} ${dataTypeID} ${format}`),
  }
}

function describeError(error) {
  return {
    class: error.constructor.name,
    message: error.message,
    keys: Object.keys(error),
    // Code, severity, position, and whatever else the server and the driver say.
    ...error,
    stack: linesOf(error.stack),
  }
}

/**
 * The lines of the driver and of the scenario. Those that start scenarios differ where somebody watches; Node's own
 * differ by which events fall together, and by the async hooks that the SDK keeps its context with on Node 20 and 22.
 */
function linesOf(stack) {
  return stack.split('\n').filter((line) => !/(run-contract|observe|app)\.[cm]js|\bnode:/.test(line))
}

module.exports = { outcomeOf, outcomeOfCallback, describeError }
