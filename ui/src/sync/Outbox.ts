import type { PushHeader } from '../ipc/backend'

/** One push: kept until Rust says it is on disk. */
export interface Push {
  sequence: number
  lastDelivery: number
  update: Uint8Array
}

/** First wait after a push could not be handed over, and the longest; milliseconds. Doubles in between. */
const RETRY_MS = 250
const LONGEST_RETRY_MS = 10_000

export interface OutboxOptions {
  /** Hands one push to Rust. Resolves when it is taken, which is not yet when it is saved. */
  send: (header: Pick<PushHeader, 'sequence' | 'lastDelivery'>, update: Uint8Array) => Promise<void>
  /** Waits and calls back; returns what cancels it. */
  after: (milliseconds: number, callback: () => void) => () => void
  /** A push came or went. */
  changed: () => void
  /** A push could not be handed over; it is tried again by itself. */
  failed: (reason: string) => void
}

/** Numbers pushes from 1, hands them over one by one, and keeps each until it is acknowledged. */
export class Outbox {
  private readonly kept: Push[] = []
  private last = 0
  /** The number to hand over next. */
  private next = 1
  private sending = false
  private closed = false
  private wait = RETRY_MS
  private cancelRetry: (() => void) | null = null

  constructor(private readonly options: OutboxOptions) {}

  /** Pushes not yet acknowledged. */
  get size(): number {
    return this.kept.length
  }

  /** Pushes not yet handed over. */
  get unsent(): number {
    return this.last - this.next + 1
  }

  add(update: Uint8Array, lastDelivery: number): void {
    this.kept.push({ sequence: ++this.last, lastDelivery, update })
    this.options.changed()
    void this.pump()
  }

  /** Everything up to this number is on disk: Rust seals in order. */
  acknowledge(sequence: number): void {
    while (this.kept[0] && this.kept[0].sequence <= sequence) this.kept.shift()
    this.next = Math.max(this.next, Math.min(sequence, this.last) + 1)
    this.options.changed()
  }

  /** Rust misses this number and wants it and all after it again. */
  resend(from: number): void {
    this.next = Math.max(from, this.kept[0]?.sequence ?? this.last + 1)
    this.cancelRetry?.()
    this.cancelRetry = null
    void this.pump()
  }

  close(): void {
    this.closed = true
    this.cancelRetry?.()
  }

  private async pump(): Promise<void> {
    if (this.sending) return
    this.sending = true
    try {
      for (let push = this.due(); push; push = this.due()) {
        this.next = push.sequence + 1
        await this.hand(push)
      }
    } finally {
      this.sending = false
    }
  }

  private due(): Push | undefined {
    return this.closed || this.cancelRetry ? undefined : this.kept.find(push => push.sequence >= this.next)
  }

  private async hand({ sequence, lastDelivery, update }: Push): Promise<void> {
    try {
      await this.options.send({ sequence, lastDelivery }, update)
      this.wait = RETRY_MS
    } catch (error) {
      if (this.closed) return
      this.next = Math.min(this.next, sequence)
      this.options.failed(error instanceof Error ? error.message : String(error))
      this.cancelRetry = this.options.after(this.wait, () => {
        this.cancelRetry = null
        void this.pump()
      })
      this.wait = Math.min(LONGEST_RETRY_MS, this.wait * 2)
    }
  }
}
