// A whole Gavel chain on a private L1: what end-to-end tests, benches and the demo stand on.
//
//   const gavel = await startGavel({ verifier: true })
//   gavel.l1, gavel.l2            viem clients: public, wallet and OP Stack actions; l1 also test actions
//   gavel.accounts                viem accounts with ETH on both sides (0 deploys, 1 is the batcher: leave them alone)
//   gavel.users                   the others
//   gavel.deposit({ account, mint, to, value, gas, data })   through the portal: { receipt, hash, l2Receipt() }
//   gavel.sequencer, gavel.verifier:
//     .url .pid .log() .logFile .data .ended
//     await .start(options) .stop() .kill() .restart(options)   kill is kill -9; the data and the port stay
//     await .startToEnd(options)   one that is to fail: its exit status
//     await .rpc(method, ...params)
//   gavel.l2Receipt(hash)         awaits a transaction's receipt on L2
//   gavel.config, gavel.configFile, gavel.anvil, gavel.folder
//   await gavel.stop()            ends all and removes the data (GAVEL_KEEP=1 keeps it, and says where)
//
// Programs come from $GAVEL_BUILD (build), contracts from $GAVEL_CONTRACTS ($GAVEL_BUILD/contracts).
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { bytesToHex, createPublicClient, createTestClient, defineChain, http, keccak256, parseEther, publicActions, toBytes, walletActions } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { foundry } from 'viem/chains'
import { chainConfig, getL2TransactionHashes, publicActionsL1, publicActionsL2, walletActionsL1, walletActionsL2 } from 'viem/op-stack'
import { startAnvil } from './anvil.mjs'
import { launch } from './processes.mjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../..')
export const buildFolder = path.resolve(process.env.GAVEL_BUILD ?? path.join(root, 'build'))
export const contractsFolder = path.resolve(process.env.GAVEL_CONTRACTS ?? path.join(buildFolder, 'contracts'))

const multicall3 = '0xcA11bde05977b3631167028862bE2a173976CA11'

export function artifact(name) {
  return JSON.parse(fs.readFileSync(path.join(contractsFolder, `${name}.json`), 'utf8'))
}

// ---------------------------------------------------------------- waiting

