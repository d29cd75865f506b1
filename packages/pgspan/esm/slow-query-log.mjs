export * from '../dist/slow-query-log.js'
