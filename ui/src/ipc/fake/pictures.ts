/** Rows of pictures, and somebody who asks. */
import type { Giving, Inviting, Overview, Picture } from '../backend'

const pictures = (...row: string[]): Picture[] =>
  row.map(each => {
    const [picture = '', name = ''] = each.split(' ')
    return { picture, name }
  })

/** On the other screen. */
export const ROW = pictures('🐢 turtle', '🍋 lemon', '🔔 bell', '🌵 cactus')

const ROWS = [
  pictures('🐼 panda', '🍋 lemon', '⛵ boat', '🌙 moon'),
  ROW,
  pictures('🐙 octopus', '🍄 mushroom', '⛵ boat', '🎈 balloon'),
  pictures('🐝 bee', '🌻 sunflower', '🎧 headphones', '🌙 moon'),
]

export const EDITOR: Giving = { gives: 'space', role: 'editor' }

/** What the other device of this person would get. */
export function ownOf(overview: Overview): Giving {
  const own = overview.spaces.filter(({ role }) => role === 'owner')
  const others = overview.spaces.filter(({ role }) => role !== null && role !== 'owner')
  return {
    gives: 'own',
    spaces: own.map(({ name }) => name),
    leftOut: others.map(({ name }) => ({ name, why: 'not_owner' })),
  }
}

export const ASKING: Inviting = {
  state: 'asking',
  question: 1,
  giving: EDITOR,
  person: 'Ben',
  deviceName: 'Ben’s laptop',
  rows: ROWS,
  untilMs: Date.now() + 60_000,
}
