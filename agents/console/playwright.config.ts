import { defineConfig } from '@playwright/test';

/** Debian's Chromium against the real server; one worker, because the machine has two cores. */
export default defineConfig({
  testDir: 'e2e',
  // Pictures are made on demand: they prove nothing. A bench wants the machine for itself.
  testIgnore: [
    ...(process.env.CC_SCREENS ? [] : ['**/screens*.spec.ts']),
    ...(process.env.CC_BENCH ? [] : ['**/paint.spec.ts']),
    // A real Asterisk: in the stage that has one.
    ...(process.env.CC_ASTERISK ? [] : ['**/phone.spec.ts']),
  ],
  workers: 1,
  // Generous: other jobs may share the machine, and no test measures how fast it is.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: process.env.CI ? 'line' : 'list',
  // Two runs at a time, each emptying its own before it begins.
  outputDir: process.env.CC_ASTERISK ? 'test-results/phone' : 'test-results/pages',
  use: {
    browserName: 'chromium',
    headless: true,
    locale: 'en-US',
    timezoneId: 'Asia/Shanghai',
    viewport: { width: 1366, height: 768 },
    screenshot: 'only-on-failure',
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CC_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
