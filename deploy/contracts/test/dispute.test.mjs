// The dispute game's rules one by one: what a move may be, clocks, bonds, resolution. Whole games are in
// dispute_play.test.mjs, the factory and the registry in dispute_factory.test.mjs, the oracle in oracle.test.mjs.
//
// How such games have been broken elsewhere, and where a test shows that this one withstands it. Numbers are those of
// the collection of such attacks that this project goes by; where nothing is said but "cannot", it can't occur here.
//
// Clocks and moves
//  1 resolve right after a last-second move          clocks: "the answer to a last-second move has the extension"
//  2 move on a resolved claim                        clocks: "a claim is answered before its deadline,
//                                                    resolved from then on"
//  3 resolve with open descendants                   resolution: "answers first"
//  4 thousands of answers to one claim               resolution: "takes what a claim's many answers say one by one"
//  5 freeloaders                                     dispute_play.test.mjs, "freeloaders"
//  6 many games and claims exhaust honest funds      bonds: "no claim is cheaper than its answer", and "the root bond
//                                                    is no less than the other side's whole path"; over random games:
//                                                    tests/prover/dispute_games.c
//  7 grinding extensions                             clocks: "last-second moves prolong a game to three clocks at
//                                                    most", "slow moves have twice the extension"
//  8 a reorg turns a move against another claim      moves: "a move names what it answers"; addresses of games follow
//                                                    from the claim: dispute_factory.test.mjs
//  9 a step after the parent was settled             steps: "not after the resolution"; one fall pays once
// 10 depths and positions that overflow              parameters: "are bounded"
// 11 a trace's end that does not fit, poisoned states moves: "a trace ends in what it is to prove",
//                                                    dispute_play.test.mjs, "many liars at once"
// Bonds
// 12 copied steps and moves                          steps: "a commitment keeps the reward". A copied attack is the
//                                                    same claim with the copier's bond at stake: the honest side needs
//                                                    it no more (moves: "the same claim is not made twice")
// 13 claimant = tx.origin                            moves: "the caller is the claimant, a contract too"
// 14 free games before the bond is set               cannot: the bond is the implementation's, and the factory has it
//                                                    from its creation; moves: "exactly the bond"
// 15 DelayedWETH                                     cannot: there is none; a game holds its own bonds in ETH
// 16 a recipient that reverts or re-enters           bonds: "a recipient that fails hurts itself alone"
// 35 timeouts too early, ends of lists unchecked     clocks; moves: "starts and ends as it must"
// 36 a proof that is not bound to the claim          steps: "the witness is of the claim's state", "local data are the
//                                                    claim's"
// 37 attacking oneself to get the bond back          bonds: "an eighth of a lost bond is burnt"; bonds are bounded
// 38 clocks inherited from a rival's subtree         cannot: a claim's clock is its own path's (clocks: "run on the
//                                                    turn of each side"), and settles nothing but that claim
// Machine
// 32 heap pointers that wrap                         the program's memory is bounded: tests/prover/program_test.c and
//                                                    `make guest-worst`; an address beyond 2^32 is a PANIC: vm-step
// 33 blocks that exhaust the prover's memory         `make guest-worst`, `make dispute-memory`; payloads inflate to
//                                                    4 MiB at most: tests/unit/rollup/inflate_test.c
// 34 L1 and emulator that differ in an instruction   vm-step, vm-qemu and vm-anvil: every instruction, three ways
// 18 (a block beyond the claimed one)                moves: "nothing behind the block"
// What players off L1 do: 1, 8 and 22 in tests/e2e/dispute_reorg.test.mjs, 24 in tests/e2e/old_states.test.mjs, 5, 11
// and 12 in tests/e2e/lying_challenger.test.mjs.
// Bridge: 39, 40, 41 and 43 can't occur yet, as the portal pays nothing out; deposits (44): market.test.mjs and
// portal.test.mjs, and there are no frames to decode.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { encodeAbiParameters, encodeFunctionData, keccak256, parseEther, toHex, zeroAddress, zeroHash } from 'viem'
import {
  CHALLENGER_WINS,
  DEFENDER_WINS,
  Game,
  IN_PROGRESS,
  K,
  anchorRoot,
  chainConfigHash,
  configOf,
  createGame,
  deployArtifact,
  deployDispute,
  firstState,
  gameAbi,
  halfOf,
  hashState,
  lieBelow,
  listHash,
  passTo,
  playHonestly,
  standard,
  toyArtifact,
  tuple,
  withStatus,
  wrong,
} from './lib/dispute.mjs'
import { delegate, deploy, deployRejects, events, read, rejects, send, startL1, through } from './lib/rollup.mjs'

const hex = (n) => keccak256(toHex(n))
const { rootBond, moveBond, lastBond, maxClockDuration: clock, clockExtension: extension } = standard

let l1, d, honest, liar, other, snapshot, game, root

before(async () => {
  l1 = await startL1()
  ;[, , , honest, liar, other] = l1.accounts
  d = await deployDispute(l1)
  game = await (await createGame(d, liar, 150, hex(3))).learn()
  ;[root] = await game.claims()
  snapshot = await l1.client.snapshot()
})
after(() => l1.stop())
beforeEach(async () => {
  await l1.client.revert({ id: snapshot })
  snapshot = await l1.client.snapshot()
})

