export * from '@pgspan/pool-care'
