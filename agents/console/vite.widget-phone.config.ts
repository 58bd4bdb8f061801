import { defineConfig } from 'vite';

/** The phone of the widget: dist/widget-phone.js, loaded by dist/widget.js when a visitor wants to call. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2020',
    emptyOutDir: false,
    lib: {
      entry: 'src/widget-phone/main.ts',
      name: 'ccWidgetPhone',
      formats: ['iife'],
      fileName: () => 'widget-phone.js',
    },
  },
});
