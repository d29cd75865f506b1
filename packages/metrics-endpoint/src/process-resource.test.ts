import { expect, test } from 'vitest'
import { processResource } from './process-resource.js'

test('the process is what the standard variables say', () => {
  const resource = processResource({
    OTEL_RESOURCE_ATTRIBUTES: 'service.name=other, deployment.environment.name=a%2Cb,empty=',
    OTEL_SERVICE_NAME: 'shop',
  })
  expect(resource).toMatchObject({
    'service.name': 'shop',
    'deployment.environment.name': 'a,b',
    empty: '',
    'process.runtime.name': 'nodejs',
  })
})

test.each(['no pair', 'a=%', '=b'])('a text with a mistake, such as %s, gives none', (text) => {
  const resource = processResource({ OTEL_RESOURCE_ATTRIBUTES: `x=1,${text}` })
  expect(resource.x).toBeUndefined()
  expect(resource['service.name']).toMatch(/^unknown_service:/)
})