const now = async () => (await l1.client.getBlock()).timestamp
const standing = (hash) => game.read('claimStanding', hash)
const answers = (hash) => game.read('claimAnswers', hash)

// An attack that must be refused, with the same list, bond and so on but for `change`.
async function attackRejects(claim, index, place, name, values, change = {}) {
  const [fn, args, overrides] = game.attackCall(claim, index, place)
  const changed = change.args ? change.args(args) : args
  const merged = { ...overrides, ...change.overrides }
  return rejects(l1, honest, game.contract, change.fn ?? fn, changed, name, values, merged)
}

// Claims down to `depth`, the challenger's right and the defender's wrong from state 9 on, all at `index`.
async function descend(depth, index = 3) {
  let claim = root
  while (claim.depth < depth) {
    const right = claim.depth % 2 === 0
    const at = claim.depth === 0 ? 1 : right ? game.firstWrong(claim) : index
    const place = right ? game.placeBelow(claim, at) : lieBelow(game, claim, at, 9)
    const made = () => game.attack(right ? honest : liar, claim, at, place).then(({ hash }) => game.claim(hash))
    claim = (await find(claim, at, place)) ?? (await made())
  }
  return claim
}

const find = async (parent, index, { list }) =>
  (await game.claims()).find((c) => c.parent === parent.hash && c.index === index && c.listHash === listHash(list))

describe('parameters', () => {
  it('are bounded', async () => {
    const bad = (name, changes) => deployRejects(l1, 'DisputeGame', [configOf(d, changes)], 'BadParameter', [name])
    await bad('absolutePrestate', { absolutePrestate: withStatus(firstState, 0) })
    await bad('outputLevels', { outputLevels: 0n })
    await bad('outputLevels', { outputLevels: 7n })
    await bad('traceLevels', { traceLevels: 0n })
    await bad('traceLevels', { traceLevels: 13n })
    await bad('maxClockDuration', { maxClockDuration: 30n * 86_400n + 1n })
    await bad('clockExtension', { clockExtension: 0n })
    await bad('clockExtension', { clockExtension: clock / 6n + 1n })
    await bad('lastBond', { lastBond: 0n })
    await bad('lastBond', { lastBond: moveBond + 1n })
    await bad('moveBond', { moveBond: rootBond + 1n })
    await bad('rootBond', { rootBond: parseEther('1001') })
    const most = { outputLevels: 6n, traceLevels: 12n, maxClockDuration: 30n * 86_400n, rootBond: parseEther('1000') }
    const implementation = await deploy(l1, 'DisputeGame', [configOf(d, most)])
    assert.equal(await read(l1, implementation, 'maxSpan'), 2n ** 30n)
    assert.equal(await read(l1, implementation, 'maxDepth'), 18n)
  })

  it('are told', async () => {
    const told = {
      gameType: 71,
      stepper: d.step.address,
      oracle: d.oracle.address,
      absolutePrestate: firstState,
      chainConfigHash,
      ...standard,
      maxSpan: 1024n,
      maxDepth: 4n,
      burnDivisor: 8n,
      version: '1.0.0',
    }
    for (const [name, value] of Object.entries(told)) {
      assert.equal(String(await game.read(name)).toLowerCase(), String(value).toLowerCase(), name)
    }
  })

  it('the implementation itself is no game', async () => {
    const value = { value: rootBond }
    await rejects(l1, other, d.implementation, 'initialize', [other.address], 'NotAGame', undefined, value)
  })
})

describe('a new game', () => {
  it('tells what it is about', async () => {
    assert.equal(await game.read('rootClaim'), hex(3))
    assert.equal(await game.read('l2SequenceNumber'), 150n)
    assert.equal(await game.read('l2BlockNumber'), 150n)
    assert.equal(await game.read('horizon'), 5n)
    assert.equal(await game.read('anchorBlock'), 0n)
    assert.equal(await game.read('anchorRoot'), anchorRoot)
    assert.equal(await game.read('gameCreator'), liar.address)
    assert.equal(await game.read('status'), IN_PROGRESS)
    assert.equal(await game.read('resolvedAt'), 0n)
    const createdAt = await game.read('createdAt')
    assert.equal(await game.read('expectedResolution'), createdAt + clock)
    const two = encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [150n, 5n])
    assert.equal(await game.read('extraData'), two)
  })

  it('has a root claim like any other', async () => {
    assert.deepEqual(root.list, [anchorRoot, ...Array(K).fill(hex(3))])
    assert.equal(root.parent, `0x${game.address.slice(2).toLowerCase().padStart(64, '0')}`)
    assert.equal(root.listHash, listHash(root.list))
    assert.equal(root.claimHash, await game.read('rootClaimHash'))
    assert.equal(root.claimHash, await game.read('hashOf', tuple(root)))
    const createdAt = await game.read('createdAt')
    assert.deepEqual(await standing(root.hash), {
      claimant: liar.address,
      deadline: Number(createdAt + clock),
      left: Number(clock),
      resolved: false,
    })
  })

  it('is begun once', async () => {
    await rejects(l1, other, game.contract, 'initialize', [other.address], 'AlreadyInitialized', undefined, {
      value: rootBond,
    })
  })

  it('takes no money without a purpose, and knows no other functions', async () => {
    const fails = (call) => assert.rejects(l1.client.call({ account: other, to: game.address, ...call }))
    await fails({ value: 1n })
    await fails({ data: '0x12345678' })
    await fails({ data: '0x' })
  })
})

