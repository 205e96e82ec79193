import { defineConfig } from 'vite'

/** Node bundles of the fuzz and the bench, so that both run without a test runner around them. */
export default defineConfig({
  build: {
    ssr: true,
    outDir: 'dist-fuzz',
    target: 'node20',
    minify: false,
    rollupOptions: { input: { runner: 'test/fuzz/runner.ts', bench: 'test/bench/bench.ts' } },
  },
})
