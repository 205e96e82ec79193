/** Rows of pictures, and somebody who asks. */
import type { Inviting, Picture } from '../backend'

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

export const ASKING: Inviting = {
  state: 'asking',
  question: 1,
  role: 'editor',
  person: 'Ben',
  deviceName: 'Ben’s laptop',
  rows: ROWS,
  untilMs: Date.now() + 60_000,
}
