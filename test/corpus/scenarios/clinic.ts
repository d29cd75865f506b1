import type { Id } from '../identifiers.js'
import type { Scenario } from '../scenario.js'
import type { Seeder } from '../seeder.js'
import type { World } from '../world.js'

/** A clinic: visits by patients, kept up by staff. Other names and another style than in the bookshop. */
async function clinic(seeder: Seeder): Promise<void> {
  const staff = seeder.ids(40, 'stf')
  const patients = seeder.ids(220, 'pat')
  const visits = seeder.ids(220, 'vis')
  const wards = ['east', 'west', 'north', 'south', 'annex', 'upper', 'lower', 'attic']
  await seeder.table(
    'staff_member',
    '"staffId" ID PRIMARY KEY, "fullName" text, ward text',
    staff.map((id, i) => [id, `Staff ${i}`, wards[i % 8]]),
  )
  await seeder.table(
    'patient',
    'patient_no ID PRIMARY KEY, full_name text, born date',
    patients.map((id, i) => [id, `Patient ${i}`, `19${10 + (i % 80)}-03-${10 + (i % 15)}`]),
  )
  await seeder.table(
    'visit',
    'id ID PRIMARY KEY, patient_no ID, opened_by ID, closed_by ID, minutes int, held_on date',
    visits.map((id, i) => [
      id,
      seeder.random.pick(patients),
      staff[(i * 7) % 40],
      staff[(i * 11 + 3) % 40],
      5 + ((i * 13) % 50),
      `2026-0${1 + (i % 9)}-1${i % 10}`,
    ]),
  )
  await seeder.table(
    'diagnosis',
    'visit_id ID, code text',
    visits.map((id, i) => [id, `D${i}`]),
  )
}

class VisitRepository {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  async latest(): Promise<{ id: Id; patient_no: Id }[]> {
    const { rows } = await this.#world.pool.query(
      'WITH latest AS (SELECT * FROM visit ORDER BY held_on DESC, minutes) SELECT id, patient_no FROM latest LIMIT $1',
      [this.#world.n],
    )
    return rows
  }

