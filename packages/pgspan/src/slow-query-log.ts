export * from '@pgspan/slow-query-log'
