// Makes pools as its first argument says, and uses them.
const { Pool } = require('pg')

const connectionString = process.env.DATABASE_URL
const good = { connectionString, connectionTimeoutMillis: 5_000, keepAlive: true, max: 2 }

const scenarios = {
  async good() {
    const pool = new Pool(good)
    pool.on('error', () => {})
    await pool.query('SELECT 1')
    await pool.end()
  },
  async bad() {
    const pool = new Pool({ connectionString, max: 200 })
    await pool.query('SELECT 1')
    await pool.end()
  },
  /** Its idle connection is lost, and nobody listens. */
  async lost() {
    const pool = new Pool(good)
    await pool.query('SELECT 1')
    const other = new Pool(good)
    other.on('error', () => {})
    await other.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> $1',
      ['pgspan doctor'],
    )
    await new Promise((resolve) => setTimeout(resolve, 5_000))
  },
  async requests() {
    const { createServer, get } = require('node:http')
    const server = createServer(async (_request, response) => {
      const pool = new Pool(good)
      pool.on('error', () => {})
      await pool.query('SELECT 1')
      await pool.end()
      response.end()
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    for (let i = 0; i < 3; i++) {
      await new Promise((resolve) =>
        get({ port: server.address().port, host: '127.0.0.1' }, (response) =>
          response.resume().once('end', resolve),
        ),
      )
    }
    server.close()
    server.closeAllConnections()
  },
  async server() {
    const pool = new Pool({ ...good, connectionTimeoutMillis: 0 })
    pool.on('error', () => {})
    await pool.query('SELECT 1')
    setInterval(() => {}, 1_000)
  },
  async none() {},
}

console.log('the application says something')
scenarios[process.argv[2]]()
