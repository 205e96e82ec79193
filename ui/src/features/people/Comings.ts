import type { PersonHere } from '../../ipc/backend'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'

/** Somebody has left when away for so long; who is back within `SAME_VISIT_MS` never left. Milliseconds. */
export const LEFT_AFTER_MS = 45_000
export const SAME_VISIT_MS = 300_000

/** In a crowd nobody's coming and going is said. */
export const CROWD = 8

interface Visit {
  label: string
  /** When last seen here, or nothing while here. */
  goneAt: number | null
  leftSaid: boolean
}

/** Who came and who left, without flapping: connections break and heal all the time, people do not. */
export class Comings {
  readonly #visits = new Map<string, Visit>()
  #begun = false

  /**
   * Takes who is here now (device to label) at `now`, milliseconds. Gives the sentence to say, if any. Whoever is here at
   * the first call was here before.
   */
  update(here: ReadonlyMap<string, string>, now: number): string | null {
    const arrived: string[] = []
    for (const [device, label] of here) {
      const visit = this.#visits.get(device)
      const same = visit !== undefined && (visit.goneAt === null || now - visit.goneAt < SAME_VISIT_MS)
      if (!same && this.#begun) arrived.push(label)
      this.#visits.set(device, { label, goneAt: null, leftSaid: false })
    }
    this.#begun = true
    const left = this.#leave(here, now)
    if (here.size > CROWD) return null
    if (arrived.length > 0) return m.people.arrived(arrived)
    return left.length > 0 ? m.people.left(left) : null
  }

  /** When to ask again although nothing happened, in milliseconds from `now`; nothing if never. */
  nextCheck(now: number): number | null {
    const due = [...this.#visits.values()]
      .filter(visit => visit.goneAt !== null && !visit.leftSaid)
      .map(visit => (visit.goneAt ?? now) + LEFT_AFTER_MS - now)
    return due.length === 0 ? null : Math.max(0, Math.min(...due))
  }

  #leave(here: ReadonlyMap<string, string>, now: number): string[] {
    const left: string[] = []
    for (const [device, visit] of this.#visits) {
      if (here.has(device)) continue
      visit.goneAt ??= now
      if (now - visit.goneAt >= LEFT_AFTER_MS && !visit.leftSaid) {
        visit.leftSaid = true
        left.push(visit.label)
      }
      if (now - visit.goneAt >= SAME_VISIT_MS) this.#visits.delete(device)
    }
    return left
  }
}

/** Tells comings and goings as they happen, those included that only time brings. */
export class ComingsWatch {
  readonly #comings = new Comings()
  readonly #say: (sentence: string) => void
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(say: (sentence: string) => void) {
    this.#say = say
  }

  take(people: PersonHere[]): void {
    clearTimeout(this.#timer)
    const here = people.filter(({ state }) => state !== 'offline')
    const now = performance.now()
    const sentence = this.#comings.update(new Map(here.map(each => [each.device, deviceLabel(each)])), now)
    if (sentence !== null) this.#say(sentence)
    const wait = this.#comings.nextCheck(now)
    if (wait !== null) this.#timer = setTimeout(() => this.take(people), wait)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
