import { causalOrder } from '../support/causalOrder'
import type { Random } from '../support/random'
import { replay } from '../support/replay'
import { canonicalOf, type Finished } from './episode'

/** How many notes were compared with yrs, each in two orders. */
export interface Agreement {
  notes: number
  updates: number
}

/** Finished notes kept during a run, to be compared with yrs in one go. */
export class Differential {
  private readonly kept: Finished[] = []

  constructor(private readonly random: Random) {}

  keep(finished: Finished): void {
    // As they were written, and in an order another device could have had.
    this.kept.push(finished, { ...finished, updates: causalOrder(finished.updates, this.random) })
  }

  /** Throws where yrs, or Yjs without an editor, says that a note is another one. */
  compare(program: string): Agreement {
    const replayed = replay(
      program,
      this.kept.map(({ updates, malformed }) => ({ updates, strict: !malformed })),
    )
    for (const [i, { seed, updates, canonical }] of this.kept.entries()) {
      const order = i % 2 === 0 ? 'as written' : 'in another order'
      if (canonicalOf(updates) !== canonical)
        throw new Error(`seed ${seed}, ${order}: Yjs shows another note`)
      const answer = replayed[i]
      if (!answer || 'error' in answer)
        throw new Error(`seed ${seed}, ${order}: yrs cannot take it: ${answer?.error}`)
      const rust = answer.canonical
      if (rust !== canonical)
        throw new Error(`seed ${seed}, ${order}: yrs disagrees\n  yjs ${canonical}\n  yrs ${rust}`)
    }
    const updates = this.kept.reduce((sum, note) => sum + note.updates.length, 0)
    return { notes: this.kept.length, updates }
  }
}
