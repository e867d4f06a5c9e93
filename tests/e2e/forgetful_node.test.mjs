// An L1 node that leaves logs out without a word (one behind the others of its provider, an index that is built later), and
// one whose answers are too large: the challenger finds every game all the same, and plays in it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { after, before, it } from 'node:test'
import { createGame, randomRoot } from './lib/dispute.mjs'
import { makeDisputedChain } from './lib/disputed_chain.mjs'
import { startGavel, waitFor } from './lib/gavel.mjs'

const tooLarge = 33 << 20 // bytes
const json = { 'content-type': 'application/json' }

let gavel, chain, proxy
let forgets = 0 // so many answers with a game's creation
let longest = Infinity // ranges of more blocks get an answer that is too large

const isAboutCreation = ({ method }, { result }) =>
  method === 'eth_getLogs' && result.some(({ address }) => address === gavel.factory.address.toLowerCase())

function spoil(call, answer) {
  if (forgets === 0 || !isAboutCreation(call, answer)) return
  forgets--
  answer.result = []
}

const spanOf = ({ method, params: [filter] }) =>
  method === 'eth_getLogs' && filter.fromBlock ? Number(BigInt(filter.toBlock) - BigInt(filter.fromBlock)) + 1 : 0

async function answer(request, response) {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts).toString()
  const calls = [JSON.parse(body)].flat()
  const answered = await fetch(gavel.anvil.url, { method: 'POST', headers: json, body })
  const said = await answered.json()
  const answers = [said].flat()
  calls.forEach((call) => spoil(call, answers.find(({ id }) => id === call.id)))
  const padding = Math.max(...calls.map(spanOf)) > longest ? ' '.repeat(tooLarge) : ''
  response.writeHead(answered.status, json).end(JSON.stringify(said) + padding)
}

before(async () => {
  gavel = await startGavel({ sequencer: false, challenge: true, dispute: { clock: 3600 }, l1: { accounts: 10, slotsInEpoch: 2 } })
  chain = await makeDisputedChain(gavel)
  proxy = http.createServer((request, response) => answer(request, response).catch(() => response.destroy()))
  proxy.listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  await gavel.verifier.restart({ l1: `http://127.0.0.1:${proxy.address().port}` })
})
after(async () => {
  await gavel?.stop()
  proxy?.closeAllConnections()
  proxy?.close()
})

const falseClaim = () => createGame(gavel, { account: gavel.users[2], root: randomRoot(), block: chain.block })
const isPlayed = (game) => waitFor('an answer to the false claim', async () => (await game.claims()).length > 1, { timeout: 90_000 })
const isUp = async () => (await fetch(`${gavel.verifier.url}/health`)).status === 200

it('a game whose creation was left out is found when it is final', { timeout: 120_000 }, async () => {
  forgets = 1
  const game = await falseClaim()
  await waitFor('the creation to be left out', () => forgets === 0)
  await isPlayed(game)
})

it('also by one that left it out of two answers, and was started anew', { timeout: 120_000 }, async () => {
  forgets = 2
  const game = await falseClaim()
  await waitFor('the creation to be left out', () => forgets < 2)
  await gavel.verifier.restart()
  await isPlayed(game)
})

it('ranges whose answers are too large are read in parts', { timeout: 120_000 }, async () => {
  await gavel.verifier.stop()
  const game = await falseClaim()
  await gavel.l1.mine({ blocks: 100 })
  longest = 20
  await gavel.verifier.start()
  await isPlayed(game)
  await waitFor('all to be well', isUp)
})
