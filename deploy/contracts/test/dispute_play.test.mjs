// Whole games, played to the verdict with the contracts as they are deployed, on a toy machine (1024 steps) and lists
// of blocks in two levels. Whoever plays honestly wins, whatever the others do, and has all bonds back.
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { keccak256, zeroHash } from 'viem'
import {
  CHALLENGER_WINS,
  DEFENDER_WINS,
  IN_PROGRESS,
  K,
  VALID,
  appendEntry,
  createGame,
  deployDispute,
  lieBelow,
  passTo,
  playHonestly,
  statusOf,
  withStatus,
  wrong,
} from './lib/dispute.mjs'
import { read, send, startL1 } from './lib/rollup.mjs'

let l1, d, honest, liar, other, snapshot

before(async () => {
  l1 = await startL1()
  ;[, , , honest, liar, other] = l1.accounts
  d = await deployDispute(l1)
  snapshot = await l1.client.snapshot()
})
after(() => l1.stop())
beforeEach(async () => {
  await l1.client.revert({ id: snapshot })
  snapshot = await l1.client.snapshot()
})

// Every true root here is known to a game of the same block, so one is made to ask.
async function rootOf(block) {
  const probe = await createGame(d, other, block, keccak256('0x0123'))
  await probe.learn()
  return probe.rootAt(BigInt(block))
}

async function open(account, block, root) {
  const game = await createGame(d, account, block, root ?? (await rootOf(block)))
  return game.learn()
}

// Bonds are credited for each: what they have put in, and what they get.
async function balance(game, account) {
  const claims = (await game.claims()).filter((c) => c.claimant === account.address)
  const bonds = await Promise.all(claims.map((c) => game.read('bondAt', BigInt(c.depth))))
  const paid = bonds.reduce((a, b) => a + b, 0n)
  return { paid, credited: await game.read('credit', account.address), bonds }
}

async function verdict(game, expected) {
  assert.equal(await game.finish(other), expected)
  assert.notEqual(await game.read('resolvedAt'), 0n)
  const mine = await balance(game, honest)
  assert.ok(mine.credited >= mine.paid, 'an honest bond was lost')
  return { mine, theirs: await balance(game, liar) }
}

// The liar answers every claim that is all right, each at a state of its choice.
async function lieOn(game, account, chooseIndex, chooseFrom) {
  let moves = 0
  const claims = await game.claims()
  const answered = new Set(claims.map((c) => c.parent))
  for (const claim of claims) {
    const mineToAnswer = claim.claimant !== account.address && game.firstWrong(claim) === undefined
    if (!mineToAnswer || claim.depth === game.bottom || answered.has(claim.hash)) continue
    let index = chooseIndex(claim)
    // Behind the block nothing can be attacked.
    const behind = () => claim.at + BigInt(index - 1) * game.spacing(claim.depth) >= game.block
    while (index > 1 && claim.depth <= game.L && behind()) index--
    if (claim.depth === game.L && claim.list[index - 1] === zeroHash) continue
    await game.attack(account, claim, index, lieBelow(game, claim, index, chooseFrom(claim)))
    moves++
  }
  return moves
}

async function playOut(game, liarMoves) {
  for (let round = 0; round < 20; round++) {
    const moves = (await liarMoves()) + (await playHonestly(game, honest))
    if (moves === 0) return
  }
  assert.fail('the game has no end')
}

