/**
 * A short fuzz for a page: whoever drives the browser calls `runFuzz(seed, operations)` and waits for the outcome. Every
 * second episode runs in real editor views. `npm run build:webkit-fuzz` writes the script; then open test/webkit/fuzz.html.
 */
import { episodes } from '../fuzz/run'

/** What a run came to: counts, or the first fault with the seed that repeats it. */
export type Outcome =
  | {
      ok: true
      operations: number
      mountedOperations: number
      lost: number
      divergences: number
      caretChecks: number
    }
  | { ok: false; fault: string }

declare global {
  interface Window {
    runFuzz: (seed: number, operations: number) => Promise<Outcome>
  }
}

window.runFuzz = async (seed, operations) => {
  try {
    let outcome: Outcome = { ok: false, fault: 'nothing was run' }
    for (const tally of episodes({ seed, operations, mountEvery: 2 })) {
      const { mountedOperations, lost, divergences, caretChecks } = tally
      outcome = { ok: true, operations: tally.operations, mountedOperations, lost, divergences, caretChecks }
      // The page stays alive in between: observers report, and a driver can look.
      await new Promise(resolve => setTimeout(resolve))
    }
    return outcome
  } catch (error) {
    return { ok: false, fault: describe(error) }
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `: ${describe(error.cause)}`
  return `${error.message}${cause}`
}

document.body.dataset.ready = 'true'
