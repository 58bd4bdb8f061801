import { defineConfig } from 'vite';

/** One self-contained script for a shop's page: dist/widget.js, added to what vite.config.ts built. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2020',
    emptyOutDir: false,
    lib: { entry: 'src/widget/main.ts', name: 'ccWidget', formats: ['iife'], fileName: () => 'widget.js' },
  },
});
