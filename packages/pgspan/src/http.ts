export * from '@pgspan/http'
