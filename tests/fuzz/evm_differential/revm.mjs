// anvil, whose EVM is revm: a block of its own for every batch of cases, on a state that is loaded for it and
// dropped after it.
import path from 'node:path'
import zlib from 'node:zlib'
import { fileURLToPath } from 'node:url'
import { launch } from '../../e2e/lib/processes.mjs'
import { baseFee, chainId, coinbase } from './world.mjs'

const binary = fileURLToPath(new URL('../../../deploy/node_modules/.bin/anvil', import.meta.url))
const historyContract = '0x0000f90827f1c53a10cb7a02335b175320002935'

async function post(url, body) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  return answer.json()
}

export async function startRevm(fork) {
  const anvil = launch(binary, ['--host', '127.0.0.1', '--port', '0', '--accounts', '1', '--chain-id', String(chainId),
    '--hardfork', fork, '--no-mining', '--order', 'fifo', '--code-size-limit', '24576', '--gas-limit', '1000000000000',
    '--block-base-fee-per-gas', String(baseFee), ...(fork === 'osaka' ? ['--enable-tx-gas-limit'] : [])], { name: path.basename(binary) })
  const [, port] = await anvil.says(/Listening on 127\.0\.0\.1:(\d+)/)
  const url = `http://127.0.0.1:${port}`
  const request = (method, ...params) => ({ jsonrpc: '2.0', id: 1, method, params })
  const rpc = async (method, ...params) => {
    const { result, error } = await post(url, request(method, ...params))
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
  // A nonce is a number there, of which JavaScript's are too small.
  const dump = async () => {
    const text = zlib.gunzipSync(Buffer.from((await rpc('anvil_dumpState')).slice(2), 'hex')).toString()
    return JSON.parse(text.replace(/"nonce":(\d+)/g, (_, nonce) => `"nonce":"0x${BigInt(nonce).toString(16)}"`)).accounts
  }
  await rpc('anvil_setCoinbase', coinbase)
  const own = await dump() // its own accounts: part of every case
  let snapshot = await rpc('evm_snapshot')

  async function load(accounts) {
    const state = { block: null, accounts, best_block_number: null, blocks: [], transactions: [], historical_states: null }
    const text = JSON.stringify(state).replace(/"nonce":"(0x[0-9a-f]+)"/g, (_, nonce) => `"nonce":${BigInt(nonce)}`)
    await rpc('anvil_loadState', `0x${zlib.gzipSync(text, { level: 1 }).toString('hex')}`)
  }

  // { block, order, results, accounts }: `order` are places in `raw` as they were executed; results[i] belongs to
  // raw[i], or is { refused }.
  async function run(accounts, raw) {
    await load(accounts)
    const sent = await post(url, raw.map((tx, id) => ({ ...request('eth_sendRawTransaction', tx), id })))
    const results = raw.map(() => ({ refused: 'not mined' }))
    const places = new Map()
    for (const { id, result, error } of sent) {
      if (error) results[id] = { refused: error.message }
      else places.set(result, id)
    }
    await rpc('evm_mine')
    const answers = await post(url, [request('eth_getBlockByNumber', 'latest', false), request('eth_getBlockReceipts', 'latest'),
      request('trace_block', 'latest')].map((r, id) => ({ ...r, id })))
    const [block, receipts, traces] = answers.sort((a, b) => a.id - b.id).map(({ result, error }) => {
      if (error) throw new Error(error.message)
      return result
    })
    const tops = new Map(traces.filter((t) => t.traceAddress?.length === 0).map((t) => [t.transactionHash, t]))
    const order = receipts.map((receipt) => places.get(receipt.transactionHash))
    receipts.forEach((receipt, i) => {
      results[order[i]] = resultOf(receipt, tops.get(receipt.transactionHash))
    })
    const after = await dump()
    await rpc('evm_revert', snapshot)
    await rpc('anvil_dropAllTransactions')
    snapshot = await rpc('evm_snapshot')
    return { block: contextOf(block), order, results, accounts: after }
  }
  return { own, run, stop: anvil.stop, kill: anvil.kill, historyContract }
}

function resultOf(receipt, trace) {
  return {
    success: receipt.status === '0x1',
    gasUsed: Number(receipt.gasUsed),
    price: BigInt(receipt.effectiveGasPrice),
    // Of a creation that succeeded it is the new code, which the state has anyway.
    output: trace?.type === 'create' ? undefined : trace?.result?.output,
    error: trace?.error,
    logs: receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })),
  }
}

function contextOf(block) {
  return {
    number: block.number,
    timestamp: block.timestamp,
    gasLimit: block.gasLimit,
    coinbase: block.miner,
    prevRandao: block.mixHash,
    baseFee: block.baseFeePerGas,
    blobBaseFee: '0x1',
    chainId: `0x${chainId.toString(16)}`,
    parentHash: block.parentHash,
  }
}
