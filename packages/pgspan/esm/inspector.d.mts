export * from '../dist/inspector.js'
