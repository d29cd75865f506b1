import type { JSX } from 'preact'
import { useEffect } from 'preact/hooks'
import { CodePlace } from './code-place.js'
import { duration } from './format.js'
import { useAsked } from './hooks.js'
import type { Overview, PoolHolder, PoolTimelineView } from './page-types.js'
import { PoolChart } from './pool-chart.js'

export function PoolsPage({
  isPaused,
  overview,
}: {
  isPaused: boolean
  overview: Overview | undefined
}): JSX.Element {
  const { data, error, reload } = useAsked<readonly PoolTimelineView[]>('pools')
  useEffect(() => {
    if (isPaused) return
    const timer = setInterval(reload, 1_000)
    return () => clearInterval(timer)
  }, [isPaused, reload])
  return (
    <section aria-labelledby="title">
      <h1 id="title">Pools</h1>
      {error && <p class="trouble">{error}</p>}
      {data?.length === 0 && <p class="nothing">There is no pool yet, or all have ended.</p>}
      {data?.map((pool) => (
        <PoolView key={pool.name} pool={pool} overview={overview} />
      ))}
    </section>
  )
}

function PoolView({
  pool,
  overview,
}: {
  pool: PoolTimelineView
  overview: Overview | undefined
}): JSX.Element {
  return (
    <article class="pool">
      <h2>{pool.name}</h2>
      <p class="quiet">
        {pool.endpoint}
        {pool.roles.map((role) => (
          <span key={role} class={pool.roles.length > 1 ? 'badge warning' : 'badge'}>
            {role}
          </span>
        ))}
      </p>
      <dl class="facts large">
        {(['used', 'idle', 'pending', 'limit'] as const).map((name) => (
          <div key={name}>
            <dt>{name === 'pending' ? 'waiting' : name}</dt>
            <dd>{pool.now[name]}</dd>
          </div>
        ))}
      </dl>
      <PoolChart samples={pool.samples} label={`connections of ${pool.name} in the last five minutes`} />
      <Holders title="Holding a connection" holders={pool.holders} overview={overview} />
      <Holders title="Waiting for one" holders={pool.waiting} overview={overview} />
    </article>
  )
}

function Holders({
  title,
  holders,
  overview,
}: {
  title: string
  holders: readonly PoolHolder[]
  overview: Overview | undefined
}): JSX.Element | null {
  if (holders.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <table class="narrow">
        <thead>
          <tr>
            <th scope="col" class="number">
              For
            </th>
            <th scope="col">State</th>
            <th scope="col">Request</th>
            <th scope="col">Latest query</th>
            <th scope="col">Line</th>
          </tr>
        </thead>
        <tbody>
          {holders.map((holder, n) => (
            // Holders have no names; each row is drawn anew.
            <tr key={n}>
              <td class="number">{duration(holder.forMillis)}</td>
              <td>
                <span class={holder.state === 'idle' && holder.forMillis > 1_000 ? 'badge warning' : 'badge'}>
                  {holder.state}
                </span>
              </td>
              <td>{holder.unit || '–'}</td>
              <td>{holder.latestSummary ?? '–'}</td>
              <td>
                {holder.file !== undefined && holder.line !== undefined ? (
                  <CodePlace file={holder.file} line={holder.line} overview={overview} />
                ) : (
                  '–'
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}
