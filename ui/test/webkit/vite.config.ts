import { defineConfig } from 'vite'

/** The fuzz as one classic script for fuzz.html, which can be opened from the disk. */
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'safari18',
    minify: false,
    rollupOptions: {
      input: 'fuzz.ts',
      output: { format: 'iife', entryFileNames: 'fuzz.js' },
    },
  },
})
