// A private L1: anvil on a free port of 127.0.0.1, with the limits of the real thing.
//
//   const l1 = await startAnvil({ blockTime: 1 })
//   l1.url, l1.port, l1.pid, l1.chainId, l1.accounts   // accounts: viem accounts with 10,000 ETH each
//   await l1.rpc('evm_mine')                           // any method; throws what the node answers as an error
//   await l1.stop()
//
// It ends with this process, however that ends.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { mnemonicToAccount } from 'viem/accounts'
import { launch } from './processes.mjs'

const mnemonic = 'test test test test test test test test test test test junk'
const here = path.dirname(fileURLToPath(import.meta.url)) // import.meta.dirname is not in Node 18
const binary = path.join(here, '../../../deploy/node_modules/.bin/anvil')

const realLimits = [
  '--gas-limit', '60000000',
  '--enable-tx-gas-limit', // EIP-7825: 2^24 gas per transaction
  '--code-size-limit', '24576', // EIP-170
]

// Options:
//   blockTime      seconds between blocks; without it a block is mined per transaction
//   noMining       blocks only by rpc('evm_mine')
//   slotsInEpoch   `safe` is so many blocks behind `latest`, `finalized` twice as many (1)
//   accounts       how many funded accounts (10)
//   chainId        (31337)
//   hardfork       ('osaka')
//   port           (a free one)
//   extra          further arguments to anvil, an array
export async function startAnvil(options = {}) {
  const accounts = options.accounts ?? 10
  const anvil = launch(binary, [...realLimits, ...chosen(options, accounts), ...(options.extra ?? [])], { name: 'anvil' })
  const [, digits] = await anvil.says(/Listening on 127\.0\.0\.1:(\d+)/)
  const port = Number(digits)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    pid: anvil.pid,
    chainId: options.chainId ?? 31337,
    accounts: Array.from({ length: accounts }, (_, addressIndex) => mnemonicToAccount(mnemonic, { addressIndex })),
    log: anvil.log,
    rpc: (method, ...params) => call(url, method, params),
    stop: anvil.stop,
  }
}

function chosen(options, accounts) {
  const args = ['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--accounts', String(accounts)]
  args.push('--hardfork', options.hardfork ?? 'osaka')
  args.push('--mnemonic', mnemonic, '--chain-id', String(options.chainId ?? 31337))
  args.push('--slots-in-an-epoch', String(options.slotsInEpoch ?? 1))
  if (options.blockTime) args.push('--block-time', String(options.blockTime))
  if (options.noMining) args.push('--no-mining')
  return args
}

async function call(url, method, params) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result, error } = await answer.json()
  if (error) throw Object.assign(new Error(`${method}: ${error.message}`), { code: error.code, data: error.data })
  return result
}
