// The programs of evm_bench.c in our EVM and in revm, in one run: Mgas/s of both, side by side.
//
//   node tests/bench/evm_peer.mjs [--json] [--filter TEXT] BENCH FOLDER...      BENCH: gavel-evm-bench
//
// revm is the one in anvil. A contract calls the program N times within one eth_call, once for a large N and once for
// N = 1; the difference has nothing of HTTP, JSON or the call's start in it. The time is anvil's CPU time over all of
// its threads, since others may use the machine, too. anvil runs its EVM under an inspector, so revm by itself is
// faster than this shows.
import fs from 'node:fs'
import path from 'node:path'
import zlib from 'node:zlib'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { keccak256 } from 'viem'
import { launch } from '../e2e/lib/processes.mjs'

const { values: options, positionals: [bench, ...folders] } = parseArgs({
  options: { json: { type: 'boolean' }, filter: { type: 'string', default: '' } },
  allowPositionals: true,
})
const anvilPath = fileURLToPath(new URL('../../deploy/node_modules/.bin/anvil', import.meta.url))
const driver = '0x00000000000000000000000000000000000d81e4'
const enoughMilliseconds = 250
const rounds = 5
const word = (v) => BigInt(v).toString(16).padStart(64, '0')

// { name -> { accounts, to, data } }, named as evm_bench.c names them.
function programsOf(folder) {
  const programs = {}
  for (const file of fs.readdirSync(folder).filter((f) => f.endsWith('.json')).sort()) {
    const tests = JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8'))
    for (const [name, { pre, transaction, _info: info }] of Object.entries(tests)) {
      transaction.data.forEach((data, i) => {
        programs[`${path.basename(folder)}/${name}/${info?.labels?.[i] ?? i}`] = { accounts: pre, to: transaction.to, data }
      })
    }
  }
  return programs
}

// Programs of our own find 2^64 in every slot of theirs; here, in those that they use.
function ownPrograms() {
  const programs = {}
  const full = Object.fromEntries(Array.from({ length: 256 }, (_, i) => [`0x${word(i)}`, `0x${word(1n << 64n)}`]))
  for (let i = 0; i < 256; i++) full[keccak256(`0x${word(i)}${word(0)}`)] = `0x${word(1n << 64n)}`
  full[keccak256(`0x${word(0x1000)}${word(0)}`)] = `0x${word(1n << 64n)}`
  for (const line of execFileSync(bench, ['--print-own']).toString().trim().split('\n')) {
    const { name, code } = JSON.parse(line)
    const account = (hex) => ({ nonce: '0x1', balance: '0x0', code: `0x${hex.replaceAll(' ', '')}`, storage: full })
    const [to, other] = ['1000', '1001'].map((digits) => `0x${digits.padStart(40, '0')}`)
    programs[`own/${name}/ours`] = { accounts: { [to]: account(code[0]), [other]: account(code[1]) }, to, data: '0x' }
  }
  return programs
}

// Calls `to` as often as the first word of its input says, with the rest of it; reverts when a call fails.
function driverCode(to) {
  return `0x${[
    '60203603', '8060205f37', '5f35', // n = CALLDATASIZE - 32; CALLDATACOPY(0, 32, n); count
    '5b', '5f5f835f5f73', to.slice(2), '5af1', '15603c57', // loop: CALL(gas, to, 0, 0, n, 0, 0), or fail
    '60019003', '80600b57', '60015f5260205ff3', // count - 1, again unless 0; return 1
    '5b5f5ffd',
  ].join('')}`
}

async function startAnvil() {
  const anvil = launch(anvilPath, ['--host', '127.0.0.1', '--port', '0', '--accounts', '1', '--hardfork', 'osaka', '--no-mining',
    '--gas-limit', '1000000000000', '--threads', '1'], { name: 'anvil' })
  const [, port] = await anvil.says(/Listening on 127\.0\.0\.1:(\d+)/)
  const rpc = async (method, ...params) => {
    const answer = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = await answer.json()
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }
  return { pid: realProcess(anvil.pid), stop: anvil.stop, rpc }
}

