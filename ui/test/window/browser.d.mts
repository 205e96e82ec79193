import type { Page } from 'playwright-core'

export interface PageOptions {
  width?: number
  height?: number
  theme?: 'light' | 'dark'
  motion?: 'reduce' | 'no-preference'
}

/** A page with the errors its console has shown. */
export type WindowPage = Page & { troubles: string[] }

export interface WindowBrowser {
  page(scenario: string, options?: PageOptions): Promise<WindowPage>
  close(): Promise<void>
}

export function openBrowser(): Promise<WindowBrowser>
