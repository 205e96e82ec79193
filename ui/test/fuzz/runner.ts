/**
 * The binding's fuzz: `npm run fuzz -- [operations] [seed]`. Ends with an error at the first fault, whose message names
 * the seed; `npm run fuzz -- 1 <seed>` repeats it. Every fourth note is compared with what yrs makes of its updates, in
 * the order they were written and in another causal one.
 */
import { randomInt } from 'node:crypto'
import { installDom } from '../support/dom'
import { Random } from '../support/random'
import { replayProgram } from '../support/replay'
import { Differential } from './differential'
import { report, runFuzz } from './run'

const operations = Number(process.argv[2] ?? 100_000)
const seed = Number(process.argv[3] ?? randomInt(1e9))

installDom()
const differential = new Differential(new Random(seed))
const began = performance.now()
console.log(`fuzz: at least ${operations} operations from seed ${seed}`)
const tally = runFuzz({
  seed,
  operations,
  mountEvery: 6,
  keepEvery: 4,
  onFinished: finished => differential.keep(finished),
})
console.log(report(tally, performance.now() - began))
if (tally.lost + tally.divergences > 0)
  throw new Error(`lost ${tally.lost}, divergences ${tally.divergences}`)

const program = replayProgram()
if (program !== null) {
  const { notes, updates } = differential.compare(program)
  if (notes === 0) throw new Error('no note was compared with yrs')
  console.log(`yrs agrees on ${notes} notes of ${updates} updates`)
} else {
  const missing = 'SKEIN_REPLAY names no program: yjs and yrs were not compared'
  if (process.env.CI) throw new Error(missing)
  console.warn(missing)
}
