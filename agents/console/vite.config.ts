/// <reference types="vitest/config" />
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = process.env.CC_SERVER ?? 'http://127.0.0.1:8080';

/** The console and the shop page for trying the widget out; the widget itself is vite.widget.config.ts. */
export default defineConfig({
  plugins: [react()],
  server: { proxy: { '/api': { target: server, ws: true } } },
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: { input: ['index.html', 'demo.html'] },
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['src/test-setup.ts'],
    include: ['src/**/*.test.{ts,tsx}'],
    css: false,
    maxWorkers: 1,
    // Generous: other jobs may share the machine, and no test measures how fast it is.
    testTimeout: 30_000,
  },
});
