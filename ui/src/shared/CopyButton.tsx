import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from './Button'
import { m } from './messages'

/** How long the button says "Copied": long enough to be read, short enough to be pressed again. */
const SAID_MS = 2000

interface Props {
  text: string
  label?: string
  look?: 'primary' | 'line' | 'plain'
}

export function CopyButton({ text, label = m.menu.copy, look = 'line' }: Props) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SAID_MS)
    return () => clearTimeout(timer)
  }, [copied])

  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <Button look={look} onClick={() => void copy()}>
      {copied ? <Check size={15} aria-hidden /> : <Copy size={15} aria-hidden />}
      <span aria-live="polite">{copied ? m.menu.copied : label}</span>
    </Button>
  )
}
