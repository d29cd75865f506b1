import { useCallback, useEffect, useState } from 'preact/hooks'
import { ask } from './ask.js'
import { type LiveEvents, onLive } from './live.js'

/** What was asked for: neither `data` nor `error` while it is on its way. */
export interface Asked<Answer> {
  readonly data: Answer | undefined
  readonly error: string | undefined
  reload(): void
}

/** Asks once, again whenever `path` changes, and when it is told to. */
export function useAsked<Answer>(path: string): Asked<Answer> {
  const [answer, setAnswer] = useState<{ path: string; data?: Answer; error?: string }>({ path })
  const reload = useCallback(() => {
    ask<Answer>(path).then(
      (data) => setAnswer({ path, data }),
      (error: Error) => setAnswer({ path, error: error.message }),
    )
  }, [path])
  useEffect(reload, [reload])
  const isCurrent = answer.path === path
  return {
    data: isCurrent ? answer.data : undefined,
    error: isCurrent ? answer.error : undefined,
    reload,
  }
}

/** Asks again at most so often while events of this name arrive. */
export function useReloadOn(name: keyof LiveEvents, reload: () => void, millis: number): void {
  useEffect(() => {
    let timer: number | undefined
    const stop = onLive(name, () => {
      timer ??= window.setTimeout(() => {
        timer = undefined
        reload()
      }, millis)
    })
    return () => {
      stop()
      window.clearTimeout(timer)
    }
  }, [name, reload, millis])
}

/** The part of the address behind `#`, split at `/`. */
export function useRoute(): readonly string[] {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const onChange = (): void => setHash(location.hash)
    addEventListener('hashchange', onChange)
    return () => removeEventListener('hashchange', onChange)
  }, [])
  return hash.replace(/^#\/?/, '').split('/').filter(Boolean).map(decodeURIComponent)
}

/** A choice that outlives the page. */
export function useKept(name: string, byDefault: string): readonly [string, (value: string) => void] {
  const [value, setValue] = useState(() => localStorage.getItem(name) ?? byDefault)
  const keep = (next: string): void => {
    localStorage.setItem(name, next)
    setValue(next)
  }
  return [value, keep]
}
