import { useSyncExternalStore } from 'react'

/** A value that components may follow. Set it to something new to tell them; values are never changed in place. */
export class Store<T> {
  #value: T
  #followers = new Set<() => void>()

  constructor(value: T) {
    this.#value = value
  }

  get(): T {
    return this.#value
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return
    this.#value = value
    for (const tell of this.#followers) tell()
  }

  update(change: (value: T) => T): void {
    this.set(change(this.#value))
  }

  follow(tell: () => void): () => void {
    this.#followers.add(tell)
    return () => void this.#followers.delete(tell)
  }
}

/** The store's value, or the part of it that `pick` returns, which must be equal by identity while nothing changed. */
export function useStore<T>(store: Store<T>): T
export function useStore<T, P>(store: Store<T>, pick: (value: T) => P): P
export function useStore<T, P>(store: Store<T>, pick?: (value: T) => P): T | P {
  const follow = (tell: () => void) => store.follow(tell)
  const value = () => (pick ? pick(store.get()) : store.get())
  return useSyncExternalStore(follow, value)
}
