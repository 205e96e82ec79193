import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { settings } from './app/settings'
import { WindowModel } from './app/WindowModel'
import type { Backend } from './ipc/backend'
import { proveBinaryRoute, tauriBackend } from './ipc/tauriBackend'
import { m } from './shared/messages'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/literata/opsz.css'
import '@fontsource-variable/literata/opsz-italic.css'
import './shared/tokens.css'
import './shared/base.css'

/** The fonts lie on this device; after so long the window comes without them rather than late. Milliseconds. */
const FONTS_MS = 250

/** Faces of the first screen. One letter of each script makes the browser fetch the file for that script. */
const FACES = ['400 17px "Literata Variable"', '600 34px "Literata Variable"', '500 13px "Inter Variable"']

async function start(): Promise<void> {
  settings.setTheme(settings.theme())
  const fonts = Promise.all(FACES.map(face => document.fonts.load(face, 'aé')))
  const [backend] = await Promise.all([chooseBackend(), Promise.race([fonts, pause(FONTS_MS)])])
  const model = new WindowModel(backend.backend)
  model.start()
  createRoot(document.getElementById('root') as HTMLElement).render(
    <StrictMode>
      <App model={model} />
    </StrictMode>,
  )
  // Not needed for the first screen, but before somebody writes Greek or leans a word.
  void document.fonts.load('italic 400 17px "Literata Variable"', 'aé')
  const wrong = await backend.prove()
  if (wrong !== null) model.notices.say(m.notices.slowRoute(wrong))
}

interface Chosen {
  backend: Backend
  /** A sentence about what is wrong with the way to the backend, or nothing. */
  prove: () => Promise<string | null>
}

async function chooseBackend(): Promise<Chosen> {
  // The mode is a constant of the build: in production the branch and all behind it are left out.
  if (import.meta.env.MODE !== 'production') {
    const scenario = new URLSearchParams(location.search).get('fake')
    if (scenario !== null) {
      const { fakeBackend } = await import('./ipc/fake/fakeBackend')
      const backend = fakeBackend(scenario)
      Object.assign(window, { skeinFake: backend.world })
      return { backend, prove: async () => null }
    }
  }
  return { backend: tauriBackend(), prove: proveBinaryRoute }
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}

void start()
