// A private L1: anvil on a free port of 127.0.0.1, with the limits of the real thing.
//
//   const l1 = await startAnvil({ blockTime: 1 })
//   l1.url, l1.port, l1.pid, l1.chainId, l1.accounts   // accounts: viem accounts with 10,000 ETH each
//   await l1.rpc('evm_mine')                           // any method; throws what the node answers as an error
//   await l1.stop()
//
// It ends with this process, however that ends: by the exit handler, or else (kill -9) by the kernel's
// parent-death signal.
import fs from 'node:fs'
import path from 'node:path'
import { once } from 'node:events'
import { spawn } from 'node:child_process'
import { mnemonicToAccount } from 'viem/accounts'

const mnemonic = 'test test test test test test test test test test test junk'
const binary = path.join(import.meta.dirname, '../../../deploy/node_modules/.bin/anvil')
const setpriv = '/usr/bin/setpriv'

const realLimits = [
  '--hardfork', 'osaka',
  '--gas-limit', '60000000',
  '--enable-tx-gas-limit', // EIP-7825: 2^24 gas per transaction
  '--code-size-limit', '24576', // EIP-170
]

const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))

// Options:
//   blockTime      seconds between blocks; without it a block is mined per transaction
//   noMining       blocks only by rpc('evm_mine')
//   slotsInEpoch   `safe` is so many blocks behind `latest`, `finalized` twice as many (1)
//   accounts       how many funded accounts (10)
//   chainId        (31337)
//   port           (a free one)
//   extra          further arguments to anvil, an array
export async function startAnvil(options = {}) {
  if (!fs.existsSync(binary)) throw new Error('anvil is not installed: make deploy/node_modules/.installed')
  const accounts = options.accounts ?? 10
  const child = launch([...realLimits, ...chosen(options, accounts), ...(options.extra ?? [])])
  const log = keepTail(child)
  const port = await listening(child, log)
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    port,
    pid: child.pid,
    chainId: options.chainId ?? 31337,
    accounts: Array.from({ length: accounts }, (_, addressIndex) => mnemonicToAccount(mnemonic, { addressIndex })),
    log: () => log.text,
    rpc: (method, ...params) => call(url, method, params),
    stop: () => stop(child),
  }
}

function chosen(options, accounts) {
  const args = ['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--accounts', String(accounts)]
  args.push('--mnemonic', mnemonic, '--chain-id', String(options.chainId ?? 31337))
  args.push('--slots-in-an-epoch', String(options.slotsInEpoch ?? 1))
  if (options.blockTime) args.push('--block-time', String(options.blockTime))
  if (options.noMining) args.push('--no-mining')
  return args
}

function launch(args) {
  const bound = fs.existsSync(setpriv)
  const command = bound ? setpriv : binary
  const before = bound ? ['--pdeathsig', 'KILL', binary] : []
  const child = spawn(command, [...before, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('exit', () => running.delete(child))
  return child
}

// The pipes are read for as long as anvil runs, or it would block on a full one.
function keepTail(child) {
  const log = { text: '' }
  const keep = (chunk) => (log.text = (log.text + chunk).slice(-16384))
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  return log
}

function listening(child, log) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const found = log.text.match(/Listening on 127\.0\.0\.1:(\d+)/)
      if (found) resolve(Number(found[1]))
    }
    child.stdout.on('data', look)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`anvil ended with ${code}:\n${log.text}`)))
  })
}

async function call(url, method, params) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  const { result, error } = await answer.json()
  if (error) throw Object.assign(new Error(`${method}: ${error.message}`), { code: error.code, data: error.data })
  return result
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(impatience)
}
