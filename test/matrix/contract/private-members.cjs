/**
 * The members of the driver that are not its public API and that the patches rely on: whether they are there, in a
 * driver that nothing has touched.
 *
 * @returns {Promise<Record<string, boolean>>}
 */
async function privateMembers({ pg, Cursor, QueryStream }, connectionString) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  const pool = new pg.Pool({ connectionString, max: 1 })
  const seen = { ...membersOfPool(pool, Object.getPrototypeOf(pg.Pool)), ...membersOfIdleClient(client) }
  const running = client.query('SELECT 1')
  Object.assign(seen, membersOfRunningQuery(client))
  await running
  const stream = new QueryStream('SELECT 1')
  seen['Cursor.state'] = stream.cursor?.state === 'initialized'
  seen['QueryStream.cursor'] = stream.cursor instanceof Cursor && stream.cursor.text === 'SELECT 1'
  const ended = client.end()
  seen['Client._ending'] = client._ending === true
  await ended
  const pooled = await pool.connect()
  pooled.release()
  seen['Client._poolUseCount'] = pooled._poolUseCount === 1
  const poolEnded = pool.end()
  seen['Pool._endCallback'] = typeof pool._endCallback === 'function'
  await poolEnded
  return seen
}

function membersOfPool(pool, poolClass) {
  return {
    'Pool.Promise': pool.Promise === Promise,
    'Pool.newClient': typeof poolClass.prototype.newClient === 'function',
    'Pool._remove': typeof poolClass.prototype._remove === 'function',
    'Pool._releaseOnce': typeof poolClass.prototype._releaseOnce === 'function',
    'Pool.options': pool.options?.max === 1,
    'Pool.Client': typeof pool.Client === 'function',
    'Pool._clients': Array.isArray(pool._clients),
    'Pool._idle': Array.isArray(pool._idle),
    'Pool._acquireClient': typeof poolClass.prototype._acquireClient === 'function',
    'Pool._pendingQueue': Array.isArray(pool._pendingQueue),
    'Pool._pulseQueue': typeof poolClass.prototype._pulseQueue === 'function',
    'Pool._expired': pool._expired instanceof WeakSet,
  }
}

function membersOfIdleClient(client) {
  return {
    'Client._pulseQueryQueue': typeof Object.getPrototypeOf(client)._pulseQueryQueue === 'function',
    'Client._Promise': client._Promise === Promise,
    'Client._connect': typeof Object.getPrototypeOf(client)._connect === 'function',
    'Client._connected': client._connected === true,
    'Client._queryable': client._queryable === true,
    'Client.readyForQuery': client.readyForQuery === true,
    'Client.connectionParameters': typeof client.connectionParameters === 'object',
    'Client.connection': typeof client.connection?.prependListener === 'function',
    'Connection.execute': typeof client.connection?.execute === 'function',
    'Client._queryQueue': Array.isArray(own(client, '_queryQueue')),
    'Client.queryQueue': Array.isArray(own(client, 'queryQueue')),
  }
}

function membersOfRunningQuery(client) {
  const query = own(client, '_activeQuery') ?? own(client, 'activeQuery')
  return {
    'Client._activeQuery': query !== undefined && own(client, '_activeQuery') === query,
    'Client.activeQuery': query !== undefined && own(client, 'activeQuery') === query,
    'Query.callback': typeof query?.callback === 'function',
    'Query.handleError': typeof query?.handleError === 'function',
    'Query.text': typeof query?.text === 'string',
  }
}

/** Without asking a getter, which may warn of its removal. */
function own(object, key) {
  return Object.getOwnPropertyDescriptor(object, key)?.value
}

module.exports = { privateMembers }
