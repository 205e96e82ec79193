/** What the in-memory backend has set aside, where a scenario asks for it. */
import type { SetAside } from '../backend'

const CEM = 'c'.repeat(64)

export const KEPT: SetAside[] = [
  {
    note: 'a1'.repeat(16),
    title: 'Hut trip',
    device: 'b'.repeat(64),
    by: 'Ben’s laptop',
    edits: 2,
    canComeIn: true,
    words: ', and the stove needs gas. I bring two cartridges',
  },
  {
    note: 'a2'.repeat(16),
    title: 'Soup for eight',
    device: CEM,
    by: 'Cem’s laptop',
    edits: 1,
    canComeIn: false,
    words: 'More salt.',
  },
]
