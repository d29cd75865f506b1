export * from '@pgspan/metrics-endpoint'
