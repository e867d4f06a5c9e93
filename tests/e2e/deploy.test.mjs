// gavel deploy: what it puts on L1 and into rollup.json, and what it refuses.
import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, before, it } from 'node:test'
import { spawnSync } from 'node:child_process'
import { getContractAddress, parseEther } from 'viem'
import { startAnvil } from './lib/anvil.mjs'
import { artifact, buildFolder, contractsFolder, l1Client } from './lib/gavel.mjs'

let anvil
let l1
let folder
let good // options of a deployment that works
before(async () => {
  anvil = await startAnvil()
  l1 = l1Client(anvil.url)
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'gavel-deploy-'))
  good = {
    l1: anvil.url,
    'key-file': file('key', 'ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80'),
    'chain-id': 845300,
    batcher: anvil.accounts[1].address,
    artifacts: contractsFolder,
    confirmations: 1,
    timeout: 20,
  }
})
after(async () => {
  await anvil?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

function file(name, text) {
  const where = path.join(folder, name)
  fs.writeFileSync(where, text, { mode: 0o600 })
  return where
}

let outs = 0
function deploy(options = {}, environment = {}) {
  const all = { out: path.join(folder, `rollup-${outs++}.json`), ...good, ...options }
  const args = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]))
  const run = spawnSync(path.join(buildFolder, 'gavel'), ['deploy', ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
    timeout: 60_000,
  })
  return { ...run, out: all.out }
}

function refuses(options, pattern, environment) {
  const { status, stderr, out } = deploy(options, environment)
  assert.match(stderr, pattern)
  assert.notEqual(status, 0)
  assert.ok(!fs.existsSync(out) || options.out, 'nothing is written')
}

it('puts two contracts on L1 that know each other, and says where in rollup.json', async () => {
  const [deployer, batcher, owner] = anvil.accounts.map(({ address }) => address)
  const nonce = await l1.getTransactionCount({ address: deployer })
  const fund = file('fund', `# devnet\n\n${anvil.accounts[5].address.toLowerCase()} ${parseEther('7')} # seven\n`)
  const { status, stdout, stderr, out } = deploy({
    owner,
    window: 1234,
    'gas-limit': 25_000_000,
    'max-past': 1000,
    'max-future': 100,
    'base-fee': 7,
    'fee-recipient': anvil.accounts[3].address,
    'base-fee-recipient': anvil.accounts[4].address,
    'genesis-timestamp': 1_700_000_000,
    'fund-file': fund,
  })
  assert.equal(status, 0, stderr)
  const config = JSON.parse(fs.readFileSync(out, 'utf8'))
  assert.match(stdout, new RegExp(config.l1.inbox))

  const predicted = (at) => getContractAddress({ from: deployer, nonce: BigInt(nonce + at) }).toLowerCase()
  assert.equal(config.l1.inbox, predicted(0))
  assert.equal(config.l1.portal, predicted(1))
  const inbox = { address: config.l1.inbox, abi: artifact('Inbox').abi }
  const read = (functionName) => l1.readContract({ ...inbox, functionName })
  assert.equal((await read('portal')).toLowerCase(), config.l1.portal)
  assert.equal(await read('owner'), owner)
  assert.equal(await read('batcher'), batcher)
  assert.equal(await read('forcedInclusionWindow'), 1234n)

  assert.equal(config.l1.chainId, 31337)
  const block = await l1.getBlock({ blockNumber: BigInt(config.l1.startBlock) })
  assert.equal(config.l1.startBlockHash, block.hash)
  const { transactions } = await l1.getBlock({ blockHash: block.hash, includeTransactions: true })
  assert.equal(transactions[0].nonce, nonce)

  const lower = (i) => anvil.accounts[i].address.toLowerCase()
  assert.deepEqual(config.l2, {
    chainId: 845300,
    revision: 'osaka',
    gasLimit: 25_000_000,
    maxPast: 1000,
    maxFuture: 100,
    feeRecipient: lower(3),
    baseFeeRecipient: lower(4),
  })
  const { alloc, hash, stateRoot, configHash, ...genesis } = config.genesis
  assert.deepEqual(genesis, { timestamp: 1_700_000_000, baseFee: '0x7' })
  assert.match(hash, /^0x[0-9a-f]{64}$/)
  assert.match(stateRoot, /^0x[0-9a-f]{64}$/)
  assert.match(configHash, /^0x[0-9a-f]{64}$/)
  const predeploys = artifact('predeploys')
  assert.equal(Object.keys(alloc).length, Object.keys(predeploys).length + 1)
  for (const [address, { code }] of Object.entries(predeploys)) assert.equal(alloc[address.toLowerCase()].code, code)
  assert.deepEqual(alloc[lower(5)], { balance: `0x${parseEther('7').toString(16)}` })
})

