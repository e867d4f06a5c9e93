// What a verifier makes of --claims: output roots that are right, wrong, or none at all.
import assert from 'node:assert/strict'
import http from 'node:http'
import { after, before, it } from 'node:test'
import { startGavel, waitFor } from './lib/gavel.mjs'

let gavel
let reply // how the source of claims answers
const source = http.createServer(async (request, response) => {
  let body = ''
  for await (const piece of request) body += piece
  await reply(JSON.parse(body), response)
})

const says = (status, text) => (_, response) => response.writeHead(status, { 'content-type': 'application/json' }).end(text)
const result = (change) => async ({ id, method, params }, response) =>
  says(200, JSON.stringify({ jsonrpc: '2.0', id, result: change(await gavel.sequencer.rpc(method, ...params)) }))(null, response)
const right = result((output) => output)

const claims = async () => (await gavel.verifier.rpc('gavel_status')).claims
const compared = async () => Number((await claims()).compared)

before(async () => {
  await new Promise((resolve) => source.listen(0, '127.0.0.1', resolve))
  gavel = await startGavel({ verifier: { claims: `http://127.0.0.1:${source.address().port}` } })
})
after(async () => {
  await gavel?.stop()
  source.close()
  source.closeAllConnections()
})

// One more block, and that it is derived.
async function block() {
  const { l2Receipt } = await gavel.deposit({ account: gavel.users[0], mint: 1n, value: 1n })
  const { blockNumber } = await l2Receipt()
  await waitFor('the verifier to have the block', async () => Number(await gavel.verifier.rpc('eth_blockNumber')) >= blockNumber)
  return Number(blockNumber)
}

it('right ones are compared', async () => {
  reply = right
  const number = await block()
  await waitFor('the block to be compared', async () => (await compared()) > number)
  assert.equal((await claims()).silentFor, '0x0')
  assert.doesNotMatch(gavel.verifier.log(), /claims:/)
})

const useless = {
  garbage: [says(200, 'hello'), /no output root of block \d+: .*JSON/],
  'an HTTP error': [says(404, 'not here'), /no output root of block \d+: .*404/],
  'an error of its own': [
    ({ id }, response) => says(200, JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32601, message: 'the method is not here' } }))(null, response),
    /no output root of block \d+: .*the method is not here/,
  ],
  'another kind of answer': [result(({ version }) => ({ version })), /no output root of block \d+: there is no outputRoot in its answer/],
  'no answer': [(_, response) => response.destroy(), /no output root of block \d+: /],
}

for (const [name, [answer, words]] of Object.entries(useless)) {
  it(`${name} is said in the log, and that it is over`, async () => {
    const from = gavel.verifier.log().length
    const said = () => gavel.verifier.log().slice(from)
    reply = answer
    const number = await block()
    await waitFor('the log to say so', () => words.test(said()))
    assert.ok(Number((await claims()).silentFor) >= 5)
    assert.ok((await compared()) <= number)
    reply = right
    await waitFor('the block to be compared', async () => (await compared()) > number)
    assert.equal((await claims()).silentFor, '0x0')
    assert.match(said(), /gives output roots again/)
    assert.equal((await claims()).wrong, '0x0')
  })
}

it('a wrong one is an error, of the health and of the exit status', async () => {
  reply = result((output) => ({ ...output, outputRoot: `0x${'11'.repeat(32)}` }))
  const number = await block()
  await waitFor('the log to say so', () => gavel.verifier.log().includes(`WRONG CLAIM for block ${number} `))
  const health = await fetch(`${gavel.verifier.url}/health`)
  assert.equal(health.status, 503)
  assert.match(await health.text(), /--claims has found a wrong root/)
  await gavel.verifier.stop()
  assert.equal(gavel.verifier.ended.code, 3)
})
