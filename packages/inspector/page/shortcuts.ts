import { useEffect } from 'preact/hooks'

/** Runs what belongs to a key, unless somebody writes text or holds a modifier. */
export function useShortcuts(actions: Readonly<Record<string, () => void>>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || isWriting(event.target)) return
      const action = Object.hasOwn(actions, event.key) ? actions[event.key] : undefined
      if (action === undefined || document.querySelector('dialog[open]') !== null) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
}

/** Moves between the links that a list is walked by. */
export function moveFocus(selector: string, step: 1 | -1): void {
  const links = [...document.querySelectorAll<HTMLElement>(selector)]
  const at = links.indexOf(document.activeElement as HTMLElement)
  const next = at === -1 ? (step === 1 ? 0 : links.length - 1) : at + step
  links[Math.max(0, Math.min(links.length - 1, next))]?.focus()
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && /^(input|textarea|select)$/i.test(target.tagName)
}