// Calls `body` until it gives something truthy, which is returned. What it throws counts as "not yet", and is named
// when time is up.
export async function waitFor(what, body, { timeout = 60_000, every = 100 } = {}) {
  const deadline = Date.now() + timeout
  let last
  for (;;) {
    try {
      const found = await body()
      if (found) return found
      last = undefined
    } catch (error) {
      last = error
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${timeout / 1000} s${last ? `; ${last.message}` : ''}`, { cause: last })
    }
    await sleep(every)
  }
}

// ---------------------------------------------------------------- keys

// `count` accounts made from a name: the same ones every time. For tests only, as everyone can make them.
export function testAccounts(count, name = 'gavel') {
  return Array.from({ length: count }, (_, i) => privateKeyToAccount(keccak256(toBytes(`${name} ${i}`))))
}

const privateKeyOf = (account) => bytesToHex(account.getHdKey().privateKey)

// Never on a command line, and for nobody else to read.
function writeKey(folder, name, key) {
  const file = path.join(folder, name)
  fs.writeFileSync(file, `${key}\n`, { mode: 0o600 })
  return file
}

// { 'batch-age': 2, debug: true } as words for a command line.
function flags(options) {
  return Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false) return []
    return value === true ? [`--${name}`] : [`--${name}`, String(value)]
  })
}

// ---------------------------------------------------------------- programs

// `preferred` if nobody has it, else any.
export function freePort(preferred = 0) {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', (error) => (preferred ? resolve(freePort()) : reject(error)))
    server.listen(preferred, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

// A program that can be ended and started again on the same data and port.
class Program {
  constructor(name, folder, port, options) {
    this.name = name
    this.port = port
    this.data = path.join(folder, name)
    this.logFile = path.join(folder, `${name}.log`)
    this.options = options
    this.process = null
  }

  get url() {
    return `http://127.0.0.1:${this.port}`
  }

  get pid() {
    return this.process?.pid
  }

  get ended() {
    return this.process ? this.process.ended : { code: null, signal: null }
  }

  log() {
    return this.process ? this.process.log() : ''
  }

  // Further options hold from now on, as if they had been given at first.
  launch(options = {}) {
    if (this.process && !this.ended) throw new Error(`${this.name} is running already`)
    Object.assign(this.options, options)
    const args = flags({ ...this.options, data: this.data, 'rpc-port': this.port })
    const started = launch(path.join(buildFolder, this.name), args, { name: this.name, logFile: this.logFile })
    this.process = started
    this.expected = false
    started.onExit(({ code, signal }) => {
      if (this.process === started && !this.expected) {
        process.exitCode ||= 1
        console.error(`${this.name} ended with ${code ?? signal}; its log ends so:\n${started.log().slice(-4000)}`)
      }
    })
    return started
  }

  // Returns when it answers.
  async start(options) {
    await this.launch(options).says(/chain \d+ ready at http:/)
    return this
  }

  // Where it is to end by itself: the exit status.
  async startToEnd(options) {
    const started = this.launch(options)
    this.expected = true
    const { code } = await new Promise((resolve) => started.onExit(resolve))
    return code
  }

  async stop() {
    this.expected = true
    await this.process?.stop()
  }

  async kill() {
    this.expected = true
    await this.process?.kill()
  }

  async restart(options) {
    await this.stop()
    return this.start(options)
  }

  async rpc(method, ...params) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const answer = await fetch(this.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const { result, error } = await answer.json()
    if (error) throw Object.assign(new Error(`${method}: ${error.message}`), { code: error.code, data: error.data })
    return result
  }
}

// Runs a command of `gavel` to its end; what it printed.
export async function runGavel(...args) {
  const run = launch(path.join(buildFolder, 'gavel'), args, { name: `gavel ${args[0]}` })
  const { code, signal } = run.ended ?? (await new Promise((resolve) => run.onExit(resolve)))
  if (code !== 0) throw new Error(`gavel ${args[0]} ended with ${code ?? signal}:\n${run.log()}`)
  return run.log()
}

// ---------------------------------------------------------------- clients

// The L2 as viem wants to know it.
export function l2Chain(config, url) {
  const l1Id = config.l1.chainId
  return defineChain({
    ...chainConfig,
    id: config.l2.chainId,
    name: 'Gavel',
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [url] } },
    sourceId: l1Id,
    contracts: {
      ...chainConfig.contracts,
      multicall3: { address: multicall3 },
      portal: { [l1Id]: { address: config.l1.portal } },
    },
  })
}

const eager = { pollingInterval: 50, cacheTime: 0 }

export function l1Client(url) {
  return createTestClient({ mode: 'anvil', chain: foundry, transport: http(url), ...eager })
    .extend(publicActions)
    .extend(walletActions)
    .extend(publicActionsL1())
    .extend(walletActionsL1())
}

export function l2Client(config, url, transport = {}) {
  return createPublicClient({ chain: l2Chain(config, url), transport: http(url, transport), ...eager })
    .extend(walletActions)
    .extend(publicActionsL2())
    .extend(walletActionsL2())
}

// ---------------------------------------------------------------- the chain

async function deploy(folder, anvil, { batcher, chainId, window, fund, options }) {
  const fundFile = path.join(folder, 'fund')
  const configFile = path.join(folder, 'rollup.json')
  fs.writeFileSync(fundFile, fund.map(({ address, wei }) => `${address} ${wei}\n`).join(''))
  const said = await runGavel(
    'deploy',
    ...flags({
      l1: anvil.url,
      'key-file': path.join(folder, 'deployer.key'),
      'chain-id': chainId,
      batcher,
      window,
      artifacts: contractsFolder,
      'fund-file': fundFile,
      confirmations: 1,
      out: configFile,
      ...options,
    }),
  )
  return { configFile, said, config: JSON.parse(fs.readFileSync(configFile, 'utf8')) }
}

