import { useEffect, useMemo, useRef } from 'react'
import { Announcer } from '../shared/announcer'
import { Store, useStore } from '../shared/store'

/** What the window says by itself to a screen reader. */
export class Voice {
  readonly sentence = new Store('')
  readonly announcer = new Announcer(sentence => this.sentence.set(sentence))
}

export function useVoice(): Voice {
  const voice = useMemo(() => new Voice(), [])
  useEffect(() => () => voice.announcer.stop(), [voice])
  return voice
}

/** Always in the page: a region that appears together with its first sentence is not read. */
export function LiveRegion({ voice }: { voice: Voice }) {
  const sentence = useStore(voice.sentence)
  return (
    <p className="sr-only" aria-live="polite" aria-atomic="true" data-testid="live">
      {sentence}
    </p>
  )
}

/**
 * Says `sentence` when `key` changes, which is what it is about; the one there is at the start is on screen already.
 * Nothing as a sentence: what was about to be said is no longer true.
 */
export function useSpoken(voice: Voice, topic: string, key: string, sentence: string | null): void {
  const last = useRef(key)
  useEffect(() => {
    if (sentence === null) return voice.announcer.forget(topic)
    if (key === last.current) return
    last.current = key
    voice.announcer.announce(topic, sentence)
  }, [voice, topic, key, sentence])
}
