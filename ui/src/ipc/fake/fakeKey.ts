/** The key's place, pretended: a key store that answers after a moment, waits for a person, or is not there. */
import type { BackendEvent } from '../backend'
import type { KeyBackend, KeyState } from '../backendOfKey'
import type { World } from './scenarios'

const ANSWERS_MS = 400

export function fakeKey(world: World, tell: (event: BackendEvent) => void): KeyBackend {
  let answer: ((moves: boolean) => void) | null = null
  const set = (change: Partial<KeyState>) => {
    world.key = { ...world.key, ...change }
    tell({ kind: 'key', key: world.key })
  }
  return {
    key: async () => world.key,
    moveKey: async to => {
      if (world.keyStore === 'absent')
        throw "no key store answered (nothing on the session bus keeps keys). the key stays in the profile's file, and nothing else changed. without a key store the file is the place for it"
      set({ moving: to })
      const done = await new Promise<boolean>(resolve => {
        answer = resolve
        if (world.keyStore === 'answers') setTimeout(() => resolve(true), ANSWERS_MS)
      })
      if (!done) {
        set({ moving: null })
        throw {
          code: 'called_off',
          message: "asking the key store was called off. the key stays in the profile's file",
        }
      }
      set({ place: to, moving: null, copyLeft: false })
      return world.key
    },
    callOffMovingKey: async () => answer?.(false),
  }
}
