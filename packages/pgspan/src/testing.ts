export * from '@pgspan/testing'
