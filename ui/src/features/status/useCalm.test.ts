import { describe, expect, test } from 'vitest'
import type { Tone } from './sentence'
import { isCalmer } from './useCalm'

describe('what is shown', () => {
  const tones: Tone[] = ['held', 'here', 'plain', 'behind', 'pending', 'trouble', 'unknown']

  test('lags behind only on the careful side: green never stays when it is no longer proven', () => {
    for (const tone of tones) expect(isCalmer(tone, 'held')).toBe(false)
  })

  test('becomes green only after having been proven for a while', () => {
    for (const tone of tones.filter(each => each !== 'held' && each !== 'unknown'))
      expect(isCalmer('held', tone)).toBe(true)
  })
})
