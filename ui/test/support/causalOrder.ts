import * as Y from 'yjs'
import type { Random } from './random'

/** What one update adds and what must be there first. */
interface Needs {
  update: Uint8Array
  /** First and one past the last clock it adds, by client. */
  adds: Map<number, [number, number]>
  /** One past the highest clock it names, by client. */
  names: Map<number, number>
}

/** A random order in which every update comes after all it builds on: an order in which a real device may apply them. */
export function causalOrder(updates: readonly Uint8Array[], random: Random): Uint8Array[] {
  const waiting = updates.map(needsOf)
  const state = new Map<number, number>()
  const out: Uint8Array[] = []
  const clock = (client: number): number => state.get(client) ?? 0
  const ready = ({ adds, names }: Needs): boolean =>
    [...adds].every(([client, [from]]) => from <= clock(client)) &&
    [...names].every(([client, to]) => to <= Math.max(clock(client), adds.get(client)?.[1] ?? 0))
  while (waiting.length > 0) {
    const next = waiting.flatMap((needs, i) => (ready(needs) ? [i] : []))
    const [needs] = waiting.splice(random.pick(next), 1)
    if (!needs) throw new Error('an update builds on what nobody wrote')
    for (const [client, [, to]] of needs.adds) state.set(client, Math.max(clock(client), to))
    out.push(needs.update)
  }
  return out
}

function needsOf(update: Uint8Array): Needs {
  const adds = new Map<number, [number, number]>()
  const names = new Map<number, number>()
  const name = (id: { client: number; clock: number } | null, length = 1): void => {
    if (id) names.set(id.client, Math.max(names.get(id.client) ?? 0, id.clock + length))
  }
  const { structs, ds } = Y.decodeUpdate(update)
  for (const struct of structs) {
    const { client, clock } = struct.id
    const [from, to] = adds.get(client) ?? [clock, clock]
    adds.set(client, [Math.min(from, clock), Math.max(to, clock + struct.length)])
    if (struct instanceof Y.Item) {
      name(struct.origin)
      name(struct.rightOrigin)
    }
  }
  for (const [client, ranges] of ds.clients) for (const { clock, len } of ranges) name({ client, clock }, len)
  return { update, adds, names }
}
