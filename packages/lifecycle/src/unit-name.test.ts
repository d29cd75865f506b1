import { createContextKey, ROOT_CONTEXT, type Span } from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { refreshUnitName } from './unit-name.js'
import { UnitOfWork, type UnitOfWorkKind } from './unit-of-work.js'

/** As instrumentations of Express and Fastify leave it for that of HTTP. */
const routed = ROOT_CONTEXT.setValue(createContextKey('OpenTelemetry SDK Context Key RPC_METADATA'), {
  type: 'http',
  route: '/orders/:orderId',
})

function unitWith(kind: UnitOfWorkKind, name: string, root?: object): UnitOfWork {
  const unit = new UnitOfWork(kind, name)
  // A span of the SDK, as far as it is read.
  unit.rootSpan = root as Span | undefined
  return unit
}

test.each<[string, UnitOfWork, string]>([
  ['a request takes the route of its framework', unitWith('http', 'GET /orders/:id'), 'GET /orders/:orderId'],
  [
    'the route on the span wins',
    unitWith('http', 'GET /x', { attributes: { 'http.route': '/a/:b', 'http.request.method': 'PUT' } }),
    'PUT /a/:b',
  ],
  [
    'the old name of the method is read as well',
    unitWith('trace', 'GET', { name: 'GET', attributes: { 'http.method': 'POST' } }),
    'POST /orders/:orderId',
  ],
  ['a job keeps its name', unitWith('job', 'import'), 'import'],
])('%s', (_, unit, name) => {
  refreshUnitName(unit, routed)
  expect(unit.name).toBe(name)
})

test.each<[string, UnitOfWork, string]>([
  ['a trace takes the current name of its root span', unitWith('trace', 'GET', { name: 'worker' }), 'worker'],
  ['a trace without a known root span keeps its name', unitWith('trace', 'trace'), 'trace'],
  ['a request keeps its path', unitWith('http', 'GET /orders/:id', { name: 'GET' }), 'GET /orders/:id'],
])('without a route, %s', (_, unit, name) => {
  refreshUnitName(unit, ROOT_CONTEXT)
  expect(unit.name).toBe(name)
})