  async diagnoses(visit: Id): Promise<unknown[]> {
    return (await this.#world.pool.query('SELECT code FROM diagnosis WHERE visit_id = $1', [visit])).rows
  }
}

const wrong = { runsAlone: true, seed: clinic } as const

export const clinicScenarios: readonly Scenario[] = [
  {
    name: 'clinic: layers of classes between the loop and the query, ids from a CTE',
    ...wrong,
    expected: [{ kind: 'n_plus_one', on: 'diagnosis' }],
    run: (world) =>
      world.unit('clinic layers', async () => {
        const repository = new VisitRepository(world)
        const withDiagnoses = async ({ id }: { id: Id }) => ({
          id,
          diagnoses: await repository.diagnoses(id),
        })
        for (const visit of await repository.latest()) await withDiagnoses(visit)
      }),
  },
  {
    name: 'clinic: two columns of each row lead to the same table, in one loop',
    ...wrong,
    expected: [{ kind: 'n_plus_one', on: 'staff_member', tiers: ['proven', 'strong'] }],
    run: (world) =>
      world.unit('clinic opened and closed', async () => {
        const { rows } = await world.pool.query(
          'SELECT id, opened_by, closed_by FROM visit ORDER BY minutes LIMIT $1',
          [world.n],
        )
        const find = 'SELECT "fullName" FROM staff_member WHERE "staffId" = $1'
        for (const { opened_by, closed_by } of rows) {
          await world.pool.query(find, [opened_by])
          await world.pool.query(find, [closed_by])
        }
      }),
  },
  {
    name: 'clinic: distinct ids gathered into a set first',
    ...wrong,
    expected: [{ kind: 'n_plus_one', on: 'patient', column: 'visit.patient_no' }],
    run: (world) =>
      world.unit('clinic set', async () => {
        const { rows } = await world.pool.query(
          'SELECT patient_no, minutes FROM visit ORDER BY minutes, id LIMIT $1',
          [world.n + 8],
        )
        for (const patient of new Set(rows.map(({ patient_no }) => patient_no))) {
          await world.pool.query('SELECT full_name FROM patient WHERE patient_no = $1', [patient])
        }
      }),
  },
  {
    name: 'clinic: sorted by something else before the loop',
    ...wrong,
    // Of a list that is longer than 64 rows, those that are asked for first may be others than those that are known.
    expected: [{ kind: 'n_plus_one', on: 'diagnosis', tiers: ['proven', 'strong'], column: 'visit.id' }],
    run: (world) =>
      world.unit('clinic sorted', async () => {
        const { rows } = await world.pool.query(
          'SELECT id, minutes FROM visit ORDER BY held_on, id LIMIT $1',
          [world.n],
        )
        const sorted = [...rows].sort((left, right) => right.minutes - left.minutes)
        await Promise.allSettled(
          sorted.map((visit) =>
            world.pool.query('SELECT code FROM diagnosis WHERE visit_id = $1', [visit.id]),
          ),
        )
      }),
  },
  {
    name: 'clinic: each query wrapped in a retry',
    ...wrong,
    expected: [{ kind: 'n_plus_one', on: 'visit', column: 'visit.patient_no' }],
    run: (world) =>
      world.unit('clinic retry', async () => {
        const withRetry = async <Result>(work: () => Promise<Result>, left = 2): Promise<Result> => {
          try {
            return await work()
          } catch (error) {
            if (left === 0) throw error
            return withRetry(work, left - 1)
          }
        }
        const { rows } = await world.pool.query('SELECT DISTINCT patient_no FROM visit LIMIT $1', [world.n])
        for (const { patient_no } of rows) {
          await withRetry(() =>
            world.pool.query('SELECT count(*) FROM visit WHERE patient_no = $1 AND minutes > $2', [
              patient_no,
              10,
            ]),
          )
        }
      }),
  },
  {
    name: 'clinic: keys in JSON that the server put together',
    ...wrong,
    expected: [{ kind: 'n_plus_one', on: 'diagnosis', tiers: ['proven', 'strong'] }],
    run: (world) =>
      world.unit('clinic json', async () => {
        const { rows } = await world.pool.query(
          "SELECT json_agg(json_build_object('id', id)) AS visits FROM (SELECT id FROM visit ORDER BY minutes, id LIMIT $1) AS v",
          [world.n],
        )
        for (const { id } of rows[0].visits) {
          await world.pool.query('SELECT code FROM diagnosis WHERE visit_id = $1', [id])
        }
      }),
  },
  {
    name: 'clinic: rows that were just inserted, read back one by one',
    ...wrong,
    expected: [{ kind: 'n_plus_one', on: 'note' }],
    seed: async (seeder) => {
      await clinic(seeder)
      await seeder.table('note', 'id serial PRIMARY KEY, visit_id ID')
      await seeder.run('ALTER SEQUENCE note_id_seq RESTART WITH 48211 INCREMENT BY 7')
    },
    run: (world) =>
      world.unit('clinic notes', async () => {
        const { rows } = await world.pool.query(
          'INSERT INTO note (visit_id) SELECT id FROM visit LIMIT $1 RETURNING id',
          [world.n],
        )
        for (const { id } of rows) await world.pool.query('SELECT * FROM note WHERE id = $1', [id])
      }),
  },
  {
    name: 'clinic: a list from one pool, its details from another',
    ...wrong,
    expected: [{ kind: 'n_plus_one', on: 'diagnosis', column: 'visit.id' }],
    run: async (world) => {
      const replica = world.anotherPool({ max: 2 })
      await world.unit('clinic replica', async () => {
        const { rows } = await world.pool.query('SELECT id FROM visit ORDER BY minutes, id LIMIT $1', [
          world.n,
        ])
        for (const { id } of rows) await replica.query('SELECT code FROM diagnosis WHERE visit_id = $1', [id])
      })
      await replica.end()
    },
  },
  {
    name: 'clinic: one row constructor as the condition, beside constants',
    ...wrong,
    expected: [{ kind: 'n_plus_one', on: 'visit', tiers: ['proven', 'strong'] }],
    run: (world) =>
      world.unit('clinic row constructor', async () => {
        const { rows } = await world.pool.query(
          'SELECT DISTINCT opened_by FROM visit ORDER BY opened_by LIMIT $1',
          [Math.min(world.n, 30)],
        )
        for (const { opened_by } of rows) {
          const text = 'SELECT sum(minutes) FROM visit v WHERE (v.opened_by, v.held_on IS NULL) = ($1, $2)'
          await world.pool.query(text, [opened_by, false])
        }
      }),
  },
  {
    name: 'clinic: wards by name, one query each, over all wards of a list',
    ...wrong,
    isFixedSize: true,
    expected: [{ kind: 'n_plus_one', on: 'staff_member', tiers: ['proven', 'strong'] }],
    run: (world) =>
      world.unit('clinic wards', async () => {
        const { rows } = await world.pool.query('SELECT DISTINCT ward FROM staff_member')
        for (const { ward } of rows) {
          await world.pool.query('SELECT count(*) FROM staff_member WHERE ward = $1', [ward])
        }
      }),
  },
]
