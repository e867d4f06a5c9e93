// A program that waits for L1 while it starts ends by a signal at once: no service manager has to kill it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import path from 'node:path'
import { after, before, it } from 'node:test'
import { buildFolder, startGavel } from './lib/gavel.mjs'
import { launch } from './lib/processes.mjs'

let gavel, silent
before(async () => {
  gavel = await startGavel({ sequencer: false })
  // An L1 that takes every question, and answers none.
  silent = http.createServer((request) => silent.emit('asked', request)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
})
after(async () => {
  silent?.closeAllConnections()
  silent?.close()
  await gavel?.stop()
})

const programs = [
  ['gavel-sequencer', () => ['--key-file', path.join(gavel.folder, 'batcher.key')]],
  ['gavel-challenger', () => ['--watch']],
]

for (const [name, options] of programs) {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    it(`${name} ends by ${signal} while it waits for L1`, { timeout: 60_000 }, async () => {
      const asked = once(silent, 'asked')
      const program = launch(
        path.join(buildFolder, name),
        [
          ...['--config', gavel.configFile, '--data', path.join(gavel.folder, `${name}-${signal}`)],
          ...['--l1', `http://127.0.0.1:${silent.address().port}`, '--rpc-port', '0', ...options()],
        ],
        { name },
      )
      const ended = new Promise((resolve) => program.onExit(resolve))
      await asked
      process.kill(program.pid, signal)
      assert.deepEqual(await ended, { code: 0, signal: null }, program.log())
      assert.match(program.log(), /signal \d+ while starting/)
    })
  }
}
