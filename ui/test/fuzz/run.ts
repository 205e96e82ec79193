import { Episode, type Finished, Tally } from './episode'

export interface RunOptions {
  /** The first episode's seed; each further one has the next. */
  seed: number
  /** How many operations to do at least. */
  operations: number
  /** Every n-th episode runs in real editor views; 0 for none. */
  mountEvery: number
  /** Every n-th finished note is given to `onFinished`; 0 for none. */
  keepEvery?: number
  onFinished?: (finished: Finished) => void
}

/** Episodes until enough has been done. Throws at the first fault; the message says the seed. */
export function runFuzz(options: RunOptions): Tally {
  let last = new Tally()
  for (const tally of episodes(options)) last = tally
  return last
}

/** One episode after the other, with what has been done so far after each. */
export function* episodes({
  seed,
  operations,
  mountEvery,
  keepEvery = 0,
  onFinished,
}: RunOptions): Generator<Tally> {
  const tally = new Tally()
  for (let i = 0; tally.operations < operations; i++) {
    const mounted = mountEvery > 0 && i % mountEvery === 0
    const finished = new Episode(seed + i, tally, { mounted }).run()
    if (keepEvery > 0 && i % keepEvery === 0) onFinished?.(finished)
    yield tally
  }
}

/** One line for people. */
export function report(tally: Tally, milliseconds: number): string {
  const { byOperation: _, ...counts } = tally
  const seconds = (milliseconds / 1000).toFixed(1)
  const said = Object.entries(counts).map(([name, count]) => `${name} ${count}`)
  return `${said.join(', ')}, seconds ${seconds}`
}
