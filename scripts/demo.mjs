// `npm run demo`: installs, builds, and shows what pgspan finds in the example shop. Arguments go to the demo.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build, install, root } from './setup.mjs'

await install('packages', 'examples')
await build()

const demo = fileURLToPath(new URL('../examples/shop/demo/demo.js', import.meta.url))
// A relative --json is relative to where the command was given.
const child = spawn(process.execPath, [demo, ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? root,
  stdio: 'inherit',
})
// The terminal's Ctrl-C reaches the demo by itself, which then ends; this waits for it.
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => signal === 'SIGTERM' && child.kill(signal))
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 1 : 0)
})
