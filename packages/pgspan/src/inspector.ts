export * from '@pgspan/inspector'
