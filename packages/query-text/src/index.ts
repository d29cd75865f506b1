export { analyzeQueryText } from './analyze-query-text.js'
export type { AnalyzedQueryText, ParameterSlot, QueryShape, SlotRole, StatementKind } from './query-shape.js'
export { QueryShapeCache } from './query-shape-cache.js'
export type { QueryTextOptions } from './query-text-options.js'
