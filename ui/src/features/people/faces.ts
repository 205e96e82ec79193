import type { PersonHere, PersonState } from '../../ipc/backend'

/** At most so many faces; more are counted. */
export const FACES = 4

const RANK: Record<PersonState, number> = { editing: 0, viewing: 1, idle: 2, offline: 3 }

/** Who does most stands first; of equals by device, so that faces do not jump. */
export function ordered(people: PersonHere[]): PersonHere[] {
  return [...people].sort((a, b) => RANK[a.state] - RANK[b.state] || (a.device < b.device ? -1 : 1))
}

/** The faces to draw and how many are left over. One over the limit is drawn: "+1" takes the same room. */
export function stacked(people: PersonHere[]): { faces: PersonHere[]; more: PersonHere[] } {
  const all = ordered(people)
  const shown = all.length === FACES + 1 ? all.length : FACES
  return { faces: all.slice(0, shown), more: all.slice(shown) }
}
