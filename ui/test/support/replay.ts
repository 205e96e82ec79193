import { spawnSync } from 'node:child_process'

/** What yrs makes of a note, or why it cannot take it. */
export type Replayed = { canonical: string; hash: string } | { error: string }

/** The program that replays updates in Rust; built from crates/note/examples/replay.rs, named by `SKEIN_REPLAY`. */
export function replayProgram(): string | null {
  return process.env.SKEIN_REPLAY ?? null
}

/** A note as its updates, in the order they are to be applied. */
export interface Recorded {
  updates: readonly Uint8Array[]
  /** Whether the gate must take every update. Otherwise what it refuses is applied all the same. */
  strict: boolean
}

/** Replays notes. */
export function replay(program: string, notes: readonly Recorded[]): Replayed[] {
  const input = notes.map(({ updates, strict }) => JSON.stringify({ updates: updates.map(base64), strict }))
  const { status, stdout, stderr, error } = spawnSync(program, {
    input: `${input.join('\n')}\n`,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  })
  if (error) throw error
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`)
  const lines = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Replayed)
  if (lines.length !== notes.length)
    throw new Error(`${notes.length} notes went in, ${lines.length} came out`)
  return lines
}

function base64(update: Uint8Array): string {
  return Buffer.from(update).toString('base64')
}