describe('a right claim', () => {
  it('stands if nobody attacks it, and its bond comes back', async () => {
    const game = await open(honest, 150)
    assert.equal(await playHonestly(game, honest), 0)
    assert.equal(await game.read('status'), IN_PROGRESS)
    assert.equal(await game.finish(other), DEFENDER_WINS)
    assert.equal(await game.read('credit', honest.address), d.config.rootBond)
    const before_ = await l1.client.getBalance({ address: honest.address })
    await send(l1, other, game.contract, 'claimCredit', [honest.address])
    assert.equal(await l1.client.getBalance({ address: honest.address }), before_ + d.config.rootBond)
    assert.equal(await l1.client.getBalance({ address: game.address }), 0n)
  })

  for (const [name, index, from] of [
    ['at its first states', () => 1, () => 1],
    ['at its last states', () => K, () => K],
    ['in the middle', () => 3, () => 17],
    ['at once at the end of lists', () => 1, () => K],
  ]) {
    it(`stands against a liar who attacks ${name}`, async () => {
      const game = await open(honest, 150)
      await playOut(game, () => lieOn(game, liar, index, from))
      const { theirs } = await verdict(game, DEFENDER_WINS)
      assert.equal(theirs.credited, 0n)
      assert.equal((await game.claims()).length, 5)
    })
  }

  it('stands against an attack that says its block is not there', async () => {
    const game = await open(honest, 150)
    const [root] = await game.claims()
    const place = game.placeBelow(root, 1)
    const absence = [...place.list]
    for (let j = 2; j <= K; j++) absence[j] = zeroHash
    await game.attack(liar, root, 1, { ...place, list: absence })
    await playOut(game, () => lieOn(game, liar, () => 5, () => 9))
    await verdict(game, DEFENDER_WINS)
  })

  it('stands against many liars at once, poisoned and copied lists among them', async () => {
    const game = await open(honest, 150)
    const [root] = await game.claims()
    const first = []
    for (const from of [1, 2, 3, 4, 5]) {
      first.push((await game.attack(liar, root, 1, lieBelow(game, root, 1, from))).hash)
    }
    await playHonestly(game, honest)
    // Poisoned starts: liars attack each other's lies at states behind the first wrong one.
    for (const [i, hash] of first.entries()) {
      const claim = await game.claim(hash)
      const index = Math.min(i + 3, 5)
      const place = lieBelow(game, claim, index, 20)
      const end = place.list[K]
      place.list = place.list.map((state) => (state === end ? wrong(wrong(state)) : state))
      await game.attack(other, claim, index, place)
    }
    // A trace that was copied from the block before.
    const mine = (await game.claims()).find((c) => c.claimant === honest.address && c.depth === 2)
    const place = game.placeBelow(mine, 2)
    const copied = game.placeBelow(mine, 1).list.slice(1, K)
    await game.attack(liar, mine, 2, { ...place, list: [place.start, ...copied, withStatus(copied[3], 1)] })
    await playOut(game, () => lieOn(game, liar, () => 7, () => 7))
    await verdict(game, DEFENDER_WINS)
  })
})

describe('a wrong claim', () => {
  const fallsTo = (name, make) =>
    it(name, async () => {
      const game = await make()
      await playOut(game, () => lieOn(game, liar, () => 2, () => 3))
      const { mine, theirs } = await verdict(game, CHALLENGER_WINS)
      assert.equal(theirs.credited, 0n)
      assert.equal(mine.credited, mine.paid + theirs.bonds.reduce((a, b) => a + b - b / 8n, 0n))
    })

  fallsTo('falls: another root', async () => open(liar, 150, keccak256('0x03')))
  fallsTo('falls: the right root of the block before', async () => open(liar, 150, await rootOf(149)))
  fallsTo('falls: the right root of the block behind', async () => open(liar, 150, await rootOf(151)))
  fallsTo('falls: block 1', async () => open(liar, 1, keccak256('0x03')))
  fallsTo('falls: the furthest block', async () => {
    for (let i = 0; i < 21; i++) await appendEntry(d)
    return open(liar, 1024, keccak256('0x03'))
  })
  fallsTo('falls: a block beyond the inbox', async () => open(liar, 300, keccak256('0x03')))
  fallsTo('falls: the first block beyond the inbox', async () => open(liar, 201, keccak256('0x03')))

  it('falls, where the liar says that blocks are not there: a trace that ends in VALID proves one', async () => {
    const game = await open(liar, 150, keccak256('0x03'))
    await playHonestly(game, honest)
    const mine = (await game.claims())[1]
    const place = game.placeBelow(mine, 4)
    const list = place.list.map((state, j) => (j < 10 ? state : zeroHash))
    const { hash } = await game.attack(liar, mine, 4, { ...place, list })
    await playOut(game, () => lieOn(game, liar, () => 5, () => 9))
    await verdict(game, CHALLENGER_WINS)
    const [proof, ...more] = (await game.claims()).filter((c) => c.parent === hash)
    assert.equal(more.length, 0)
    assert.equal(proof.claimant, honest.address)
    assert.equal(statusOf(proof.list[K]), VALID)
    assert.deepEqual(proof.trace.claimedRoot, game.rootAt(96n + 10n))
  })

  it('falls, where the liar says that absent blocks are there', async () => {
    const game = await open(liar, 300, keccak256('0x03'))
    await playHonestly(game, honest)
    const mine = (await game.claims())[1]
    // Ours has block 192, and from 224 on none; in between, at 201, it's the liar who would have to prove a block.
    assert.notEqual(mine.list[6], zeroHash)
    assert.equal(mine.list[7], zeroHash)
    await game.attack(liar, mine, 7, lieBelow(game, mine, 7, 9))
    await playHonestly(game, honest)
    await playOut(game, () => lieOn(game, liar, () => 5, () => 9))
    await verdict(game, CHALLENGER_WINS)
  })

  it('falls without an answer of the liar: the attack is enough', async () => {
    const game = await open(liar, 150, keccak256('0x03'))
    await playHonestly(game, honest)
    const { mine } = await verdict(game, CHALLENGER_WINS)
    assert.equal(mine.credited, d.config.moveBond + (d.config.rootBond * 7n) / 8n)
  })

  // Attack 22: a claim made before its batch is on L1.
  it('a claim made too early loses, and the same claim is made again and stands', async () => {
    const early = await createGame(d, liar, 201, keccak256('0x03'))
    await early.learn()
    early.horizon = 6n
    const root = early.rootAt(201n)
    const game = await open(liar, 201, root)
    await playOut(game, () => lieOn(game, liar, () => 7, () => 1))
    await verdict(game, CHALLENGER_WINS)
    await appendEntry(d)
    const again = await open(honest, 201, root)
    assert.notEqual(again.address, game.address)
    await playOut(again, () => lieOn(again, liar, () => 7, () => 1))
    await verdict(again, DEFENDER_WINS)
  })
})