// Short clocks and small bonds: games of minutes.
const disputeDefaults = {
  'output-levels': 2,
  'trace-levels': 8,
  clock: 240,
  'clock-extension': 15,
  'finality-delay': 5,
  'root-bond': 1,
  'move-bond': 0.1,
  'last-bond': 0.1,
}

async function deployDispute(folder, anvil, configFile, options) {
  await runGavel(
    'deploy-dispute',
    ...flags({
      config: configFile,
      l1: anvil.url,
      'key-file': path.join(folder, 'deployer.key'),
      artifacts: contractsFolder,
      confirmations: 1,
      ...disputeDefaults,
      ...(options === true ? {} : options),
    }),
  )
  return JSON.parse(fs.readFileSync(configFile, 'utf8'))
}

const sequencerDefaults = {
  'block-time': 100,
  'batch-age': 2,
  'l1-poll': 100,
  'l1-confirmations': 0,
  'batch-confirmations': 2,
  'bump-after': 10,
  'attributes-interval': 0,
  'rpc-connections': 1000, // fetch() opens one for each request that is under way
}

const verifierDefaults = { watch: true, 'l1-poll': 100 }
const challengerDefaults = { watch: false, 'game-depth': 1, 'move-confirmations': 1, 'bump-after': 10, 'resolve-all': true }

// viem's waitForTransactionReceipt looks again when a new block comes. Of several at once, one that begins just after a
// block was announced waits for another, and a quiet chain has none: so tests with many transactions ask themselves.
const l2Receipt = (gavel, hash) =>
  waitFor(`transaction ${hash} on L2`, () => gavel.l2.getTransactionReceipt({ hash }), { every: 50 })

// A deposit's receipt on L1 and what it becomes on L2.
async function deposit(gavel, { account, gas = 200_000n, isCreation = false, to, ...rest }) {
  const hash = await gavel.l1.depositTransaction({
    account,
    request: { gas, isCreation, ...(isCreation ? {} : { to: to ?? account.address }), ...rest },
    targetChain: gavel.l2.chain,
  })
  const receipt = await gavel.l1.waitForTransactionReceipt({ hash })
  if (receipt.status !== 'success') throw new Error(`the deposit ${hash} failed on L1`)
  const [l2Hash] = getL2TransactionHashes(receipt)
  return { receipt, hash: l2Hash, l2Receipt: () => l2Receipt(gavel, l2Hash) }
}

// Every block up to `number` has the same output root at both, and a last look whether both have it. Returns the
// number of blocks compared.
export async function sameOutputs(gavel, number) {
  const last = BigInt(number ?? (await gavel.l2.getBlockNumber()))
  await waitFor(
    `the verifier's block ${last}`,
    async () => BigInt((await gavel.verifier.rpc('optimism_syncStatus')).unsafe_l2.number) >= last,
    { timeout: 120_000 },
  )
  for (let n = 0n; n <= last; n++) {
    const tag = `0x${n.toString(16)}`
    const [ours, theirs] = await Promise.all(
      [gavel.sequencer, gavel.verifier].map((program) => program.rpc('optimism_outputAtBlock', tag)),
    )
    if (ours.outputRoot !== theirs.outputRoot || !/^0x[0-9a-f]{64}$/.test(ours.outputRoot)) {
      throw new Error(`block ${n}: the sequencer has ${ours.outputRoot}, the verifier ${theirs.outputRoot}`)
    }
  }
  return Number(last) + 1
}

function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gavel-'))
  process.on('exit', () => removeFolder(folder))
  return folder
}

function removeFolder(folder) {
  if (!process.env.GAVEL_KEEP) fs.rmSync(folder, { recursive: true, force: true })
}

