import { useCallback, useMemo, useState } from 'react'
import { DoctorSheet } from '../features/doctor/DoctorSheet'
import { AskSheet } from '../features/join/AskSheet'
import { InviteNearby } from '../features/join/InviteNearby'
import { InviteSheet } from '../features/join/InviteSheet'
import { JoinSheet } from '../features/join/JoinSheet'
import { NearbyCard } from '../features/join/NearbyCard'
import { Links } from '../features/note/Links'
import { NotePane } from '../features/note/NotePane'
import { NotesList } from '../features/notes-list/NotesList'
import { Notices } from '../features/notices/Notices'
import { AddPeerSheet } from '../features/peers/AddPeerSheet'
import { AsideSheet } from '../features/people/AsideSheet'
import { MembersSheet } from '../features/people/MembersSheet'
import { SettingsSheet } from '../features/settings/SettingsSheet'
import { LeaveSheet } from '../features/spaces/LeaveSheet'
import { MoveSheet } from '../features/spaces/MoveSheet'
import { SpaceSheet, type SpaceTask } from '../features/spaces/SpaceSheet'
import type { Nearby, SpaceRow } from '../ipc/backend'
import { m } from '../shared/messages'
import { deviceLabel } from '../shared/names'
import { useStore } from '../shared/store'
import css from './App.module.css'
import { Footer } from './Footer'
import { Header } from './Header'
import { LiveRegion, useSpoken, useVoice } from './LiveRegion'
import { mayWrite } from './mayWrite'
import { Here, NoNote, Page } from './Page'
import { Sidebar } from './Sidebar'
import { settings } from './settings'
import { useShortcuts } from './useShortcuts'
import type { WindowModel } from './WindowModel'

type OpenSheet =
  | 'invite'
  | 'ticket'
  | 'join'
  | 'peer'
  | 'doctor'
  | 'space'
  | 'leave'
  | 'move'
  | 'members'
  | 'aside'
  | 'settings'
  | null