describe('freeloaders (attack 5)', () => {
  it('an attack to the left of the right one gets nothing, once it is answered', async () => {
    const game = await open(liar, 150, keccak256('0x03'))
    await playHonestly(game, honest)
    const [root] = await game.claims()
    const [, mine] = await game.claims()
    // The liar answers at 5; somebody else would have the reward for that answer by an attack further left.
    const { hash } = await game.attack(liar, mine, 5, lieBelow(game, mine, 5, 10))
    const answer = await game.claim(hash)
    await game.attack(other, answer, 3, lieBelow(game, answer, 3, 4))
    await playOut(game, () => Promise.resolve(0))
    assert.equal(await game.finish(other), CHALLENGER_WINS)
    assert.equal(await game.read('credit', other.address), 0n)
    assert.equal((await game.read('claimAnswers', root.hash)).by, honest.address)
    assert.equal((await game.read('claimAnswers', answer.hash)).by, honest.address)
    const { paid, credited } = await balance(game, honest)
    assert.equal(credited, paid + ((d.config.rootBond + 2n * d.config.moveBond) * 7n) / 8n)
  })

  it('an attack to the right of it gets its own bond back at best', async () => {
    const game = await open(liar, 150, keccak256('0x03'))
    await playHonestly(game, honest)
    const [, mine] = await game.claims()
    const { hash } = await game.attack(liar, mine, 3, lieBelow(game, mine, 3, 10))
    const answer = await game.claim(hash)
    await game.attack(other, answer, 15, lieBelow(game, answer, 15, 4))
    await playOut(game, () => Promise.resolve(0))
    assert.equal(await game.finish(other), CHALLENGER_WINS)
    assert.equal(await game.read('credit', other.address), d.config.moveBond)
    assert.equal((await game.read('claimAnswers', hash)).by, honest.address)
  })
})

// A fixed pseudo-random walk (Park and Miller's generator).
const generator = (seed) => (n) => (seed = (seed * 48_271) % 2_147_483_647) % n

describe('random liars', () => {
  for (let seed = 1; seed <= 8; seed++) {
    it(`lose, seed ${seed}`, async () => {
      const random = generator(seed * 7919)
      const lies = seed % 2 === 0
      const block = 1 + random(260)
      const root = lies ? keccak256('0x04') : await rootOf(block)
      const absent = block > 200
      const game = await open(lies || absent ? liar : honest, block, root === zeroHash ? keccak256('0x04') : root)
      const attacks = () => lieAnywhere(game, random)
      for (let round = 0; round < 4; round++) {
        await attacks()
        await playHonestly(game, honest)
        const { timestamp } = await l1.client.getBlock()
        await passTo(l1, timestamp + BigInt(random(400)))
      }
      await playOut(game, () => Promise.resolve(0))
      await verdict(game, lies || absent ? CHALLENGER_WINS : DEFENDER_WINS)
    })
  }

  // Up to three attacks on claims of anyone's, at any state, with any list that is accepted.
  async function lieAnywhere(game, random) {
    const claims = await game.claims()
    for (let n = random(4); n > 0; n--) {
      const claim = claims[random(claims.length)]
      const index = 1 + random(K)
      if (claim.depth === game.bottom) continue
      const place = lieBelow(game, claim, index, 1 + random(K))
      const [name, args, overrides] = game.attackCall(claim, index, place)
      const call = { ...game.contract, account: liar, functionName: name, args, ...overrides }
      const accepted = await l1.client.simulateContract(call).then(() => true, () => false)
      if (accepted) await send(l1, liar, game.contract, name, args, overrides)
    }
  }
})

describe('the anchor follows', () => {
  it('a right claim moves it after the finality delay, and later games start there', async () => {
    const game = await open(honest, 150)
    assert.equal(await game.finish(other), DEFENDER_WINS)
    await passTo(l1, (await game.read('resolvedAt')) + 601n)
    await send(l1, other, d.registry, 'setAnchorState', [game.address])
    assert.deepEqual(await read(l1, d.registry, 'getAnchorRoot'), [game.rootAt(150n), 150n])
    const next = await open(liar, 170, keccak256('0x03'))
    assert.equal(next.anchorBlock, 150n)
    await playOut(next, () => lieOn(next, liar, () => 2, () => 3))
    await verdict(next, CHALLENGER_WINS)
  })
})
