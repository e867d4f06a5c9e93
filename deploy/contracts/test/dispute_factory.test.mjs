// How games come about, and which of them may be relied on. Of the attacks listed in dispute.test.mjs, these are here:
//
// Bonds, creation and roots
//  8 the game's address after a reorg                "an address follows from the claim"
// 13 claimant = tx.origin                            "the creator is the caller, a contract too"
// 14 an implementation without a bond                cannot: one implementation, for good; "exactly the bond"
// 17 a forged block number beside a true root        the number is part of the claim: dispute_play.test.mjs, "the right
//                                                    root of the block before"; the anchor moves by finalized
//                                                    games only
// 18 a trace beyond the claimed block                dispute.test.mjs, "nothing behind the block"
// 19 challengeRootL2Block                            cannot: there is no such function
// 20 extra data that are longer, several games for one claim   "call data is exactly as long as it is",
//                                                    "the same claim is not made twice"; a game's data are in its code
// 21 game types compared in part                     "the game type is compared in full"
// 22 a claim that is made too early squats           "the horizon is a part of the claim"
// 23 poisoned anchors                                "the anchor"
// 24 anchors too old                                 "a block is at most so far behind the anchor"; states from the
//                                                    anchor on are kept: tests/e2e/old_states.test.mjs
// 42 games of the same block, retired, blacklisted   "the guardian"; one type, so that none is respected again
// 45 pause, blacklist, retire, resume                "the guardian"
// 46 claims for future blocks                        can't be refused: L1 knows neither the number nor the times of the
//                                                    blocks in a payload. They cost the bond and lose; reach is bounded
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import {
  encodeAbiParameters,
  encodeFunctionData,
  getAddress,
  getContractAddress,
  keccak256,
  toHex,
  zeroAddress,
} from 'viem'
import { getGames } from 'viem/op-stack'
import {
  CHALLENGER_WINS,
  DEFENDER_WINS,
  anchorRoot,
  appendEntry,
  createGame,
  deployDispute,
  deployFactory,
  extraDataOf,
  gameAbi,
  gameType,
  passTo,
  playHonestly,
  standard,
  words,
} from './lib/dispute.mjs'
import { deploy, deployRejects, events, inOneBlock, read, rejects, send, startL1, through } from './lib/rollup.mjs'

const hex = (n) => keccak256(toHex(n))
const { rootBond } = standard

let l1, d, guardian, honest, liar, other, snapshot

before(async () => {
  l1 = await startL1()
  ;[, , , honest, liar, other] = l1.accounts
  d = await deployDispute(l1)
  guardian = d.guardian
  snapshot = await l1.client.snapshot()
})
after(() => l1.stop())
beforeEach(async () => {
  await l1.client.revert({ id: snapshot })
  snapshot = await l1.client.snapshot()
})

const ask = (name, ...args) => read(l1, d.registry, name, ...args)
const createRejects = (args, error, values, value = rootBond) =>
  rejects(l1, honest, d.factory, 'create', args, error, values, { value })

