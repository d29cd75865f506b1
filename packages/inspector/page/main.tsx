import { render } from 'preact'
import { App } from './app.js'
import { startLive } from './live.js'

const place = document.getElementById('page')
if (place === null) throw new Error('page.html has the place')
startLive()
render(<App />, place)
