// Differential fuzzing of the EVM: random cases, executed by ours (gavel-evm-case) and by revm (anvil). Status, gas,
// output, logs and the whole state afterwards must agree.
//
//   node tests/fuzz/evm_differential.mjs [--cases N] [--seed S] [--fork osaka|prague|cancun] [--batch N] [--out FOLDER]
//   node tests/fuzz/evm_differential.mjs --replay FILE     a case that was written down, or a folder of such
//
// A case that differs is made as small as possible, and written to FOLDER/evm-<seed>-<case>.json.
import fs from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { caseSeed } from './evm_differential/random.mjs'
import { cutGas, runBatch } from './evm_differential/batch.mjs'
import { makeCase } from './evm_differential/world.mjs'
import { minimise } from './evm_differential/minimise.mjs'
import { startOurs } from './evm_differential/ours.mjs'
import { startRevm } from './evm_differential/revm.mjs'

const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    first: { type: 'string', default: '0' },
    seed: { type: 'string' },
    fork: { type: 'string', default: 'osaka' },
    batch: { type: 'string', default: '100' },
    out: { type: 'string' },
    replay: { type: 'string' },
    minutes: { type: 'string', default: '0' },
  },
})
const build = process.env.GAVEL_BUILD ?? 'build'
const seed = Number(options.seed ?? Date.now() % 1_000_000_007)
const total = Number(options.cases)
const batchSize = Number(options.batch)
const folder = options.out ?? path.join(build, 'fuzz')
const restartAfter = 200 // batches: anvil remembers what it has executed
const enough = 20 // differences

class Counts {
  cases = 0
  transactions = 0
  refused = 0
  failed = 0
  gas = 0
  statuses = new Map()
  add(result) {
    this.transactions++
    if (result.refused) this.refused++
    else if (!result.success) this.failed++
    this.gas += result.gasUsed ?? 0
    const status = result.refused ?? result.status
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
  }
  toString() {
    return `${this.cases} cases, ${this.transactions} transactions (${this.failed} failed, ${this.refused} refused), ${Math.round(this.gas / 1e6)} Mgas`
  }
}

const ours = startOurs(build)
let revm = await startRevm(options.fork)

async function freshRevm() {
  await revm.kill()
  revm = await startRevm(options.fork)
}

// A node that has gone away says nothing about the EVM; ours that has gone does, and fails again.
async function runAgainIfLost(cases, counts, first) {
  try {
    return await runBatch(ours, revm, options.fork, cases, counts)
  } catch (error) {
    console.log(`seed ${seed}, cases from ${first}: ${error.message}; once more`)
    await freshRevm()
    return runBatch(ours, revm, options.fork, cases, counts)
  }
}

const differs = async (c) => (await runBatch(ours, revm, options.fork, [c]))[0]?.what ?? null

async function writeDown({ case: owner, what }, cases, first) {
  const index = owner ? first + owner.place : first
  console.log(`DIFFERENT: seed ${seed}, case ${index}: ${what}`)
  const smallest = owner ? await minimise(owner, differs) : null
  fs.mkdirSync(folder, { recursive: true })
  const file = path.join(folder, `evm-${seed}-${index}.json`)
  const content = smallest ? { what: smallest.what, fork: options.fork, case: smallest.case } : { what, fork: options.fork, cases }
  fs.writeFileSync(file, `${JSON.stringify(content, null, 1)}\n`)
  console.log(`  written to ${file}; ${smallest ? `alone: ${smallest.what}` : 'alone it does not differ'}`)
}

async function replay(file) {
  const files = fs.statSync(file).isDirectory() ? fs.readdirSync(file).filter((f) => f.endsWith('.json')).map((f) => path.join(file, f)) : [file]
  let failed = 0
  for (const f of files) {
    const { fork, case: one, cases = [one] } = JSON.parse(fs.readFileSync(f, 'utf8'))
    if (fork !== options.fork) continue
    const found = await runBatch(ours, revm, fork, cases)
    for (const { what } of found) console.log(`DIFFERENT: ${f}: ${what}`)
    failed += found.length > 0
  }
  console.log(`${files.length - failed} passed, ${failed} failed`)
  return failed
}

async function fuzz() {
  const counts = new Counts()
  const started = Date.now()
  const seconds = () => (Date.now() - started) / 1000
  const first = Number(options.first)
  let different = 0
  console.log(`seed ${seed}, fork ${options.fork}`)
  for (let at = first, batches = 1; at < first + total && different < enough; at += batchSize, batches++) {
    const size = Math.min(batchSize, first + total - at)
    const cases = Array.from({ length: size }, (_, place) => makeCase(caseSeed(seed, at + place), place, options.fork))
    await cutGas(ours, options.fork, cases)
    for (const found of await runAgainIfLost(cases, counts, at)) {
      different++
      await writeDown(found, cases, at)
    }
    counts.cases += size
    if (batches % 50 === 0) console.log(`${counts} in ${seconds().toFixed(0)} s; ${different} different`)
    if (batches % restartAfter === 0) await freshRevm()
    if (Number(options.minutes) && seconds() > 60 * Number(options.minutes)) break
  }
  console.log(`seed ${seed}: ${counts} in ${seconds().toFixed(0)} s (${(counts.cases / seconds()).toFixed(0)} cases/s)`)
  for (const [status, count] of [...counts.statuses].sort((a, b) => b[1] - a[1])) console.log(`  ${count} ${status}`)
  console.log(`${counts.cases - different} passed, ${different} failed`)
  return different
}

const failures = await (options.replay ? replay(options.replay) : fuzz())
ours.stop()
await revm.stop()
process.exit(failures ? 1 : 0)
