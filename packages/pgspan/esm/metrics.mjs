export * from '../dist/metrics.js'
