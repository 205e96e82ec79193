/** Longest address a link may carry; a format value must stay far below 4 KiB. */
const MAX_HREF = 2048

const OPENABLE = /^(?:https?:\/\/|mailto:)/i

/** The address if a person may follow it: http, https or mailto, of bearable length. Everything else is nothing. */
export function openableLink(href: unknown): string | null {
  if (typeof href !== 'string') return null
  const address = href.trim()
  return OPENABLE.test(address) && address.length <= MAX_HREF ? address : null
}

/** What a person typed or pasted as an address, completed; nothing if it cannot be one. */
export function linkFromInput(text: string): string | null {
  const typed = text.trim()
  if (typed === '' || /\s/.test(typed)) return null
  if (/^[^@/:]+@[^@/:]+\.[a-z]{2,}$/i.test(typed)) return openableLink(`mailto:${typed}`)
  if (/^[a-z][a-z0-9+.-]*:/i.test(typed) && !/^[a-z0-9.-]+:\d+(?:\/|$)/i.test(typed))
    return openableLink(typed)
  return /^[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?:[:/?#]|$)/u.test(typed)
    ? openableLink(`https://${typed}`)
    : null
}
