import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [react()],
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  build: {
    // WebKitGTK 2.46 is Safari 18: light-dark() and oklch() stay as they are written.
    target: 'safari18',
    // Read from disk by the application: one request less is worth nothing, a stack trace with lines is.
    sourcemap: true,
    chunkSizeWarningLimit: 1200,
  },
})
