import { WordTable } from '../tokens/word-table.js'

const names = [
  'clock_timestamp',
  'currval',
  'gen_random_uuid',
  'lastval',
  'nextval',
  'pg_advisory_lock',
  'pg_advisory_lock_shared',
  'pg_advisory_unlock',
  'pg_advisory_unlock_all',
  'pg_advisory_unlock_shared',
  'pg_advisory_xact_lock',
  'pg_advisory_xact_lock_shared',
  'pg_current_xact_id',
  'pg_notify',
  'pg_sleep',
  'pg_sleep_for',
  'pg_sleep_until',
  'pg_try_advisory_lock',
  'pg_try_advisory_lock_shared',
  'pg_try_advisory_xact_lock',
  'pg_try_advisory_xact_lock_shared',
  'random',
  'random_normal',
  'set_config',
  'setval',
  'timeofday',
  'txid_current',
  'uuid_generate_v1',
  'uuid_generate_v1mc',
  'uuid_generate_v3',
  'uuid_generate_v4',
  'uuid_generate_v5',
  'uuidv4',
  'uuidv7',
]

/**
 * Functions with an effect, or with another result at every call: two executions that call one are no duplicates.
 *
 * @see https://www.postgresql.org/docs/18/functions.html
 */
export const volatileFunctions: WordTable<true> = new WordTable<true>(
  names.map((name) => [name, true] as const),
)
