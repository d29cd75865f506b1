import type { Scenario } from '../scenario.js'

const alone = { isFixedSize: true, runsAlone: true } as const
const clean = {
  ...alone,
  expected: [],
  forbidden: ['write_loop', 'autocommit_loop', 'n_plus_one', 'zero_row_write'],
} as const

const entries = (count: number): [string, string, unknown[][]] => [
  'entry',
  'id int PRIMARY KEY, label text, version int NOT NULL DEFAULT 0',
  Array.from({ length: count }, (_, i) => [i + 1, `Entry ${i}`, 0]),
]

/** Rows written one at a time, and rows written well. */
export const writes: readonly Scenario[] = [
  {
    name: 'inserts in a loop, in one transaction',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'entry' }],
    seed: (seeder) => seeder.table(...entries(0)),
    run: (world) =>
      world.unit('import', async () => {
        const client = await world.pool.connect()
        await client.query('BEGIN')
        for (let id = 1; id <= 25; id++) {
          await client.query('INSERT INTO entry (id, label) VALUES ($1, $2)', [id, `Entry ${id}`])
        }
        await client.query('COMMIT')
        client.release()
      }),
  },
  {
    name: 'updates in a loop',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'entry' }],
    seed: (seeder) => seeder.table(...entries(30)),
    run: (world) =>
      world.unit('relabel', async () => {
        for (let id = 1; id <= 30; id++) {
          await world.pool.query('UPDATE entry SET label = $2 WHERE id = $1', [id, `Label ${id}`])
        }
      }),
  },
  {
    name: 'upserts in a loop',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'entry' }],
    seed: (seeder) => seeder.table(...entries(5)),
    run: (world) =>
      world.unit('synchronize', async () => {
        for (let id = 1; id <= 20; id++) {
          await world.pool.query(
            'INSERT INTO entry (id, label) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET label = excluded.label',
            [id, `Upsert ${id}`],
          )
        }
      }),
  },
  {
    name: 'TypeORM: save of a list of changed entities',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'reader' }],
    run: async (world) => {
      const { readers } = await world.libraries.typeorm()
      await world.unit('typeorm save', async () => {
        const found = await readers.find({ order: { id: 'ASC' }, take: 20 })
        for (const [i, reader] of found.entries()) reader.name = `Renamed ${i} ${Math.random()}`
        await readers.save(found)
      })
    },
  },
  {
    name: 'Sequelize: bulkCreate with a hook per row',
    ...alone,
    expected: [{ kind: 'write_loop', on: 'reader' }],
    run: async (world) => {
      const { Reader } = await world.libraries.sequelize()
      const rows = world.freshIds(15).map((id) => ({ id, name: 'New', email: `${id}@example.org` }))
      await world.unit('sequelize bulkCreate', () =>
        Reader.bulkCreate(rows as never, { individualHooks: true }),
      )
      await Reader.destroy({ where: { id: rows.map(({ id }) => id) } })
    },
  },
  {
    name: 'rows in one statement',
    ...clean,
    seed: (seeder) => seeder.table(...entries(0)),
    run: (world) =>
      world.unit('bulk insert', async () => {
        for (let batch = 0; batch < 12; batch++) {
          const ids = Array.from({ length: 20 }, (_, i) => batch * 20 + i)
          const places = ids.map((_, i) => `($${2 * i + 1}, $${2 * i + 2})`).join(', ')
          const values = ids.flatMap((id) => [id, `Entry ${id}`])
          await world.pool.query(`INSERT INTO entry (id, label) VALUES ${places}`, values)
        }
      }),
  },
  {
    name: 'an insert whose id the next statement needs, a few times',
    ...clean,
    seed: async (seeder) => {
      await seeder.table('receipt', 'id serial PRIMARY KEY, label text')
      await seeder.table('receipt_line', 'receipt_id int, label text')
    },
    run: (world) =>
      world.unit('receipts', async () => {
        for (let i = 0; i < 12; i++) {
          const { rows } = await world.pool.query('INSERT INTO receipt (label) VALUES ($1) RETURNING id', [
            `r${i}`,
          ])
          await world.pool.query("INSERT INTO receipt_line (receipt_id, label) VALUES ($1, 'a')", [
            rows[0].id,
          ])
        }
      }),
  },
  {
    name: 'an insert per message, a unit of work each',
    ...clean,
    seed: (seeder) => seeder.table(...entries(0)),
    run: async (world) => {
      for (let id = 1; id <= 30; id++) {
        await world.unit('message', async () => {
          await world.pool.query('INSERT INTO entry (id, label) VALUES ($1, $2)', [id, 'message'])
        })
      }
    },
  },
  {
    name: 'a transaction for each of many small writes',
    ...alone,
    expected: [{ kind: 'autocommit_loop' }],
    seed: (seeder) => seeder.table(...entries(30)),
    run: (world) =>
      world.unit('commit per item', async () => {
        const client = await world.pool.connect()
        for (let id = 1; id <= 30; id++) {
          await client.query('BEGIN')
          await client.query('UPDATE entry SET version = version + 1 WHERE id = $1', [id])
          await client.query('COMMIT')
        }
        client.release()
      }),
  },
  {
    name: 'updates that change nothing, again and again',
    ...alone,
    expected: [{ kind: 'zero_row_write' }],
    seed: (seeder) => seeder.table(...entries(3)),
    run: (world) =>
      world.unit('lost updates', async () => {
        for (let i = 0; i < 6; i++) {
          await world.pool.query("UPDATE entry SET label = 'x' WHERE id = $1", [900 + i])
        }
      }),
  },
  {
    name: 'an optimistic lock that loses once and wins then',
    ...clean,
    seed: (seeder) => seeder.table(...entries(3)),
    run: (world) =>
      world.unit('optimistic retry', async () => {
        for (let attempt = 0; attempt < 3; attempt++) {
          const { rows } = await world.pool.query('SELECT version FROM entry WHERE id = 1')
          if (attempt === 0)
            await world.behindTheScenes('UPDATE entry SET version = version + 1 WHERE id = 1')
          const done = await world.pool.query(
            'UPDATE entry SET version = version + 1 WHERE id = 1 AND version = $1',
            [rows[0].version],
          )
          if (done.rowCount === 1) return
        }
      }),
  },
]