describe('the factory', () => {
  it('makes a game of the implementation, and says so', async () => {
    const args = [gameType, hex(3), await extraDataOf(d, 150)]
    const receipt = await send(l1, honest, d.factory, 'create', args, { value: rootBond })
    const [{ args: made }] = events(receipt, d.factory.abi, 'DisputeGameCreated')
    assert.deepEqual([made.gameType, made.rootClaim], [gameType, hex(3)])
    const { timestamp } = await l1.client.getBlock()
    assert.equal(await read(l1, d.factory, 'gameCount'), 1n)
    assert.deepEqual(await read(l1, d.factory, 'gameAtIndex', 0n), [gameType, timestamp, made.disputeProxy])
    const identity = encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [150n, 5n])
    assert.deepEqual(await read(l1, d.factory, 'games', gameType, hex(3), identity), [made.disputeProxy, timestamp])
    for (const no of ['0x', `${identity}00`, identity.slice(0, -2)]) {
      assert.deepEqual(await read(l1, d.factory, 'games', gameType, hex(3), no), [zeroAddress, 0n])
    }
    assert.equal(await read(l1, d.factory, 'isGame', made.disputeProxy), true)
    assert.equal(await read(l1, d.factory, 'isGame', other.address), false)
    assert.equal(await l1.client.getBalance({ address: made.disputeProxy }), rootBond)
    assert.equal(await read(l1, d.factory, 'initBonds', gameType), rootBond)
    assert.equal(await read(l1, d.factory, 'initBonds', 1), 0n)
    assert.equal(await read(l1, d.factory, 'gameImpls', gameType), getAddress(d.implementation.address))
    assert.equal(await read(l1, d.factory, 'gameImpls', 1), zeroAddress)
  })

  it('the game type is compared in full', async () => {
    for (const type of [0, 1, 71 + 256, 71 + 65_536, 2 ** 32 - 1]) {
      await createRejects([type, hex(3), await extraDataOf(d, 150)], 'UnknownGameType', [type])
    }
  })

  it('exactly the bond', async () => {
    const args = [gameType, hex(3), await extraDataOf(d, 150)]
    for (const value of [0n, rootBond - 1n, rootBond + 1n]) {
      await createRejects(args, 'WrongBond', [rootBond, value], value)
    }
  })

  it('no claim of the root that stands for "no such block"', async () => {
    await createRejects([gameType, `0x${'00'.repeat(32)}`, await extraDataOf(d, 150)], 'ZeroRoot')
  })

  it('a block is behind the anchor, and at most so far', async () => {
    for (const block of [0n, 1025n, 2n ** 64n, 2n ** 256n - 1n]) {
      await createRejects([gameType, hex(3), await extraDataOf(d, block)], 'BlockOutOfRange', [block, 0n, 1024n])
    }
    await createGame(d, honest, 1024, hex(3))
    await createGame(d, honest, 1, hex(3))
  })

  it('the same claim is not made twice, by whomever', async () => {
    const game = await createGame(d, honest, 150, hex(3))
    await createRejects([gameType, hex(3), await extraDataOf(d, 150)], 'GameExists', [game.address])
    // Entries that were looked at are no part of the claim.
    await createRejects([gameType, hex(3), await extraDataOf(d, 150, 4n)], 'GameExists', [game.address])
    await createGame(d, honest, 151, hex(3))
    await createGame(d, honest, 150, hex(4))
    assert.equal(await read(l1, d.factory, 'gameCount'), 3n)
  })

  it('the horizon is a part of the claim, and frozen', async () => {
    const game = await createGame(d, honest, 150, hex(3))
    await appendEntry(d)
    const again = await createGame(d, honest, 150, hex(3))
    assert.notEqual(game.address, again.address)
    assert.equal(await game.read('horizon'), 5n)
    assert.equal(await again.read('horizon'), 6n)
  })

  it('a claim names the inbox that it was made from', async () => {
    const link = await read(l1, d.inbox, 'entryLink', 4n)
    const differs = (entries, l) =>
      createRejects([gameType, hex(3), words(150n, entries, l)], 'InboxDiffers', [entries, l])
    await differs(0n, link)
    await differs(4n, link)
    await differs(5n, hex(1))
    await differs(6n, `0x${'00'.repeat(32)}`)
    // Later entries do no harm.
    await appendEntry(d)
    const args = [gameType, hex(3), words(150n, 5n, link)]
    await send(l1, honest, d.factory, 'create', args, { value: rootBond })
  })

  it('call data is exactly as long as it is', async () => {
    const extra = await extraDataOf(d, 150)
    const long = [`${extra}00`, `${extra}${'00'.repeat(32)}`, extra.slice(0, -2), '0x', extra.slice(0, 2 + 128)]
    for (const bytes of long) await createRejects([gameType, hex(3), bytes], 'NonStandardCalldata')
    const data = encodeFunctionData({ abi: d.factory.abi, functionName: 'create', args: [gameType, hex(3), extra] })
    const selector = keccak256(toHex('NonStandardCalldata()')).slice(0, 10)
    const call = (bytes) => l1.client.call({ account: honest, to: d.factory.address, data: bytes, value: rootBond })
    const refused = (bytes) =>
      assert.rejects(call(bytes), (error) => {
        assert.equal(error.walk((e) => typeof e.data === 'string').data, selector)
        return true
      })
    await refused(`${data}00`)
    const word = (n) => n.toString(16).padStart(64, '0')
    const at = 2 + 2 * (4 + 64)
    await refused(data.slice(0, at) + word(128) + word(0) + data.slice(at + 64))
    await call(data)
  })

  it('an address follows from the claim, so a reorg makes the same game again or none', async () => {
    const kept = await l1.client.snapshot()
    const game = await createGame(d, honest, 150, hex(3))
    await l1.client.revert({ id: kept })
    // Another claim takes its place, and then the same claim comes from somebody else.
    const stranger = await createGame(d, liar, 150, hex(4))
    const again = await createGame(d, liar, 150, hex(3))
    assert.notEqual(stranger.address, game.address)
    assert.equal(again.address, game.address)
  })

  it('the creator is the caller, a contract too', async () => {
    const multicall = await deploy(l1, 'Multicall3')
    const args = [gameType, hex(3), await extraDataOf(d, 150)]
    const call = through(multicall.address, d.factory, 'create', args, rootBond)
    await send(l1, honest, call, 'aggregate3Value', [call.calls], { value: rootBond, gas: 1_000_000n })
    const [{ metadata }] = await read(l1, d.factory, 'findLatestGames', gameType, 0n, 1n)
    const creator = await read(l1, { address: `0x${metadata.slice(26)}`, abi: gameAbi }, 'gameCreator')
    assert.equal(creator, getAddress(multicall.address))
  })

  it('finds the latest games, newest first, however it is asked', async () => {
    const find = (...args) => read(l1, d.factory, 'findLatestGames', ...args)
    assert.deepEqual(await find(gameType, 0n, 0n), [])
    assert.deepEqual(await find(gameType, 0n, 10n), [])
    const games = []
    for (const block of [10, 20, 30]) games.push(await createGame(d, honest, block, hex(block)))
    const found = await find(gameType, 2n, 10n)
    assert.deepEqual(found.map((g) => g.index), [2n, 1n, 0n])
    for (const g of found) {
      const game = games[Number(g.index)]
      const createdAt = await game.read('createdAt')
      const metadata = `0x00000047${createdAt.toString(16).padStart(16, '0')}${game.address.slice(2).toLowerCase()}`
      assert.equal(g.metadata, metadata)
      assert.equal(g.timestamp, createdAt)
      assert.equal(g.rootClaim, await game.read('rootClaim'))
      assert.equal(g.extraData, await game.read('extraData'))
    }
    assert.deepEqual((await find(gameType, 1n, 1n)).map((g) => g.index), [1n])
    assert.deepEqual(await find(gameType, 2n, 0n), [])
    assert.deepEqual(await find(gameType, 3n, 1n), [])
    assert.deepEqual(await find(gameType, 2n ** 256n - 1n, 1n), [])
    assert.deepEqual(await find(1, 2n, 3n), [])
    assert.equal((await find(gameType, 2n, 2n ** 256n - 1n)).length, 3)
  })
})

