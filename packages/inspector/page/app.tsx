import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { FindingsPage } from './findings-page.js'
import { Help } from './help.js'
import { useAsked, useKept, useReloadOn, useRoute } from './hooks.js'
import { type ConnectionState, onConnectionState } from './live.js'
import type { Overview } from './page-types.js'
import { PoolsPage } from './pools-page.js'
import { RequestPage } from './request-page.js'
import { RequestsPage } from './requests-page.js'
import { useShortcuts } from './shortcuts.js'
import { StatementsPage } from './statements-page.js'

const tabs = [
  ['requests', 'Requests'],
  ['findings', 'Findings'],
  ['statements', 'Statements'],
  ['pools', 'Pools'],
] as const

const themes: readonly string[] = ['system', 'light', 'dark']

export function App(): JSX.Element {
  const route = useRoute()
  const [name = 'requests', id] = route
  const overview = useAsked<Overview>('overview')
  useReloadOn('request', overview.reload, 2_000)
  const [isPaused, setPaused] = useState(false)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const [theme, setTheme] = useKept('theme', 'system')
  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])
  useShortcuts({
    p: () => setPaused((paused) => !paused),
    '?': () => setHelpOpen(true),
    ...Object.fromEntries(tabs.map(([tab], n) => [String(n + 1), () => location.assign(`#/${tab}`)])),
  })
  const nextTheme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <>
      <a class="skip" href="#main">
        To the content
      </a>
      <header class="top">
        <p class="brand">
          <img src="icon.svg" alt="" width="20" height="20" /> <b>pgspan</b>
          <span class="quiet">
            {overview.data && `${overview.data.service}, process ${overview.data.processId}`}
          </span>
        </p>
        <nav aria-label="Views">
          {tabs.map(([tab, label]) => (
            <a key={tab} href={`#/${tab}`} aria-current={tab === name ? 'page' : undefined}>
              {label}
              {tab === 'findings' && !!overview.data?.findings && (
                <span class="badge warning">{overview.data.findings}</span>
              )}
            </a>
          ))}
        </nav>
        <div class="tools">
          <LiveState isPaused={isPaused} />
          <button type="button" onClick={() => setPaused(!isPaused)} aria-pressed={isPaused} title="p">
            {isPaused ? 'Go on' : 'Pause'}
          </button>
          <button type="button" onClick={() => setTheme(nextTheme)}>
            Colours: {theme}
          </button>
          <button type="button" onClick={() => setHelpOpen(true)} title="?">
            Help
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {overview.error && <p class="trouble">{overview.error}</p>}
        {name === 'requests' && id === undefined && <RequestsPage isPaused={isPaused} />}
        {name === 'requests' && id !== undefined && <RequestPage number={id} overview={overview.data} />}
        {name === 'findings' && <FindingsPage isPaused={isPaused} overview={overview.data} />}
        {name === 'statements' && <StatementsPage isPaused={isPaused} overview={overview.data} />}
        {name === 'pools' && <PoolsPage isPaused={isPaused} overview={overview.data} />}
      </main>
      {isHelpOpen && <Help onClose={() => setHelpOpen(false)} />}
    </>
  )
}

function LiveState({ isPaused }: { isPaused: boolean }): JSX.Element {
  const [state, setState] = useState<ConnectionState>('connecting')
  useEffect(() => onConnectionState(setState), [])
  const shown = isPaused ? 'paused' : state
  return (
    <span class={`live ${shown}`} role="status">
      {shown === 'lost' ? 'no connection' : shown}
    </span>
  )
}