describe('moves', () => {
  it('a move names what it answers', async () => {
    const place = game.placeBelow(root, 1)
    const another = { ...root, parent: hex(9) }
    const hash = await game.read('hashOf', tuple(another))
    await attackRejects(another, 1, place, 'UnknownClaim', [hash])
    await attackRejects({ ...root, list: root.list.map((s, j) => (j === 5 ? hex(1) : s)) }, 1, place, 'WrongList')
    await attackRejects({ ...root, list: root.list.map((s, j) => (j === 25 ? hex(1) : s)) }, 1, place, 'WrongList')
  })

  it('shows either half of the list, with both states', async () => {
    const claim = await descend(3)
    for (const index of [1, 16, 17, 32]) {
      const { hash } = await game.attack(liar, claim, index, lieBelow(game, claim, index, 9))
      const made = await game.claim(hash)
      assert.equal(made.index, index)
      assert.equal(made.list[0], claim.list[index - 1])
    }
    // The other half shows other states.
    const place = lieBelow(game, claim, 16, 9)
    const swapped = halfOf(claim.list, 17)
    const args = ([a, b, , e]) => [a, b, swapped, e]
    await attackRejects(claim, 16, place, 'WrongList', undefined, { args })
  })

  it('attacks states 1 to 32', async () => {
    const place = game.placeBelow(root, 1)
    const at = (index) => ({ args: ([a, , c, e]) => [a, index, c, e] })
    await attackRejects(root, 1, place, 'BadIndex', [0n], at(0n))
    await attackRejects(root, 1, place, 'BadIndex', [33n], at(33n))
    await attackRejects(root, 1, place, 'BadIndex', [2n ** 256n - 1n], at(2n ** 256n - 1n))
  })

  it('starts and ends as it must', async () => {
    const place = game.placeBelow(root, 1)
    const changed = (j, state) => ({ ...place, list: place.list.map((s, i) => (i === j ? state : s)) })
    await attackRejects(root, 1, changed(0, hex(1)), 'WrongStart')
    const same = place.list.map((s, j) => (j < 5 ? s : root.list[1]))
    await attackRejects(root, 1, { ...place, list: same }, 'SameEnd')
    const deep = await descend(3)
    const below = lieBelow(game, deep, 5, 9)
    const other_ = { ...below, list: [hex(1), ...below.list.slice(1)] }
    await attackRejects(deep, 5, other_, 'WrongStart')
    const end = { ...below, list: [...below.list.slice(0, K), deep.list[5]] }
    await attackRejects(deep, 5, end, 'SameEnd')
  })

  it('nothing behind the block can be attacked, nor changes', async () => {
    // 150 is between the root's attackers' states 4 (128) and 5 (160).
    const place = game.placeBelow(root, 1)
    for (const j of [6, 32]) {
      const list = place.list.map((s, i) => (i < j ? s : hex(1)))
      await attackRejects(root, 1, { ...place, list }, 'PastEnd', [BigInt(j)])
    }
    const behind = { ...place, list: [root.list[1], ...Array(K).fill(hex(1))] }
    await attackRejects(root, 2, behind, 'PastEnd', [1n])
    await attackRejects(root, 2, { ...behind, list: Array(K + 1).fill(root.list[1]) }, 'SameEnd')
    // At a spacing of one block, state 22 of the list from 128 is block 150.
    const upper = await descend(1)
    const five = await game.attack(liar, upper, 5, lieBelow(game, upper, 5, 22))
    const claim = await game.claim(five.hash)
    const trace = Array.from({ length: K + 1 }, (_, j) => (j === 0 ? firstState : withStatus(hex(j), 1)))
    await attackRejects(claim, 23, { depth: 3, list: trace, trace: {} }, 'PastEnd', [23n])
    await game.attack(honest, claim, 22, { depth: 3, list: trace, trace: {} })
  })

  it('no block comes after an absent one', async () => {
    const place = game.placeBelow(root, 1)
    const list = place.list.map((s, j) => (j === 2 ? zeroHash : s))
    await attackRejects(root, 1, { ...place, list }, 'BlockAfterAbsence', [3n])
  })

  it('a trace starts with the program, and ends in what it is to prove', async () => {
    const claim = await descend(2)
    const index = game.firstWrong(claim)
    const place = game.placeBelow(claim, index)
    const with_ = (j, state) => ({ ...place, list: place.list.map((s, i) => (i === j ? state : s)) })
    await attackRejects(claim, index, with_(0, wrong(firstState)), 'WrongStart')
    await attackRejects(claim, index, with_(K, withStatus(hex(1), 0)), 'TraceEndsValid')
    // A panic, no end, and nonsense are all no proof of validity.
    for (const status of [1, 2, 3, 4, 255]) await game.attack(liar, claim, index, with_(K, withStatus(hex(1), status)))
  })

  it('an absent block is attacked by a trace that ends in VALID, and a block by another', async () => {
    const upper = await descend(1)
    const place = game.placeBelow(upper, 1)
    const list = place.list.map((s, j) => (j < 5 ? s : zeroHash))
    const { hash } = await game.attack(liar, upper, 1, { ...place, list })
    const claim = await game.claim(hash)
    const proof = game.placeBelow(claim, 5)
    assert.ok(proof.absence)
    await attackRejects(claim, 5, proof, 'StateIsAbsence', undefined, { fn: 'attack', args: (a) => a.slice(0, 4) })
    const bad = { ...proof, list: proof.list.map((s, j) => (j === K ? withStatus(s, 1) : s)) }
    await attackRejects(claim, 5, bad, 'TraceEndsNotValid')
    await attackRejects(claim, 6, proof, 'BlockAfterAbsence', [6n], {
      args: ([, , , e, r]) => [tuple(claim), 6n, halfOf(claim.list, 6), e, r],
    })
    const ofRoot = (claimed) => ({ args: (a) => [...a.slice(0, 4), claimed] })
    await attackRejects(claim, 5, proof, 'StateIsNotAbsence', undefined, ofRoot(zeroHash))
    await attackRejects(claim, 4, { ...proof, absence: true }, 'StateIsNotAbsence')
    await attackRejects(root, 1, { ...proof, depth: 1 }, 'StateIsNotAbsence')
    await game.attack(honest, claim, 5, proof)
    assert.deepEqual((await game.claims()).at(-1).trace.claimedRoot, game.rootAt(5n))
  })

  it('ends at the bottom, where claims are stepped', async () => {
    const claim = await descend(4)
    const call = { depth: 4, list: claim.list, trace: claim.trace }
    await attackRejects(claim, 1, call, 'AtBottom')
    const upper = await descend(3, 5)
    const [, args] = game.stepCall(upper, 1, '0x')
    await rejects(l1, honest, game.contract, 'step', args, 'NotAtBottom', undefined)
  })

  it('the same claim is not made twice, by nobody', async () => {
    const place = game.placeBelow(root, 1)
    const { hash } = await game.attack(honest, root, 1, place)
    await attackRejects(root, 1, place, 'ClaimExists', [hash])
  })

  it('exactly the bond', async () => {
    const place = game.placeBelow(root, 1)
    for (const value of [0n, moveBond - 1n, moveBond + 1n]) {
      await attackRejects(root, 1, place, 'WrongBond', [moveBond, value], { overrides: { value } })
    }
    const deep = await descend(3)
    const last = lieBelow(game, deep, 5, 9)
    await attackRejects(deep, 5, last, 'WrongBond', [lastBond, moveBond], { overrides: { value: moveBond } })
  })

  it('call data is exactly as long as it is', async () => {
    const place = game.placeBelow(root, 1)
    const [functionName, args] = game.attackCall(root, 1, place)
    const data = encodeFunctionData({ abi: gameAbi, functionName, args })
    const absence = encodeFunctionData({ abi: gameAbi, functionName: 'attackAbsence', args: [...args, hex(1)] })
    const step = encodeFunctionData({ abi: gameAbi, functionName: 'step', args: [...args.slice(0, 3), '0x1234'] })
    const refused = (bytes, value = 0n) =>
      assert.rejects(l1.client.call({ account: honest, to: game.address, data: bytes, value }), (error) => {
        const raw = error.walk((e) => typeof e.data === 'string')
        // keccak256("NonStandardCalldata()")
        assert.equal(raw.data, keccak256(toHex('NonStandardCalldata()')).slice(0, 10))
        return true
      })
    await refused(`${data}00`, moveBond)
    await refused(`${absence}00`, moveBond)
    await refused(`${step}00`)
    // The witness at another place than the standard one: its offset follows the claim, the index and the half.
    const at = 2 + 2 * (4 + (6 + 1 + 18) * 32)
    const offset = BigInt(`0x${step.slice(at, at + 64)}`)
    assert.equal(offset, 26n * 32n)
    const word = (n) => n.toString(16).padStart(64, '0')
    await refused(`${step.slice(0, at)}${word(offset + 32n)}${word(0n)}${step.slice(at + 64)}`)
    await l1.client.call({ account: honest, to: game.address, data, value: moveBond })
  })

  it('the caller is the claimant, a contract too', async () => {
    const multicall = await deploy(l1, 'Multicall3')
    const place = game.placeBelow(root, 1)
    const [name, args, { value }] = game.attackCall(root, 1, place)
    const call = through(multicall.address, game.contract, name, args, value)
    await send(l1, honest, call, 'aggregate3Value', [call.calls], { value, gas: 500_000n })
    assert.equal((await game.claims())[1].claimant.toLowerCase(), multicall.address.toLowerCase())
    await delegate(l1, other, multicall.address)
    const second = lieBelow(game, root, 1, 4)
    const [name2, args2] = game.attackCall(root, 1, second)
    const own = through(other.address, game.contract, name2, args2, value)
    await send(l1, other, own, 'aggregate3Value', [own.calls], { value, gas: 500_000n })
    assert.equal((await game.claims())[2].claimant, other.address)
  })
})

