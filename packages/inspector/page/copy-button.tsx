import type { JSX } from 'preact'
import { useState } from 'preact/hooks'

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ text, label }: { text: string; label: string }): JSX.Element {
  const [said, setSaid] = useState<string>()
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setSaid('Copied')
    } catch {
      setSaid('The browser did not allow it')
    }
    setTimeout(() => setSaid(undefined), 1_500)
  }
  return (
    <button type="button" class="small" onClick={copy}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  )
}

/**
 * The statement as psql runs it: its parameters are asked for by `\bind`.
 *
 * @see https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-META-COMMAND-BIND
 */
export function asPsql(statement: string): string {
  const numbers = [...statement.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]))
  const highest = Math.max(0, ...numbers)
  if (highest === 0 || highest > 1_000) return `${statement};`
  const values = Array.from({ length: highest }, (_, n) => `'value ${n + 1}'`)
  return `${statement} \\bind ${values.join(' ')} \\g`
}
