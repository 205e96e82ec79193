/** Notes that read like notes. */
import { block, p, type SeedBlock } from './seed'

export const TRIP_TITLE = 'Winter trip'

export const TRIP: SeedBlock[] = [
  p(
    'Seven of us, two cars, one stove that works. We leave on Friday if the pass is open, and if it is not we leave anyway and eat ',
    ['soup for twelve', { link: { href: 'https://example.org/soup' } }],
    ' at the valley house.',
  ),
  p(
    'Meet at the station at seven, platform 4. Bring the big rope and nothing that minds the wet. ',
    ['Lise drives the second car', { bold: true }],
    '; whoever is late rides with the skis.',
  ),
  block('h2', 'Still to do'),
  block('task', 'Ask Ferhat about the chains', { checked: true }),
  block('task', 'Two nights at the hut, paid before Wednesday'),
  block('task', 'Somebody owns a thermos. Who?'),
  { quote: 1, runs: ['There is no bad weather, only the wrong page of the map.'] },
  p(
    'The hut has no signal. Write here all the same: ',
    ['everything stays on this laptop', { code: true }],
    ' and finds the others when we are back.',
  ),
]

export const HOUSE: SeedBlock[] = [
  p('The key hangs behind the blue door. Put it back there, also when you are only out for bread.'),
  block('bullet', 'Ashes go into the iron bucket, never into the bin'),
  block('bullet', 'The tap in the yard is closed from November on'),
]

export const TALK: SeedBlock[] = [
  p('Three ideas, one of them true.'),
  block('ordered', 'Maps are promises'),
  block('ordered', 'A merge is a conversation that already happened'),
  block('ordered', 'Nobody reads the legend'),
]

export const SOUP: SeedBlock[] = [p('Two onions, four leeks, patience. Salt at the end.')]
export const READING: SeedBlock[] = [p('Sebald, Mantel, the Strugatskys.')]
export const LISE: SeedBlock[] = [p('Pressure falls overnight; call Aydın before it is Friday again.')]
