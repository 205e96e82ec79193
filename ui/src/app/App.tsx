import { Tooltip } from '@base-ui/react/tooltip'
import { useState } from 'react'
import { Button } from '../shared/Button'
import { Mark } from '../shared/Mark'
import { m } from '../shared/messages'
import { reason } from '../shared/reason'
import { useStore } from '../shared/store'
import css from './App.module.css'
import { Window } from './Window'
import type { WayIn, WindowModel } from './WindowModel'

export function App({ model }: { model: WindowModel }) {
  const space = useStore(model.space)
  const failure = useStore(model.failure)

  if (failure !== null) return <Closed model={model} why={failure.why} way={failure.way} />
  if (space === null) return <Alone text={m.app.loading} />
  return (
    <Tooltip.Provider delay={500}>
      <Window model={model} space={space} />
    </Tooltip.Provider>
  )
}

/** Before there is anything to show, and when there is a reason why there never will be. */
function Alone({ text, children }: { text: string; children?: React.ReactNode }) {
  return (
    <main className={css.alone}>
      <Mark size={40} />
      <output>{text}</output>
      {children}
    </main>
  )
}

interface ClosedProps {
  model: WindowModel
  why: string
  way: WayIn | null
}

/** The notes could not be opened. A headless Skein that holds them can be asked to let go; a key store may answer now. */
function Closed({ model, why, way }: ClosedProps) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const takeOver = async () => {
    setBusy(true)
    setError(null)
    try {
      await model.takeOver()
    } catch (failure) {
      setError(reason(failure))
      setBusy(false)
    }
  }
  return (
    <Alone text={m.app.closed(error ?? why)}>
      {way !== null && (
        <Button look="primary" disabled={busy} onClick={() => void takeOver()}>
          {busy ? m.app.takingOver : m.app[way]}
        </Button>
      )}
    </Alone>
  )
}
