import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

const keys: readonly (readonly [string, string])[] = [
  ['1 … 4', 'requests, findings, statements, pools'],
  ['j, k', 'next, previous'],
  ['Enter', 'open'],
  ['u', 'back to the list'],
  ['/', 'filter'],
  ['p', 'pause, go on'],
  ['?', 'this help'],
]

export function Help({ onClose }: { onClose: () => void }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="keys">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p>
        Everything here is JSON as well: <code>api/requests</code>, <code>api/requests/1</code>,{' '}
        <code>api/findings</code>, <code>api/statements</code>, <code>api/pools</code>,{' '}
        <code>api/events</code>.
      </p>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  )
}
