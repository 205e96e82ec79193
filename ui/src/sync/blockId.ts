/** Block ids: what comments, collisions and note links point at. */

const VALID = /^[A-Za-z0-9_-]{11,32}$/
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'

/** 16 characters of 6 bits: 96 random bits, so two never meet. */
const LENGTH = 16

export type IdSource = () => string

export const randomBlockId: IdSource = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(LENGTH))
  return Array.from(bytes, byte => ALPHABET[byte & 63]).join('')
}

/** Whether other devices accept this as an id. */
export function isBlockId(id: unknown): id is string {
  return typeof id === 'string' && VALID.test(id)
}
