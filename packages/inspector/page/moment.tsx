import type { JSX } from 'preact'
import { time } from './format.js'

/** A time of day, with all of it for whoever points at it. */
export function Moment({ at }: { at: string }): JSX.Element {
  return (
    <time
      dateTime={at}
      title={new Date(at).toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'long' })}
    >
      {time(at)}
    </time>
  )
}