// npm's anvil is a script that starts the real one.
function realProcess(pid) {
  const [child] = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')
  return child ? realProcess(Number(child)) : pid
}

// Milliseconds.
function cpuTime(pid) {
  let ns = 0n
  for (const task of fs.readdirSync(`/proc/${pid}/task`)) {
    try {
      ns += BigInt(fs.readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
    } catch { /* it has just ended */ }
  }
  return Number(ns) / 1e6
}

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]

// Microseconds that one call takes.
async function timeProgram(anvil, { accounts, to, data }) {
  const snapshot = await anvil.rpc('evm_snapshot')
  const nobody = { nonce: 0, balance: '0x0', code: driverCode(to), storage: {} }
  const loaded = Object.fromEntries(Object.entries({ ...accounts, [driver]: nobody }).map(([address, a]) => [address, {
    ...a, nonce: Number(a.nonce), storage: Object.fromEntries(Object.entries(a.storage ?? {}).map(([k, v]) => [`0x${word(k)}`, `0x${word(v)}`])),
    balance: `0x${BigInt(a.balance).toString(16)}`,
  }]))
  const state = { block: null, accounts: loaded, best_block_number: null, blocks: [], transactions: [], historical_states: null }
  await anvil.rpc('anvil_loadState', `0x${zlib.gzipSync(JSON.stringify(state)).toString('hex')}`)
  const run = async (count) => {
    const before = cpuTime(anvil.pid)
    const answer = await anvil.rpc('eth_call', { to: driver, data: `0x${word(count)}${data.slice(2)}`, gas: '0xe8d4a51000' }, 'latest')
    if (BigInt(answer) !== 1n) throw new Error('the program failed in revm')
    return cpuTime(anvil.pid) - before
  }
  await run(1)
  let count = 2
  while ((await run(count)) < enoughMilliseconds) count *= 2
  const [many, one] = [[], []]
  for (let i = 0; i < rounds; i++) {
    many.push(await run(count))
    one.push(await run(1))
  }
  await anvil.rpc('evm_revert', snapshot)
  return (1e3 * (median(many) - median(one))) / (count - 1)
}

function runOurs() {
  const args = ['--json', ...(options.filter ? ['--filter', options.filter] : []), ...folders]
  return execFileSync(bench, args, { maxBuffer: 1 << 24 }).toString().trim().split('\n').map((line) => JSON.parse(line))
}

const left = (text, width) => String(text).padEnd(width)
const right = (text, width) => String(text).padStart(width)

function report(name, ours, theirs) {
  const { gas, mgas_s: mine } = ours
  if (options.json) {
    console.log(JSON.stringify({ bench: 'evm-peer', name, peer: 'revm', peer_mgas_s: Number(theirs.toFixed(1)), ratio: Number((mine / theirs).toFixed(2)) }))
  } else {
    console.log(`${left(name, 40)} ${right(gas ?? '', 12)} ${right(mine.toFixed(0), 10)} ${right(theirs.toFixed(0), 10)} ${right((mine / theirs).toFixed(1), 7)}`)
  }
}

const ours = runOurs()
if (options.json) ours.forEach((line) => console.log(JSON.stringify(line)))
else console.log(`${left('', 40)} ${right('gas', 12)} ${right('Mgas/s', 10)} ${right('revm', 10)} ${right('ratio', 7)}`)
const programs = Object.assign({}, ...folders.map(programsOf), ownPrograms())
const anvil = await startAnvil()
const logs = new Map()
for (const line of ours) {
  const mean = line.name.match(/^geomean-(.*)$/)
  if (mean) {
    const list = logs.get(mean[1]) ?? []
    report(line.name, line, Math.exp(list.reduce((sum, x) => sum + x, 0) / list.length))
    continue
  }
  const rate = line.gas / (await timeProgram(anvil, programs[line.name]))
  const folder = line.name.split('/')[0]
  logs.set(folder, [...(logs.get(folder) ?? []), Math.log(rate)])
  report(line.name, line, rate)
}
await anvil.stop()
