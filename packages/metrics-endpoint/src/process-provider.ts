import { processState } from '@pgspan/lifecycle'
import { EndpointMeterProvider } from './provider/endpoint-meter-provider.js'

/**
 * The provider that all endpoints and producers of this process read; to be added to the process's further meter providers
 * by whoever asks for it.
 *
 * @param maximumSeries per metric; without effect if there is one already.
 */
export function processProvider(maximumSeries = 2_000): EndpointMeterProvider {
  const present = processState().meterProviders.all.find(
    (provider) => provider instanceof EndpointMeterProvider,
  )
  return present ?? new EndpointMeterProvider(maximumSeries)
}
