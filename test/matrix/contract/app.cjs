// The contract with a driver that was loaded by `require`.
const pg = require('pg')
const Cursor = require('pg-cursor')
const QueryStream = require('pg-query-stream')
const { runContract } = require('./run-contract.cjs')

runContract({ pg, Cursor, QueryStream })