describe('steps', () => {
  // A bottom claim of the liar's, and where it is wrong.
  async function atBottom() {
    const claim = await descend(4)
    return { claim, index: game.firstWrong(claim) }
  }

  it('a wrong claim falls, and a right one does not', async () => {
    const { claim, index } = await atBottom()
    await rejects(l1, honest, game.contract, ...game.stepCall(claim, index - 1), 'StepIsRight')
    const receipt = await send(l1, honest, game.contract, ...game.stepCall(claim, index))
    const [fell] = events(receipt, gameAbi, 'ClaimFell')
    assert.deepEqual(fell.args, {
      claimHash: claim.hash,
      by: honest.address,
      index: BigInt(index),
      rightState: game.rightList(4, claim.trace, claim.at)[index],
    })
    assert.equal((await answers(claim.hash)).by, honest.address)
    await rejects(l1, honest, game.contract, ...game.stepCall(claim, index), 'AlreadyFallen')
  })

  it("the witness is of the claim's state, and the list the claim's", async () => {
    const { claim, index } = await atBottom()
    const next = game.witnessAt(claim, index + 1)
    const state = hashState(game.machineAt(claim.trace, claim.at + BigInt(index)))
    await rejects(l1, honest, game.contract, ...game.stepCall(claim, index, next), 'WrongPreState', [state])
    const shown = { ...claim, list: claim.list.map((s, j) => (j === index ? hex(1) : s)) }
    await rejects(l1, honest, game.contract, ...game.stepCall(shown, index), 'WrongList')
    for (const bad of [0n, 33n]) {
      const [name, args] = game.stepCall(claim, index)
      await rejects(l1, honest, game.contract, name, [args[0], bad, ...args.slice(2)], 'BadIndex', [bad])
    }
    const stranger = { ...claim, parent: hex(1) }
    const hash = await game.read('hashOf', tuple(stranger))
    await rejects(l1, honest, game.contract, ...game.stepCall(stranger, index), 'UnknownClaim', [hash])
    // Another trace's context is another claim.
    const elsewhere = { ...claim, context: hex(1) }
    const hash2 = await game.read('hashOf', tuple(elsewhere))
    await rejects(l1, honest, game.contract, ...game.stepCall(elsewhere, index), 'UnknownClaim', [hash2])
  })

  it('needs its preimages, and local data are those of the trace', async () => {
    // The very first steps read local data: claims with a wrong state at once.
    let claim = await descend(2)
    const index = game.firstWrong(claim)
    let made = await game.attack(honest, claim, index)
    claim = await game.claim(made.hash)
    made = await game.attack(liar, claim, 1, lieBelow(game, claim, 1, 1))
    claim = await game.claim(made.hash)
    const [functionName, args_] = game.stepCall(claim, 1)
    const call = { ...game.contract, account: honest, functionName, args: args_ }
    const reverts = () => assert.rejects(l1.client.simulateContract(call))
    await reverts()
    const { agreedRoot, claimedRoot, blockNumber } = claim.trace
    const data = { agreedRoot, claimedRoot, blockNumber }
    // The data of another block: loaded under a context of their own.
    for (const offset of [0n, 32n]) {
      await send(l1, liar, game.contract, 'loadLocal', [{ ...data, agreedRoot: hex(1) }, 1n, offset])
    }
    await reverts()
    // A context loaded by somebody else than the game is nobody's.
    const args = [1n, claim.context, hex(1), 32n]
    for (const offset of [0n, 32n]) await send(l1, liar, d.oracle, 'loadLocal', [...args, offset])
    await reverts()
    for (const bad of [0n, 6n]) {
      await rejects(l1, liar, game.contract, 'loadLocal', [data, bad, 0n], 'BadLocalIndex', [bad])
    }
    await game.step(honest, claim, 1)
    assert.equal((await answers(claim.hash)).by, honest.address)
  })

  it('local data are what they are called', async () => {
    const data = { agreedRoot: hex(1), claimedRoot: hex(2), blockNumber: 77n }
    const context = await game.read('contextOf', data)
    const types = ['bytes32', 'bytes32', 'uint64', 'uint256', 'bytes32'].map((type) => ({ type }))
    assert.equal(context, keccak256(encodeAbiParameters(types, [hex(1), hex(2), 77n, 5n, chainConfigHash])))
    const number = (n) => toHex(n, { size: 8 })
    const expected = [hex(1), hex(2), number(77), number(5), chainConfigHash]
    for (const [i, value] of expected.entries()) {
      const index = BigInt(i + 1)
      const bytes = (value.length - 2) / 2
      for (const offset of [0n, 32n, 40n].filter((o) => o <= bytes + 8)) {
        const { result: key } = await l1.client.simulateContract({
          ...game.contract,
          account: other,
          functionName: 'loadLocal',
          args: [data, index, offset],
        })
        await send(l1, other, game.contract, 'loadLocal', [data, index, offset])
        const [part, length] = await read(l1, d.oracle, 'readPreimage', key, offset)
        const whole = number(bytes) + value.slice(2)
        const at = 2 + 2 * Number(offset)
        const rest = whole.slice(at, at + 64)
        assert.equal(part, `0x${rest.padEnd(64, '0')}`)
        assert.equal(Number(length), rest.length / 2)
      }
    }
  })

  it('a commitment keeps the reward from whoever copies the step', async () => {
    const { claim, index } = await atBottom()
    const witness = game.witnessAt(claim, index)
    const types = ['address', 'bytes32', 'uint256', 'bytes32'].map((type) => ({ type }))
    const commit = (account, i = index) => {
      const values = [account.address, claim.hash, BigInt(i), keccak256(witness)]
      return send(l1, account, game.contract, 'commitStep', [keccak256(encodeAbiParameters(types, values))])
    }
    const step = (account) => send(l1, account, game.contract, ...game.stepCall(claim, index))
    await commit(honest)
    await commit(other, index + 1) // of something else: does not help
    await commit(other)
    await commit(honest) // no later than the first
    await step(other)
    assert.equal((await answers(claim.hash)).by, other.address)
    await rejects(l1, liar, game.contract, ...game.stepCall(claim, index), 'AlreadyFallen')
    await step(honest)
    assert.equal((await answers(claim.hash)).by, honest.address)
    await rejects(l1, other, game.contract, ...game.stepCall(claim, index), 'AlreadyFallen')
    // Once the claim is settled, that is that.
    await passTo(l1, BigInt((await standing(claim.hash)).deadline))
    await game.resolveClaims(other, [claim])
    assert.equal(await game.read('credit', honest.address), (lastBond * 7n) / 8n)
    assert.equal(await game.read('credit', other.address), 0n)
  })

  it('not after the resolution, but up to it', async () => {
    const { claim, index } = await atBottom()
    await passTo(l1, BigInt((await standing(claim.hash)).deadline) + 10n)
    const kept = await l1.client.snapshot()
    await send(l1, honest, game.contract, ...game.stepCall(claim, index))
    await l1.client.revert({ id: kept })
    await game.resolveClaims(other, [claim])
    await rejects(l1, honest, game.contract, ...game.stepCall(claim, index), 'AlreadyResolved', [claim.hash])
  })
})

