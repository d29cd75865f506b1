import { WordTable } from './word-table.js'

function tableOf(words: string): WordTable<true> {
  return new WordTable<true>(words.split(' ').map((word) => [word, true] as const))
}

/**
 * Words without traits that stand beside an operand in a query, as `over` in `count(*) over w`. Any other unknown word
 * there is a name, and only an alias can be one.
 *
 * @see https://github.com/postgres/postgres/blob/REL_18_0/src/backend/parser/gram.y
 */
export const grammarWords: WordTable<true> = tableOf(
  // Types of several words.
  'double precision character char national nchar varying without bit time timestamp setof ' +
    // Windows and aggregates.
    'over filter within range groups exclude current of ties others partition respect ignore nulls ' +
    // Conditions and rows.
    'overlaps normalized nfc nfd nfkc nfkd document content unknown matched source target nothing overriding ' +
    'skip locked nowait rollup cube sets grouping ordinality tablesample repeatable cycle search depth breadth ' +
    'materialized return ' +
    // JSON and XML.
    'json scalar unique keys value values format encoding passing returning columns path nested plan wrapper ' +
    'conditional unconditional without keep omit quotes string empty error absent preserve strip whitespace ' +
    'version standalone yes no ref placing indent object array key name both leading trailing',
)

/** Built-in types, which may stand before a string without a space: `date'2024-01-01'`. */
export const builtInTypes: WordTable<true> = tableOf(
  'aclitem abstime bigint bigserial bit bool boolean box bpchar bytea char character cid cidr circle citext cube date ' +
    'datemultirange daterange dec decimal double float float4 float8 geography geometry hstore inet int int2 ' +
    'int2vector int4 int4multirange int4range int8 int8multirange int8range integer interval json jsonb jsonpath ' +
    'line lseg ltree macaddr macaddr8 money name national nchar numeric nummultirange numrange oid oidvector path ' +
    'pg_lsn pg_snapshot point polygon precision real record regclass regcollation regconfig regdictionary ' +
    'regnamespace regoper regoperator regproc regprocedure regrole regtype smallint text tid time timestamp ' +
    'timestamptz timetz tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot uuid varbit ' +
    'varchar varying vector xid xid8 xml',
)