it('takes its key from the environment, or from a keystore', () => {
  const hex = fs.readFileSync(good['key-file'], 'utf8')
  assert.equal(deploy({ 'key-file': undefined }, { GAVEL_DEPLOYER_KEY: hex }).status, 0)
  refuses({ 'key-file': undefined }, /--key-file FILE \(or GAVEL_DEPLOYER_KEY\) is needed/)
  refuses({ 'key-file': file('short', '0x1234') }, /the deployer's key: .*short/)
  refuses({ 'password-file': file('password', 'x') }, /the deployer's key: .*key/)
})

it('takes the L1 node from the environment, which other users cannot see', () => {
  assert.equal(deploy({ l1: undefined }, { GAVEL_L1_URL: anvil.url }).status, 0)
  refuses({ l1: undefined }, /--l1 URL \(or GAVEL_L1_URL\) is needed/)
})

it('does not overwrite a chain', () => {
  const out = file('kept.json', 'kept')
  refuses({ out }, /kept\.json is there already/)
  assert.equal(fs.readFileSync(out, 'utf8'), 'kept')
})

it('refuses what makes no sense, before it spends anything', async () => {
  const nonce = await l1.getTransactionCount({ address: anvil.accounts[0].address })
  refuses({ batcher: '0x1234' }, /--batcher takes an address/)
  refuses({ batcher: `0x${'0'.repeat(40)}` }, /--batcher can't be the zero address/)
  refuses({ batcher: undefined }, /--batcher ADDRESS is needed/)
  refuses({ 'chain-id': 0 }, /--chain-id takes a whole number from 1/)
  refuses({ 'gas-limit': 24_999_999 }, /--gas-limit takes a whole number from 25000000/)
  refuses({ window: 7 * 24 * 3600 + 1 }, /--window takes a whole number from 1 to 604800/)
  refuses({ artifacts: folder }, /Inbox\.json/)
  refuses({ nonsense: 1 }, /unknown option '--nonsense'/)
  refuses({ out: path.join(folder, 'nowhere', 'x.json') }, /no file can be made there/)
  const user = anvil.accounts[5].address
  refuses({ 'fund-file': file('twice', `${user} 1\n${user.toLowerCase()} 2\n`) }, /is in genesis twice/)
  refuses({ 'fund-file': file('no-sum', `${user}\n`) }, /no-sum:1: should be an address and its wei/)
  refuses({ 'fund-file': file('too-much', `${user} 1\n${anvil.accounts[6].address} ${2n ** 256n}\n`) }, /too-much:2/)
  refuses({ 'fund-file': file('taken', '0x4200000000000000000000000000000000000016 1\n') }, /is in genesis twice/)
  refuses({ l1: 'ftp://127.0.0.1' }, /not a URL/)
  assert.equal(await l1.getTransactionCount({ address: anvil.accounts[0].address }), nonce)
})

it('refuses a deployer that has no ETH, or transactions under way', async () => {
  refuses({ 'key-file': file('poor', '11'.repeat(32)) }, /has no ETH on L1 \(chain 31337\)/)
  await l1.setAutomine(false)
  await l1.sendTransaction({ account: anvil.accounts[0], to: anvil.accounts[1].address })
  refuses({}, /has transactions in L1's pool/)
  await l1.setAutomine(true)
  await l1.mine({ blocks: 1 })
})

it('says so when L1 is too dear, and gives up in time', () => {
  refuses({ 'max-l1-fee': 0.000001, timeout: 2 }, /Inbox: not on L1 in time; .*fee/)
})