// Options, all optional:
//   l1         of startAnvil; { blockTime: 1 }
//   chainId    845300
//   window     seconds until messages can be forced; 43200
//   deploy     further options of `gavel deploy`, by name
//   fund       [{ address, wei }] on L2, besides the accounts
//   dispute    true or options of `gavel deploy-dispute` by name: the contracts that settle disputes, too
//   propose    blocks after which the sequencer claims an output root (gavel.proposer is who does)
//   challenge  true: the verifier is one that plays (gavel.challenger is who), and starts with it
//   sequencer  its options by name, { 'batch-age': 2 }; false: none is started
//   verifier   true or its options by name; otherwise none is started
//   ports      { sequencer, verifier }; free ones
export async function startGavel(options = {}) {
  const folder = temporaryFolder()
  const anvil = await startAnvil({ blockTime: 1, ...options.l1 })
  const [deployer, batcher, ...users] = anvil.accounts
  writeKey(folder, 'deployer.key', privateKeyOf(deployer))
  const batcherKey = writeKey(folder, 'batcher.key', privateKeyOf(batcher))

  const gavel = { folder, anvil, accounts: anvil.accounts, users, deployer, batcher, l1: l1Client(anvil.url) }
  gavel.stop = () => stopAll(gavel)
  try {
    const fund = [...users.map(({ address }) => ({ address, wei: parseEther('10000') })), ...(options.fund ?? [])]
    const { chainId = 845300, window } = options
    Object.assign(
      gavel,
      await deploy(folder, anvil, { batcher: batcher.address, chainId, window, fund, options: options.deploy }),
    )
    if (options.dispute) gavel.config = await deployDispute(folder, anvil, gavel.configFile, options.dispute)
    const common = { config: gavel.configFile, l1: anvil.url }
    gavel.sequencer = new Program('gavel-sequencer', folder, options.ports?.sequencer ?? (await freePort()), {
      ...common,
      'key-file': batcherKey,
      ...sequencerDefaults,
      ...options.sequencer,
    })
    gavel.verifier = new Program('gavel-challenger', folder, options.ports?.verifier ?? (await freePort()), {
      ...common,
      ...verifierDefaults,
      ...(options.verifier === true ? {} : options.verifier),
    })
    if (options.challenge) {
      gavel.challenger = users.at(-2)
      const file = writeKey(folder, 'challenger.key', privateKeyOf(gavel.challenger))
      Object.assign(gavel.verifier.options, { ...challengerDefaults, 'key-file': file, ...options.verifier })
    }
    if (options.propose) {
      gavel.proposer = users.at(-1)
      const file = writeKey(folder, 'proposer.key', privateKeyOf(gavel.proposer))
      Object.assign(gavel.sequencer.options, { 'propose-interval': options.propose, 'proposer-key-file': file })
    }
    if (options.sequencer !== false) await gavel.sequencer.start()
    if (options.verifier || options.challenge) await gavel.verifier.start()
    gavel.l2 = l2Client(gavel.config, gavel.sequencer.url)
    gavel.inbox = { address: gavel.config.l1.inbox, abi: artifact('Inbox').abi }
    gavel.portal = { address: gavel.config.l1.portal, abi: artifact('Portal').abi }
    gavel.l2Receipt = (hash) => l2Receipt(gavel, hash)
    if (options.dispute) gavel.factory = { address: gavel.config.l1.disputeGameFactory, abi: artifact('DisputeGameFactory').abi }
    gavel.deposit = (request) => deposit(gavel, request)
    return gavel
  } catch (error) {
    await gavel.stop()
    throw error
  }
}

async function stopAll(gavel) {
  await gavel.verifier?.stop()
  await gavel.sequencer?.stop()
  await gavel.anvil.stop()
  if (process.env.GAVEL_KEEP) console.error(`kept: ${gavel.folder}`)
  removeFolder(gavel.folder)
}
