import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import UPlot from 'uplot'
import type { PoolSample } from './page-types.js'

const height = 160
const series = [
  ['used', '--execute'],
  ['idle', '--read'],
  ['pending', '--wait'],
  ['limit', '--quiet'],
] as const

/** Connections of one pool over time. */
export function PoolChart({
  samples,
  label,
}: {
  samples: readonly PoolSample[]
  label: string
}): JSX.Element {
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<UPlot>(null)
  useEffect(() => {
    const host = place.current
    if (host === null) return
    const made = new UPlot(optionsFor(host), [[], [], [], [], []], host)
    chart.current = made
    const resized = new ResizeObserver(() => made.setSize({ width: host.clientWidth, height }))
    resized.observe(host)
    return () => {
      resized.disconnect()
      made.destroy()
    }
  }, [])
  useEffect(() => {
    chart.current?.setData([
      samples.map(({ at }) => at / 1_000),
      ...series.map(([name]) => samples.map((sample) => sample[name])),
    ] as UPlot.AlignedData)
  }, [samples])
  return <div ref={place} class="chart" role="img" aria-label={label} />
}

function optionsFor(host: HTMLElement): UPlot.Options {
  const colour = (name: string): string => colourOf(host, name)
  const axis = {
    stroke: colour('--quiet'),
    grid: { stroke: colour('--line') },
    ticks: { stroke: colour('--line') },
  }
  // Figures hold from one sample to the next.
  const stepped = UPlot.paths.stepped?.({ align: 1 })
  return {
    width: host.clientWidth,
    height,
    legend: { live: false, markers: { fill: (_, n) => colour(series[n - 1]?.[1] ?? '--quiet') } },
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, highest) => [0, Math.max(1, highest) * 1.1] } },
    axes: [
      { ...axis, space: 100, values: (_, seconds) => seconds.map(timeOfDay) },
      { ...axis, size: 40, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
    ],
    series: [
      {},
      ...series.map(([name, variable]) => ({
        label: name === 'pending' ? 'waiting' : name,
        stroke: colour(variable),
        width: name === 'limit' ? 1 : 2,
        ...(name === 'limit' && { dash: [6, 4] }),
        points: { show: false },
        ...(stepped && { paths: stepped }),
      })),
    ],
  }
}

function timeOfDay(seconds: number): string {
  return new Date(seconds * 1_000).toLocaleTimeString('en-GB')
}

/** What a variable is in the colours of now: only a property that is used tells. */
function colourOf(host: HTMLElement, variable: string): string {
  const probe = document.createElement('i')
  probe.style.color = `var(${variable})`
  host.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}
