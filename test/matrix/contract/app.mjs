// The contract with a driver that was loaded by `import`.
import pg from 'pg'
import Cursor from 'pg-cursor'
import QueryStream from 'pg-query-stream'
import { runContract } from './run-contract.cjs'

await runContract({ pg, Cursor, QueryStream })
