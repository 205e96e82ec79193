import { useCallback, useEffect, useState } from 'react'
import type { Backend, Joined, Nearby, Picture, Welcomed } from '../../ipc/backend'
import { Button } from '../../shared/Button'
import { m } from '../../shared/messages'
import { deviceLabel } from '../../shared/names'
import { reason } from '../../shared/reason'
import { Sheet, SheetEnds } from '../../shared/Sheet'
import { Pictures } from './Pictures'
import css from './Pictures.module.css'

export type Asks = Pick<Backend, 'askToJoin' | 'awaitWelcome' | 'openJoined' | 'leaveJoining'>

interface Props {
  open: boolean
  /** Whom to ask; it stays while the sheet fades out. */
  from: Nearby | null
  backend: Asks
  onJoined: (joined: Joined) => void
  onClose: () => void
  onClosed: () => void
}

type Stage =
  | { at: 'asking' }
  | { at: 'pictures'; pictures: Picture[] }
  | { at: 'welcomed'; welcomed: Welcomed }
  | { at: 'opening'; welcomed: Welcomed }
  | { at: 'failed'; why: string }
  | { at: 'left' }

/** Asking somebody nearby to be let in: one exchange for each press. */
export function AskSheet({ open, from, backend, onJoined, onClose, onClosed }: Props) {
  const [stage, setStage] = useState<Stage>({ at: 'asking' })
  const ask = useAsking(backend, setStage)
  const id = open ? from?.id : undefined
  useEffect(() => {
    if (id !== undefined) return ask(id)
  }, [id, ask])

  const close = () => {
    if (stage.at !== 'opening') void backend.leaveJoining()
    onClose()
  }
  const enter = async (welcomed: Welcomed) => {
    setStage({ at: 'opening', welcomed })
    try {
      onJoined(await backend.openJoined())
      onClose()
    } catch (failure) {
      setStage({ at: 'failed', why: m.ask.sentence(reason(failure)) })
    }
  }
  const refuse = () => {
    void backend.leaveJoining()
    setStage({ at: 'left' })
  }
  if (from === null) return null
  return (
    <Sheet
      open={open}
      onClose={close}
      onClosed={onClosed}
      title={title(stage, from)}
      intro={intro(stage, from)}
    >
      {stage.at === 'pictures' && (
        <div className={css.shown} data-testid="shown-pictures">
          <Pictures pictures={stage.pictures} />
        </div>
      )}
      {stage.at === 'welcomed' || stage.at === 'opening' ? (
        <SheetEnds>
          <Button look="line" disabled={stage.at === 'opening'} onClick={refuse}>
            {m.ask.notSaid}
          </Button>
          <Button
            look="primary"
            disabled={stage.at === 'opening'}
            onClick={() => void enter(stage.welcomed)}
            data-testid="ask-open"
          >
            {stage.at === 'opening' ? m.ask.opening : m.ask.open(from.offering)}
          </Button>
        </SheetEnds>
      ) : (
        <SheetEnds note={stage.at === 'pictures' ? m.ask.waiting(from.person) : undefined}>
          <Button look="line" onClick={close}>
            {stage.at === 'failed' || stage.at === 'left' ? m.menu.close : m.menu.cancel}
          </Button>
          {stage.at === 'failed' && (
            <Button look="primary" onClick={() => ask(from.id)}>
              {m.ask.again}
            </Button>
          )}
        </SheetEnds>
      )}
    </Sheet>
  )
}

/** Runs one exchange up to the welcome. Returns what forgets it: whatever comes later belongs to nobody. */
function useAsking(backend: Asks, setStage: (stage: Stage) => void): (id: string) => () => void {
  return useCallback(
    (id: string) => {
      let mine = true
      const show = (stage: Stage) => {
        if (mine) setStage(stage)
      }
      const run = async () => {
        show({ at: 'asking' })
        try {
          const { pictures } = await backend.askToJoin(id)
          show({ at: 'pictures', pictures })
          show({ at: 'welcomed', welcomed: await backend.awaitWelcome() })
        } catch (failure) {
          show({ at: 'failed', why: m.ask.sentence(reason(failure)) })
        }
      }
      void run()
      return () => {
        mine = false
      }
    },
    [backend, setStage],
  )
}

function title(stage: Stage, from: Nearby): string {
  switch (stage.at) {
    case 'asking':
      return m.ask.asking(deviceLabel(from))
    case 'pictures':
      return m.ask.show(from.person)
    case 'welcomed':
    case 'opening':
      return m.ask.says(deviceLabel(from))
    case 'failed':
      return m.ask.failed
    case 'left':
      return m.ask.left
  }
}

function intro(stage: Stage, from: Nearby): string {
  const gives = m.ask.gives(from.person, from.offering)
  switch (stage.at) {
    case 'asking':
      return m.ask.nothing + gives
    case 'pictures':
      return m.ask.pick(deviceLabel(from)) + gives
    case 'welcomed':
    case 'opening':
      return m.ask.confirm(deviceLabel(stage.welcomed), from.offering) + gives
    case 'failed':
      return stage.why
    case 'left':
      return m.ask.discarded(from.person)
  }
}
