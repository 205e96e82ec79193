/** What this window remembers by itself, on this device only. Losing it loses nothing. */

const PREFIX = 'skein/'

function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value)
  } catch {
    // A profile that cannot store it (quota, policy) simply forgets.
  }
}

export type Theme = 'system' | 'light' | 'dark'

export const settings = {
  theme: (): Theme => {
    const stored = read('theme')
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  },
  /** `public/theme.js` reads the same name before the first paint. */
  setTheme: (theme: Theme) => {
    write('theme', theme)
    if (theme === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme
  },

  listHidden: (): boolean => read('list-hidden') === 'yes',
  setListHidden: (hidden: boolean) => write('list-hidden', hidden ? 'yes' : 'no'),

  /** The note that was open last in a space. */
  lastNote: (space: string): string | null => read(`last-note/${space}`),
  setLastNote: (space: string, note: string) => write(`last-note/${space}`, note),

  lastSpace: (): string | null => read('last-space'),
  setLastSpace: (space: string) => write('last-space', space),
}
