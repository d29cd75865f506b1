export * from '../dist/pool-care.js'