describe('the registry', () => {
  it('is made with the factory that knows it', async () => {
    const [deployer] = l1.accounts
    const nonce = BigInt(await l1.client.getTransactionCount({ address: deployer.address }))
    const predicted = getContractAddress({ from: deployer.address, nonce: nonce + 1n })
    const args = (factory, root, delay) => [factory, zeroAddress, root, 0n, delay]
    await deployRejects(l1, 'AnchorStateRegistry', args(d.factory.address, anchorRoot, 1n), 'WrongFactory', [
      getAddress(d.factory.address),
    ])
    const factory = await deploy(l1, 'DisputeGameFactory', [d.implementation.address, predicted, d.inbox.address])
    const zero = `0x${'00'.repeat(32)}`
    await deployRejects(l1, 'AnchorStateRegistry', args(factory.address, zero, 1n), 'ZeroRoot')
    const long = 30n * 86_400n + 1n
    const tooLong = args(factory.address, anchorRoot, long)
    await deployRejects(l1, 'AnchorStateRegistry', tooLong, 'BadParameter', ['finalityDelay'])
    await deploy(l1, 'AnchorStateRegistry', args(factory.address, anchorRoot, long - 1n))
  })

  it('tells what it was made with', async () => {
    assert.deepEqual(await ask('getAnchorRoot'), [anchorRoot, 0n])
    assert.equal(await ask('anchorGame'), zeroAddress)
    assert.equal(await ask('respectedGameType'), gameType)
    assert.equal(await ask('disputeGameFinalityDelaySeconds'), 600n)
    assert.equal(await ask('guardian'), guardian.address)
    assert.equal(await ask('paused'), false)
    assert.equal(await ask('version'), '1.0.0')
  })

  const questions = 'Registered Respected Proper Resolved Finalized ClaimValid Blacklisted Retired'.split(' ')
  const about = async (address) => {
    const answers = await Promise.all(questions.map((q) => ask(`isGame${q}`, address)))
    return questions.filter((_, i) => answers[i]).join(' ')
  }

  it('answers about anything', async () => {
    for (const address of [other.address, d.inbox.address, d.implementation.address, zeroAddress]) {
      assert.equal(await about(address), '')
    }
    // A contract that says what a game says, but is none of the factory's.
    const game = await createGame(d, honest, 150, hex(3))
    const code = await l1.client.getCode({ address: game.address })
    await l1.client.setCode({ address: other.address, bytecode: code })
    assert.equal(await about(other.address), '')
    await rejects(l1, honest, d.registry, 'setAnchorState', [other.address], 'GameNotValid', [other.address])
  })

  // A game that was resolved, for the defender or not.
  async function resolved(block, root, account = honest) {
    const game = await (await createGame(d, account, block, root)).learn()
    await playHonestly(game, other)
    await game.finish(other)
    return game
  }

  const rightRoot = async (block) => (await (await createGame(d, liar, block, hex(9))).learn()).rootAt(BigInt(block))
  const matured = async (game) => passTo(l1, (await game.read('resolvedAt')) + 601n)

  it('relies on a game when it was resolved, and the finality delay is over', async () => {
    const game = await (await createGame(d, honest, 150, await rightRoot(150))).learn()
    assert.equal(await about(game.address), 'Registered Respected Proper')
    assert.equal(await game.finish(other), DEFENDER_WINS)
    const resolvedAt = await game.read('resolvedAt')
    await passTo(l1, resolvedAt + 600n)
    assert.equal(await about(game.address), 'Registered Respected Proper Resolved')
    await rejects(l1, other, d.registry, 'setAnchorState', [game.address], 'GameNotValid', [game.address])
    await passTo(l1, resolvedAt + 601n)
    assert.equal(await about(game.address), 'Registered Respected Proper Resolved Finalized ClaimValid')
  })

  it('never on one that the challenger has won', async () => {
    const game = await resolved(150, hex(3), liar)
    assert.equal(await game.read('status'), CHALLENGER_WINS)
    await matured(game)
    assert.equal(await about(game.address), 'Registered Respected Proper Resolved Finalized')
    await rejects(l1, liar, d.registry, 'setAnchorState', [game.address], 'GameNotValid', [game.address])
  })

  describe('the anchor', () => {
    it('moves forward only', async () => {
      const first = await resolved(100, await rightRoot(100))
      const second = await resolved(150, await rightRoot(150))
      await matured(second)
      await send(l1, other, d.registry, 'setAnchorState', [second.address])
      assert.deepEqual(await ask('getAnchorRoot'), [second.rootAt(150n), 150n])
      assert.equal(await ask('anchorGame'), second.address)
      await rejects(l1, other, d.registry, 'setAnchorState', [first.address], 'AnchorNotNewer', [100n, 150n])
      await rejects(l1, other, d.registry, 'setAnchorState', [second.address], 'AnchorNotNewer', [150n, 150n])
      // And games start from it.
      const extra = await extraDataOf(d, 150)
      await createRejects([gameType, hex(7), extra], 'BlockOutOfRange', [150n, 150n, 1024n])
      const next = await createGame(d, honest, 151, hex(7))
      assert.equal(await next.read('anchorBlock'), 150n)
      assert.equal(await next.read('anchorRoot'), second.rootAt(150n))
      assert.equal(await first.read('anchorBlock'), 0n)
    })
  })

  describe('the guardian', () => {
    const by = (account, name, ...args) => send(l1, account, d.registry, name, args)

    it('is the only one with its powers', async () => {
      const game = await createGame(d, honest, 150, hex(3))
      const calls = [['pause'], ['unpause'], ['retireGames']]
      calls.push(['blacklistDisputeGame', game.address], ['setGuardian', other.address])
      for (const [name, ...args] of calls) {
        await rejects(l1, other, d.registry, name, args, 'NotGuardian', [other.address])
      }
    })

    it('pauses and ends the pause', async () => {
      const game = await resolved(150, await rightRoot(150))
      await matured(game)
      await rejects(l1, guardian, d.registry, 'unpause', [], 'NotPaused')
      await by(guardian, 'pause')
      await rejects(l1, guardian, d.registry, 'pause', [], 'RegistryPaused')
      assert.equal(await about(game.address), 'Registered Respected Resolved Finalized')
      await rejects(l1, other, d.registry, 'setAnchorState', [game.address], 'GameNotValid', [game.address])
      // Games go on.
      await createGame(d, honest, 151, hex(3))
      await by(guardian, 'unpause')
      await by(other, 'setAnchorState', game.address)
    })

    it('blacklists a game, in whatever status', async () => {
      const game = await resolved(150, await rightRoot(150))
      const young = await createGame(d, honest, 151, hex(3))
      await matured(game)
      for (const g of [game, young]) await by(guardian, 'blacklistDisputeGame', g.address)
      assert.equal(await about(game.address), 'Registered Respected Resolved Finalized Blacklisted')
      assert.equal(await about(young.address), 'Registered Respected Blacklisted')
      await rejects(l1, other, d.registry, 'setAnchorState', [game.address], 'GameNotValid', [game.address])
      await rejects(l1, guardian, d.registry, 'blacklistDisputeGame', [other.address], 'NotRegistered', [other.address])
      // The bond is its owner's, whatever the guardian thinks.
      await send(l1, other, game.contract, 'claimCredit', [honest.address])
    })

    it('retires all games up to now, and the same claim can be made again', async () => {
      const root = await rightRoot(150)
      const game = await resolved(150, root)
      await matured(game)
      await by(guardian, 'retireGames')
      assert.equal(await about(game.address), 'Registered Respected Resolved Finalized Retired')
      await rejects(l1, other, d.registry, 'setAnchorState', [game.address], 'GameNotValid', [game.address])
      await appendEntry(d)
      await l1.client.increaseTime({ seconds: 1 })
      const again = await resolved(150, root)
      await matured(again)
      assert.equal(await about(again.address), 'Registered Respected Proper Resolved Finalized ClaimValid')
      await by(other, 'setAnchorState', again.address)
    })

    it('retires games of its own block too', async () => {
      const args = [gameType, hex(3), await extraDataOf(d, 150)]
      const call = { ...d.factory, account: honest, functionName: 'create', args, value: rootBond, gas: 1_000_000n }
      const retire = { ...d.registry, account: guardian, functionName: 'retireGames', gas: 100_000n }
      const receipts = await inOneBlock(l1, () =>
        Promise.all([call, retire].map((c) => l1.client.writeContract(c))),
      )
      assert.deepEqual(receipts.map((r) => r.status), ['success', 'success'])
      assert.equal(receipts[0].blockNumber, receipts[1].blockNumber)
      const [, , proxy] = await read(l1, d.factory, 'gameAtIndex', 0n)
      assert.equal(await about(proxy), 'Registered Respected Retired')
    })

    it('hands the office on, or ends it for good', async () => {
      await by(guardian, 'setGuardian', other.address)
      await rejects(l1, guardian, d.registry, 'pause', [], 'NotGuardian', [guardian.address])
      await by(other, 'pause')
      await rejects(l1, other, d.registry, 'setGuardian', [zeroAddress], 'RegistryPaused')
      await by(other, 'unpause')
      await by(other, 'setGuardian', zeroAddress)
      await rejects(l1, other, d.registry, 'pause', [], 'NotGuardian', [other.address])
    })

    it('can be nobody from the start', async () => {
      const { registry } = await deployFactory(d, { guardian: zeroAddress, finalityDelay: 0n })
      assert.equal(await read(l1, registry, 'guardian'), zeroAddress)
      await rejects(l1, guardian, registry, 'pause', [], 'NotGuardian', [guardian.address])
    })
  })
})

describe("viem's questions", () => {
  it('games are found', async () => {
    for (const block of [10, 20, 30]) await createGame(d, honest, block, hex(block))
    const multicall = await deploy(l1, 'Multicall3')
    // The portal's own part is not deployed here: the registry answers for respectedGameType.
    const contracts = { multicall3: { address: multicall.address } }
    const client = { ...l1.client, chain: { ...l1.client.chain, contracts } }
    const addresses = { portalAddress: d.registry.address, disputeGameFactoryAddress: d.factory.address }
    const games = await getGames(client, { ...addresses, l2BlockNumber: 15n })
    assert.deepEqual(games.map((g) => g.l2BlockNumber).sort(), [20n, 30n])
    assert.equal(games[0].usesSuperRoots, false)
  })
})