describe('clocks', () => {
  const at = async (time) => l1.client.setNextBlockTimestamp({ timestamp: BigInt(time) })

  it('run on the turn of each side', async () => {
    const createdAt = await game.read('createdAt')
    await at(createdAt + 1000n)
    const one = await game.attack(honest, root, 1)
    assert.deepEqual(
      [(await standing(one.hash)).left, (await standing(one.hash)).deadline].map(BigInt),
      [clock - 1000n, createdAt + 1000n + clock],
    )
    const claim = await game.claim(one.hash)
    await at(createdAt + 1500n)
    const two = await game.attack(liar, claim, 1, lieBelow(game, claim, 1, 9))
    // The defender has used 500 of its clock; the challenger's goes on where it stood.
    assert.deepEqual(
      [(await standing(two.hash)).left, (await standing(two.hash)).deadline].map(BigInt),
      [clock - 500n, createdAt + 1500n + clock - 1000n],
    )
    // A sibling has a clock of its own.
    await at(createdAt + 4000n)
    const sibling = await game.attack(liar, claim, 1, lieBelow(game, claim, 1, 10))
    assert.deepEqual(
      [(await standing(sibling.hash)).left, (await standing(sibling.hash)).deadline].map(BigInt),
      [clock - 3000n, createdAt + 4000n + clock - 1000n],
    )
    assert.equal(await game.read('expectedResolution'), createdAt + 4000n + clock - 1000n)
  })

  it('a claim is answered before its deadline, resolved from then on', async () => {
    const deadline = BigInt((await standing(root.hash)).deadline)
    const kept = await l1.client.snapshot()
    await at(deadline - 1n)
    await rejectsAt(deadline - 1n, 'resolve', [], 'TooEarly', [deadline])
    await at(deadline - 1n)
    await game.attack(honest, root, 1)
    await l1.client.revert({ id: kept })
    await passTo(l1, deadline)
    await attackRejects(root, 1, game.placeBelow(root, 1), 'TooLate', [deadline])
    await send(l1, other, game.contract, 'resolve')
    assert.equal(await game.read('status'), DEFENDER_WINS)
    await attackRejects(root, 1, game.placeBelow(root, 1), 'TooLate', [deadline])
  })

  // The call reverts in a block of this time: eth_call sees the time of the latest block.
  async function rejectsAt(time, name, args, error, values) {
    const kept = await l1.client.snapshot()
    await l1.client.setNextBlockTimestamp({ timestamp: time })
    await l1.client.mine({ blocks: 1 })
    await rejects(l1, other, game.contract, name, args, error, values)
    await l1.client.revert({ id: kept })
  }

  it('the answer to a last-second move has the extension', async () => {
    // The root's owner has never moved: to its attackers it has the whole clock.
    const deadline = BigInt((await standing(root.hash)).deadline)
    await at(deadline - 1n)
    const one = await game.attack(honest, root, 1)
    // Depth 1: the next move of its side, at depth 3, is the first trace.
    assert.equal(BigInt((await standing(one.hash)).left), 2n * extension)
    const claim = await game.claim(one.hash)
    await at(deadline - 1n + clock - 1n)
    const two = await game.attack(liar, claim, 1, lieBelow(game, claim, 1, 9))
    const times = await standing(two.hash)
    assert.equal(BigInt(times.deadline), deadline + clock - 2n + 2n * extension)
    assert.equal(BigInt(times.left), extension)
    await passTo(l1, deadline + clock)
    await rejects(l1, other, game.contract, 'resolveClaims', [[tuple(await game.claim(two.hash))]], 'TooEarly', [
      BigInt(times.deadline),
    ])
    // In time, and the game goes the right way.
    await playHonestly(game, honest)
    assert.equal(await game.finish(other), CHALLENGER_WINS)
  })

  it('slow moves have twice the extension', async () => {
    // A deeper game: L = 2, T = 3. The first trace is at depth 3, a step answers depth 5.
    const deep = await deployDispute(l1, { traceLevels: 3n })
    game = await (await createGame(deep, liar, 150, hex(3))).learn()
    ;[root] = await game.claims()
    try {
      let claim = root
      const expected = [undefined, 2n, 1n, 1n, 2n, 1n]
      for (let depth = 1; depth <= 5; depth++) {
        await at(BigInt((await standing(claim.hash)).deadline) - 1n)
        const right = depth % 2 === 1
        const index = depth === 1 ? 1 : right ? game.firstWrong(claim) : 3
        const place = right ? game.placeBelow(claim, index) : lieBelow(game, claim, index, 9)
        const { hash } = await game.attack(right ? honest : liar, claim, index, place)
        claim = await game.claim(hash)
        assert.equal(BigInt((await standing(hash)).left), expected[depth] * extension, `depth ${depth}`)
      }
    } finally {
      await l1.client.revert({ id: snapshot })
      snapshot = await l1.client.snapshot()
      game = await (await reopen()).learn()
    }
  })

  async function reopen() {
    const [found] = await read(l1, d.factory, 'findLatestGames', 71, 0n, 1n)
    const again = new Game(d, `0x${found.metadata.slice(26)}`)
    await again.learn()
    ;[root] = await again.claims()
    return again
  }

  it('last-second moves prolong a game to three clocks at most', async () => {
    const createdAt = await game.read('createdAt')
    let claim = root
    while (claim.depth < game.bottom) {
      await at(BigInt((await standing(claim.hash)).deadline) - 1n)
      const right = claim.depth % 2 === 0
      const index = claim.depth === 0 ? 1 : right ? game.firstWrong(claim) : 3
      const place = right ? game.placeBelow(claim, index) : lieBelow(game, claim, index, 9)
      claim = await game.claim((await game.attack(right ? honest : liar, claim, index, place)).hash)
    }
    const end = await game.read('expectedResolution')
    assert.equal(end, createdAt + 2n * clock + 5n * extension - 4n)
    assert.ok(end - createdAt <= 3n * clock)
  })
})

