/** Browser to browser over a real Asterisk: a customer calls from a page, an agent answers in the console. */
import type { Browser, Page } from '@playwright/test';
import { Asterisk } from './support/asterisk';
import { Server } from './support/server';
import {
  complaintsOf,
  expect,
  expectNotice,
  goReady,
  keepNotices,
  logIn,
  offerCard,
  test,
  widget,
} from './support/test';

test.use({
  actionTimeout: 30_000,
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
      // A microphone that beeps, and audio over loopback where nothing else is.
      '--use-fake-device-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      '--allow-loopback-in-peer-connection',
    ],
  },
});

declare global {
  interface Window {
    connections: RTCPeerConnection[];
    ccPhone?: (
      account: object,
      listener: object,
    ) => { open(): void; close(): void; dial(to: string, by: object): object };
  }
}

function keepConnections(): void {
  window.connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      window.connections.push(this);
    }
  };
}

async function pageOf(browser: Browser, server: Server, path: string, tongue = 'en-US'): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url, reducedMotion: 'reduce', locale: tongue });
  await context.addInitScript(keepNotices);
  await context.addInitScript(keepConnections);
  const page = await context.newPage();
  await page.goto(path);
  return page;
}

/** What the newest call of a page has heard so far: how loud, all in all. */
const heard = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const reports = await window.connections.at(-1)?.getStats();
    let energy = 0;
    reports?.forEach((one: { type: string; totalAudioEnergy?: number }) => {
      if (one.type === 'inbound-rtp') energy = one.totalAudioEnergy ?? 0;
    });
    return energy;
  });

async function expectToHear(page: Page): Promise<void> {
  const before = await heard(page);
  await expect.poll(() => heard(page)).toBeGreaterThan(before + 0.0005);
}

async function callFromPage(shop: Page): Promise<void> {
  const box = widget(shop);
  if (await box.getByRole('button', { name: 'Chat with us' }).isVisible())
    await box.getByRole('button', { name: 'Chat with us' }).click();
  await box.getByRole('button', { name: 'Call us from this page' }).click();
  await expect(box.locator('.call-status')).toHaveText('Connected: you can speak now');
}

let asterisk: Asterisk;
let server: Server;

test.beforeAll(async () => {
  asterisk = await Asterisk.start();
  server = await Server.start({ times: {}, chatsPerMinute: 30, ariPort: asterisk.ariPort });
});

test.afterAll(async () => {
  await server.stop();
  await asterisk.stop();
});

test('a customer calls from a page and an agent answers in the browser', async ({ browser }) => {
  await test.step('an administrator gives Anna a phone in the browser', async () => {
    const admin = await pageOf(browser, server, '/');
    await logIn(admin, 'ada');
    await admin.goto('/users');
    await admin.getByRole('button', { name: 'Anna Berg', exact: true }).click();
    await admin.getByRole('combobox', { name: 'Phone' }).fill('browser');
    await admin.getByRole('button', { name: 'Save' }).click();
    await expectNotice(admin, 'Anna Berg');
    await admin.context().close();
  });

  const agent = await pageOf(browser, server, '/');
  const complaints = complaintsOf(agent);
  const phone = agent.locator('[data-phone]');
  await test.step('without a phone she does not become ready; the page says why before it asks for the microphone', async () => {
    await logIn(agent, 'anna');
    await expect(phone).toHaveAttribute('data-phone', 'off');
    await agent.getByRole('button', { name: 'Go ready' }).click();
    await expectNotice(agent, 'Your phone in the browser is not connected');
    await phone.click();
    await expect(agent.getByText('Connecting the phone asks for your microphone')).toBeVisible();
    await agent.context().grantPermissions(['microphone']);
    await agent.getByRole('button', { name: 'Connect the phone' }).click();
    await expect(phone).toHaveAttribute('data-phone', 'ready');
    await agent.keyboard.press('Escape');
    await goReady(agent);
  });

  await test.step('a second tab does not take the phone', async () => {
    const tab = await agent.context().newPage();
    await tab.goto('/desk');
    await expect(tab.locator('[data-phone]')).toHaveAttribute('data-phone', 'otherTab');
    await tab.close();
    await expect(phone).toHaveAttribute('data-phone', 'ready');
  });

  const shop = await pageOf(browser, server, '/demo');
  await shop.context().grantPermissions(['microphone']);
  await test.step('the call rings, is accepted at the desk, and both hear each other', async () => {
    await callFromPage(shop);
    await widget(shop).getByRole('button', { name: '2', exact: true }).click();
    await expect(offerCard(agent)).toContainText('Support');
    await offerCard(agent)
      .getByRole('button', { name: /Accept/ })
      .click();
    await expect(agent.getByRole('button', { name: /Hold/ })).toBeEnabled();
    await expectToHear(agent);
    await expectToHear(shop);
  });

  await test.step('on hold the customer hears music, then the agent again', async () => {
    await agent.getByRole('button', { name: /Hold/ }).click();
    await expect(agent.getByRole('button', { name: /Resume/ })).toBeEnabled();
    await expectToHear(shop);
    await agent.getByRole('button', { name: /Resume/ }).click();
    await expect(agent.getByRole('button', { name: /Hold/ })).toBeEnabled();
    await expectToHear(agent);
  });

  await test.step('the agent hangs up', async () => {
    await agent.getByRole('button', { name: /Hang up/ }).click();
    await expect(widget(shop).locator('.call-status')).toHaveText('The call has ended');
    await expect.poll(() => asterisk.channels()).toEqual([]);
  });

  expect(complaints).toEqual([]);
});
