import { useEffect, useRef, useState } from 'react'
import type { Backend } from '../../ipc/backend'

interface Drops {
  /** The web view gave the file to the page. */
  onFile: (file: File) => void
  /** Rust has it: WebKitGTK gives the page none. */
  onDropped: () => void
}

/** Takes a file that is dropped anywhere on the window, while the component stands there; whether one hovers. */
export function useFileDrop(subscribe: Backend['subscribe'], drops: Drops): boolean {
  const [over, setOver] = useState(false)
  const take = useRef(drops)
  useEffect(() => {
    take.current = drops
  })
  useEffect(() => {
    const heard = subscribe(event => {
      if (event.kind !== 'drag') return
      setOver(event.state === 'over')
      if (event.state === 'dropped') take.current.onDropped()
    })
    return () => void heard.then(stop => stop())
  }, [subscribe])
  useEffect(() => {
    const hover = (event: DragEvent) => {
      const { dataTransfer } = event
      if (dataTransfer === null || !dataTransfer.types.includes('Files')) return
      event.preventDefault()
      dataTransfer.dropEffect = 'copy'
      setOver(true)
    }
    const leave = (event: DragEvent) => {
      // Leaving one element for another comes here too.
      if (event.relatedTarget === null) setOver(false)
    }
    const drop = (event: DragEvent) => {
      setOver(false)
      const file = event.dataTransfer?.files[0]
      if (file === undefined) return
      event.preventDefault()
      take.current.onFile(file)
    }
    document.addEventListener('dragover', hover)
    document.addEventListener('dragleave', leave)
    document.addEventListener('drop', drop)
    return () => {
      document.removeEventListener('dragover', hover)
      document.removeEventListener('dragleave', leave)
      document.removeEventListener('drop', drop)
    }
  }, [])
  return over
}