/** The window of one space: the only place that puts features together. */
export function Window({ model, space }: { model: WindowModel; space: SpaceRow }) {
  const overview = useStore(model.overview)
  const open = useStore(model.open)
  const rows = useStore(model.rows)
  const members = useStore(model.members)
  const notices = useStore(model.notices)
  const inviting = useStore(model.inviting)
  const nearby = useStore(model.nearby)
  const notNow = useStore(model.notNow)
  const voice = useVoice()
  const [listHidden, setListHidden] = useState(settings.listHidden)
  const [sheet, setSheet] = useState<OpenSheet>(null)
  const [asked, setAsked] = useState<Nearby | null>(null)
  const [task, setTask] = useState<SpaceTask>('new')
  const [asking, setAsking] = useState(false)

  const session = open?.session ?? null
  const offline = overview?.offline ?? false
  const closeSheet = () => setSheet(null)
  const loadAside = useCallback(() => model.backend.setAside(space.id), [model, space.id])
  const backToText = useCallback(() => session?.focus(), [session])
  const openNote = useCallback(
    (id: string) => {
      if (model.open.get()?.id === id) backToText()
      else model.openNote(id)
    },
    [model, backToText],
  )

  const toggleList = useCallback(() => {
    settings.setListHidden(!listHidden)
    setListHidden(!listHidden)
  }, [listHidden])
  const shortcuts = useMemo(
    () => ({
      newNote: () => void model.newNote(),
      toggleList,
      switchRegion: () => switchRegion(backToText),
    }),
    [model, backToText, toggleList],
  )
  const askLeaving = useCallback(() => model.backend.leaving(space.id), [model, space.id])
  useShortcuts(shortcuts, sheet === null && !asking)
  // One sheet may have led to another.
  const sheetClosed = () => {
    if (sheet === null) backToText()
  }
  const invite = () => setSheet(space.role === 'owner' ? 'invite' : 'ticket')
  const menuClosed = () => {
    if (sheet === null) backToText()
  }
  const ask = (from: Nearby) => {
    setSheet(null)
    setAsked(from)
    setAsking(true)
  }
  // Who shares nothing yet is told without looking; others find it where they would join.
  const alone = overview?.spaces.length === 1 && members.every(({ self }) => self)
  const card = alone && sheet === null && !asking ? nearby.find(({ id }) => !notNow.has(id)) : undefined
  const places = (overview?.spaces ?? []).filter(each => each.id !== space.id && mayWrite(each))
  // Of a new note nothing is stored yet that could be moved.
  const movable = mayWrite(space) && places.length > 0 && rows.some(({ id }) => id === open?.id)
  const newest = notices.at(-1)
  useSpoken(voice, 'notice', String(newest?.key), newest?.message ?? null)

  return (
    <div className={css.window} data-list={listHidden ? 'hidden' : 'shown'}>
      <Sidebar
        spaces={overview?.spaces ?? []}
        space={space}
        onSpace={id => void model.chooseSpace(id)}
        onTask={next => {
          setTask(next)
          setSheet('space')
        }}
        onMembers={() => setSheet('members')}
        onLeave={() => setSheet('leave')}
        onMenuClosed={menuClosed}
        members={members}
        rows={rows}
        open={open}
        offline={offline}
        invited={nearby.length > 0}
        hidden={listHidden}
      >
        <NotesList
          rows={rows}
          open={open?.id ?? null}
          shared={space.role !== null && members.some(({ self, role }) => !self && role !== null)}
          mayWrite={mayWrite(space)}
          onOpen={openNote}
          onNew={shortcuts.newNote}
          onLeave={backToText}
        />
      </Sidebar>
      <Page session={session}>
        <Header
          listHidden={listHidden}
          onToggleList={toggleList}
          offline={offline}
          onOffline={next => void model.setOffline(next)}
          onInvite={invite}
          onJoin={() => setSheet('join')}
          onAddPeer={() => setSheet('peer')}
          onMove={movable ? () => setSheet('move') : null}
          onSettings={() => setSheet('settings')}
          onClosed={menuClosed}
        >
          {session && <Here session={session} />}
        </Header>
        {session ? <NotePane key={`note-${session.key}`} session={session} /> : <NoNote />}
        {session ? (
          <Footer
            key={`footer-${session.key}`}
            session={session}
            model={model}
            voice={voice}
            onCheck={() => setSheet('doctor')}
            onAside={() => setSheet('aside')}
          />
        ) : (
          <footer className={css.foot} />
        )}
        {session && <Links session={session} />}
        <Notices notices={notices} onDismiss={key => model.notices.dismiss(key)}>
          {card !== undefined && (
            <NearbyCard from={card} onAsk={() => ask(card)} onNotNow={() => model.decline(card.id)} />
          )}
        </Notices>
      </Page>

      <InviteNearby
        open={sheet === 'invite'}
        space={space}
        me={overview === null ? '' : deviceLabel(overview)}
        inviting={inviting}
        backend={model.backend}
        onTicket={() => {
          void model.backend.closeInvitation()
          setSheet('ticket')
        }}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <AskSheet
        open={asking}
        from={asked}
        backend={model.backend}
        onJoined={joined => void model.joined(joined)}
        onClose={() => setAsking(false)}
        onClosed={backToText}
      />
      <InviteSheet
        open={sheet === 'ticket'}
        space={space}
        members={members}
        invite={(role, minutes) => model.backend.invite(space.id, role, minutes)}
        save={model.backend.saveTicket}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <JoinSheet
        open={sheet === 'join'}
        nearby={nearby}
        onAsk={ask}
        join={ticket => model.backend.join(ticket)}
        files={model.backend}
        onJoined={joined => void model.joined(joined)}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <MembersSheet
        open={sheet === 'members'}
        space={space}
        members={members}
        offline={offline}
        onInvite={invite}
        onRole={(device, role) => model.backend.changeRole(space.id, device, role)}
        onRecover={key => model.recover(key)}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <AsideSheet
        open={sheet === 'aside'}
        owner={space.role === 'owner'}
        load={loadAside}
        takeIn={device => model.backend.takeIn(space.id, device)}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <SpaceSheet
        open={sheet === 'space'}
        task={task}
        name={space.name}
        onNew={(name, recovery) => model.newSpace(name, recovery)}
        onRename={name => model.renameSpace(name)}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <LeaveSheet
        open={sheet === 'leave'}
        space={space}
        ask={askLeaving}
        leave={agreed => model.leaveSpace(space, agreed)}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <MoveSheet
        open={sheet === 'move'}
        spaces={places}
        move={to => model.moveNote(to)}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <AddPeerSheet
        open={sheet === 'peer'}
        listening={overview?.listening ?? []}
        addPeer={address => model.backend.addPeer(address)}
        onAdded={() => model.notices.say(m.peer.added)}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <SettingsSheet
        open={sheet === 'settings'}
        backend={model.backend}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <DoctorSheet
        open={sheet === 'doctor'}
        diagnose={model.backend.diagnose}
        onAddress={() => setSheet('peer')}
        onClose={closeSheet}
        onClosed={sheetClosed}
      />
      <LiveRegion voice={voice} />
    </div>
  )
}

/** From the text to the open note's row, and back. */
function switchRegion(backToText: () => void): void {
  const list = document.getElementById('notes')
  if (list === null || list.hidden || list.contains(document.activeElement)) return backToText()
  list.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus()
}
