import { useEffect, useState } from 'react'
import type { Sentence, Tone } from './sentence'

/** Good news is shown after it has held this long: between two keystrokes everything is saved for a moment. */
const SETTLE_MS = 400

/** How worried a tone is. A more worried sentence is shown at once; a calmer one has to last. */
const WORRY: Record<Exclude<Tone, 'unknown'>, number> = {
  held: 0,
  here: 1,
  plain: 1,
  behind: 2,
  pending: 3,
  trouble: 4,
}

/** Whether `next` has to last before it replaces `shown`. To and from not knowing there is nothing to wait for. */
export function isCalmer(next: Tone, shown: Tone): boolean {
  return next !== 'unknown' && shown !== 'unknown' && WORRY[next] < WORRY[shown]
}

/**
 * The sentence without flicker. It may only ever lag behind on the careful side: what is shown never says more than
 * what is known now.
 */
export function useCalm(sentence: Sentence): Sentence {
  const [shown, setShown] = useState(sentence)
  const calmer = isCalmer(sentence.tone, shown.tone)
  const { text, tone } = sentence
  useEffect(() => {
    if (!calmer) return
    const timer = setTimeout(() => setShown({ text, tone }), SETTLE_MS)
    return () => clearTimeout(timer)
  }, [calmer, text, tone])
  if (calmer) return shown
  if (shown.text !== text || shown.tone !== tone) setShown(sentence)
  return sentence
}