describe('resolution', () => {
  it('answers first', async () => {
    const claim = await descend(2)
    const one = (await game.claims())[1]
    await passTo(l1, await game.read('expectedResolution'))
    await rejects(l1, other, game.contract, 'resolve', [], 'OpenAnswers', [1n])
    await rejects(l1, other, game.contract, 'resolveClaims', [[tuple(one)]], 'OpenAnswers', [1n])
    await rejects(l1, other, game.contract, 'resolveClaims', [[tuple(one), tuple(claim)]], 'OpenAnswers', [1n])
    await game.resolveClaims(other, [claim, one])
    await send(l1, other, game.contract, 'resolve')
    await rejects(l1, other, game.contract, 'resolve', [], 'AlreadyResolved', [root.hash])
    const stranger = { ...claim, index: 31 }
    const hash = await game.read('hashOf', tuple(stranger))
    await rejects(l1, other, game.contract, 'resolveClaims', [[tuple(stranger)]], 'UnknownClaim', [hash])
  })

  it('settled claims are passed over, and pay once', async () => {
    const claim = await descend(1)
    await passTo(l1, await game.read('expectedResolution'))
    await game.resolveClaims(liar, [claim])
    const credit = await game.read('credit', honest.address)
    await game.resolveClaims(other, [claim, claim, root, root])
    assert.equal(await game.read('status'), CHALLENGER_WINS)
    assert.equal(await game.read('credit', honest.address), credit + (rootBond * 7n) / 8n)
  })

  it("takes what a claim's many answers say one by one, at a bounded price", async () => {
    const claim = await descend(3)
    for (let i = 0; i < 60; i++) {
      const place = lieBelow(game, claim, 1 + (i % 31), 9)
      place.list[20] = hex(1000 + i)
      await game.attack(liar, claim, 1 + (i % 31), place)
    }
    const all = (await game.claims()).filter((c) => c.depth === 4)
    for (const c of all) {
      await game.step(honest, c, game.firstWrong(c))
    }
    await passTo(l1, await game.read('expectedResolution'))
    let most = 0n
    for (const c of all) {
      const { gasUsed } = await game.resolveClaims(other, [c])
      if (gasUsed > most) most = gasUsed
    }
    const { gasUsed } = await game.resolveClaims(other, [claim])
    assert.ok(most <= 100_000n && gasUsed <= 100_000n, `${most} ${gasUsed}`)
    assert.equal((await answers(claim.hash)).by, zeroAddress)
  })

  it('the standing attacker at the lowest index has the bond, and of those the first', async () => {
    const one = await descend(1)
    const places = [[4, 12], [2, 9], [2, 10], [3, 9]]
    const who = [other, honest, other, other]
    const made = []
    for (const [i, [index, from]] of places.entries()) {
      await l1.client.setNextBlockTimestamp({ timestamp: (await now()) + 12n })
      made.push((await game.attack(who[i], one, index, lieBelow(game, one, index, from))).hash)
    }
    await passTo(l1, await game.read('expectedResolution'))
    // Whatever the order of resolution.
    const claims = await Promise.all([3, 2, 0, 1].map((i) => game.claim(made[i])))
    for (const c of claims) await game.resolveClaims(other, [c])
    const { by, index, open } = await answers(one.hash)
    assert.deepEqual([by, index, open], [honest.address, 2, 0])
    await game.resolveClaims(other, [one])
    assert.equal(await game.read('credit', honest.address), moveBond + (moveBond * 7n) / 8n)
    // The attack on the root has fallen, so the root stands.
    await send(l1, other, game.contract, 'resolve')
    assert.equal(await game.read('status'), DEFENDER_WINS)
  })
})

