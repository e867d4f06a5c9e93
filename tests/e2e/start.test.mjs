// How the programs start: one that waits for L1 ends by a signal at once, so that no service manager has to kill it;
// a rollup.json that does not fit L1 or the data is refused.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { after, before, it } from 'node:test'
import { encodePacked, keccak256 } from 'viem'
import { buildFolder, freePort, startGavel } from './lib/gavel.mjs'
import { startForwarder } from './lib/forwarder.mjs'
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

/** rollup.json's genesis.configHash, as config_file.h and chain_config.h have it. */
function configHash({ l1, l2, genesis }) {
  const chain = encodePacked(
    ['uint64', 'uint64', 'uint64', 'uint64', 'uint64', 'address', 'address', 'bytes32'],
    [
      ...[l2.chainId, ['cancun', 'prague', 'osaka'].indexOf(l2.revision), l2.gasLimit, l2.maxPast, l2.maxFuture].map(BigInt),
      ...[l2.feeRecipient, l2.baseFeeRecipient, genesis.hash],
    ],
  )
  return keccak256(
    encodePacked(
      ['bytes32', 'uint64', 'address', 'address', 'uint64', 'bytes32'],
      [keccak256(chain), BigInt(l1.chainId), l1.inbox, l1.portal, BigInt(l1.startBlock), l1.startBlockHash],
    ),
  )
}

it('an L1 that is not there is told at once, and asked again until it is', { timeout: 60_000 }, async () => {
  const port = await freePort()
  const program = launch(
    path.join(buildFolder, 'gavel-challenger'),
    [
      ...['--watch', '--config', gavel.configFile, '--data', path.join(gavel.folder, 'early')],
      ...['--l1', `http://127.0.0.1:${port}`, '--rpc-port', '0'],
    ],
    { name: 'gavel-challenger' },
  )
  await program.says(/error l1: http:\/\/127\.0\.0\.1:\d+ can't be read \(.*unreachable.*\); asking again/)
  const forwarder = await startForwarder(gavel.anvil.url, port)
  try {
    await program.says(/ready at/)
    assert.match(program.log(), /info {2}l1: http:\/\/127\.0\.0\.1:\d+ is read/)
  } finally {
    await program.stop()
    forwarder.stop()
  }
})

/** Starts a verifier with rollup.json changed by `change`, to its end, or until it is ready and told to end. */
async function verifierEnds(change, data, { seal = true } = {}) {
  const config = JSON.parse(fs.readFileSync(gavel.configFile, 'utf8'))
  const file = path.join(gavel.folder, 'changed.json')
  change(config)
  if (seal) config.genesis.configHash = configHash(config)
  fs.writeFileSync(file, JSON.stringify(config))
  const program = launch(
    path.join(buildFolder, 'gavel-challenger'),
    ['--watch', '--config', file, '--data', path.join(gavel.folder, data), '--l1', gavel.anvil.url, '--rpc-port', '0'],
    { name: 'gavel-challenger' },
  )
  await program.says(/ready at/).catch(() => {}) // it ended
  await program.stop()
  return { code: program.ended.code, log: program.log() }
}

it('a number that was changed in rollup.json is told', { timeout: 60_000 }, async () => {
  const unchanged = await verifierEnds(() => {}, 'unchanged')
  assert.equal(unchanged.code, 0, unchanged.log)
  for (const change of [({ l2 }) => l2.chainId++, ({ l2 }) => l2.maxFuture++, ({ l1 }) => l1.startBlock++]) {
    const { code, log } = await verifierEnds(change, 'unused', { seal: false })
    assert.equal(code, 78, log)
    assert.match(log, /genesis\.configHash: the fields of l1 and l2 give 0x[0-9a-f]{64}; one of them is not what the chain/)
  }
})

it('contracts that are swapped in rollup.json are told', { timeout: 60_000 }, async () => {
  const { code, log } = await verifierEnds(({ l1 }) => ([l1.inbox, l1.portal] = [l1.portal, l1.inbox]), 'swapped')
  assert.equal(code, 69, log)
  assert.match(log, /the l1\.inbox of rollup\.json, is no Gavel inbox/)
})

it('data is not taken over by another rollup.json', { timeout: 60_000 }, async () => {
  const first = await verifierEnds(() => {}, 'data')
  assert.equal(first.code, 0, first.log)
  for (const change of [({ l2 }) => l2.chainId++, ({ l2 }) => l2.maxPast++, ({ l1 }) => l1.startBlock++]) {
    const { code, log } = await verifierEnds(change, 'data')
    assert.equal(code, 78, log)
    assert.match(log, /inbox\.db belongs to another rollup\.json/)
  }
  const withFactory = await verifierEnds(({ l1 }) => (l1.disputeGameFactory = l1.portal), 'data')
  assert.match(withFactory.log, /can't read the dispute game factory/) // the data were no matter
})