describe('bonds', () => {
  it('no claim is cheaper than its answer', async () => {
    const depths = Array.from({ length: 5 }, (_, depth) => BigInt(depth))
    const bonds = await Promise.all(depths.map((depth) => game.read('bondAt', depth)))
    for (const [depth, bond] of bonds.slice(1).entries()) assert.ok(bond <= bonds[depth], `depth ${depth}`)
  })

  it("the root bond is no less than the other side's whole path", async () => {
    assert.equal(await game.read('pathBonds', false), 2n * moveBond)
    assert.equal(await game.read('pathBonds', true), rootBond + moveBond + lastBond)
    assert.equal(await game.read('bondAt', 0n), rootBond)
    assert.equal(await game.read('bondAt', 3n), moveBond)
    assert.equal(await game.read('bondAt', 4n), lastBond)
    const changes = { traceLevels: 3n, rootBond: lastBond + 2n * moveBond - 1n }
    await deployRejects(l1, 'DisputeGame', [configOf(d, changes)], 'BadParameter', ['rootBond'])
    await deploy(l1, 'DisputeGame', [configOf(d, { ...changes, rootBond: lastBond + 2n * moveBond })])
  })

  it('an eighth of a lost bond is burnt, for those who attack themselves too', async () => {
    const { hash } = await game.attack(liar, root, 1)
    await passTo(l1, await game.read('expectedResolution'))
    await game.resolveClaims(liar, [await game.claim(hash), root])
    assert.equal(await game.read('credit', liar.address), moveBond + (rootBond * 7n) / 8n)
    await send(l1, liar, game.contract, 'claimCredit', [liar.address])
    assert.equal(await l1.client.getBalance({ address: game.address }), rootBond / 8n)
  })

  it('a recipient that fails hurts itself alone, and one that calls again gets no more', async () => {
    const greedy = toyArtifact('Greedy', 'dispute/Greedy.sol')
    const account = await deployArtifact(l1, greedy, [game.address])
    const place = game.placeBelow(root, 1)
    const [functionName, args, { value }] = game.attackCall(root, 1, place)
    const data = encodeFunctionData({ abi: gameAbi, functionName, args })
    await send(l1, honest, account, 'forward', [data], { value, gas: 400_000n })
    await passTo(l1, await game.read('expectedResolution'))
    await game.resolveClaims(other, [(await game.claims())[1], root])
    const credit = await game.read('credit', account.address)
    assert.equal(credit, moveBond + (rootBond * 7n) / 8n)
    await rejects(l1, other, game.contract, 'claimCredit', [other.address], 'NoCredit', [other.address])
    // It refuses.
    const name = account.address
    await rejects(l1, other, game.contract, 'claimCredit', [name], 'TransferFailed')
    assert.equal(await game.read('credit', name), credit)
    // It calls claimCredit again while it's paid, and swallows what comes of it.
    await send(l1, honest, account, 'setGreedy')
    await send(l1, other, game.contract, 'claimCredit', [name], { gas: 300_000n })
    assert.equal(await l1.client.getBalance({ address: name }), credit)
    assert.equal(await read(l1, account, 'refused'), 1n)
    assert.equal(await game.read('credit', name), 0n)
  })
})
