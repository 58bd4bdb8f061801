/** Browser to browser over a real Asterisk: a customer calls from a page, an agent answers in the console. */
import type { Browser, Page, WebSocketRoute } from '@playwright/test';
import { Asterisk } from './support/asterisk';
import { configure } from './support/configuration';
import { deskWords, expectCall, wrapUpToTheEnd } from './support/desk';
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
    ) => { open(): void; close(): void; dial(to: string, by: object): { state: string } };
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

/** Where a phone is, an administrator says. */
async function givePhone(browser: Browser, name: string): Promise<void> {
  const admin = await pageOf(browser, server, '/');
  await logIn(admin, 'ada');
  await admin.goto('/users');
  await admin.getByRole('button', { name, exact: true }).click();
  await admin.getByRole('combobox', { name: 'Phone' }).fill('browser');
  await admin.getByRole('button', { name: 'Save' }).click();
  await expectNotice(admin, name);
  await admin.context().close();
}

/** Somebody whose phone connects by itself; its sockets can be cut. */
async function withPhone(browser: Browser, username: string) {
  const page = await pageOf(browser, server, '/');
  await page.context().grantPermissions(['microphone']);
  const sockets: WebSocketRoute[] = [];
  await page.routeWebSocket(/phone\/sockets/, (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
  await logIn(page, username);
  await expect(page.locator('[data-phone]')).toHaveAttribute('data-phone', 'ready');
  return { page, sockets };
}

let asterisk: Asterisk;
let server: Server;

test.beforeAll(async () => {
  asterisk = await Asterisk.start();
  server = await Server.start({
    times: {},
    chatsPerMinute: 30,
    ariPort: asterisk.ariPort,
    trunkPort: asterisk.phonesPort,
  });
});

test.afterAll(async () => {
  await server.stop();
  await asterisk.stop();
});

test.describe.configure({ mode: 'serial' });

test('a customer calls from a page and an agent answers in the browser', async ({ browser }) => {
  await test.step('an administrator gives Anna a phone in the browser', () =>
    givePhone(browser, 'Anna Berg'));

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
    await wrapUpToTheEnd(agent, deskWords.en);
  });

  await agent.context().close();
  await shop.context().close();
  expect(complaints).toEqual([]);
});

test('a supervisor listens; a cut line, a customer who hangs up, a call placed, a log-out', async ({
  browser,
}) => {
  await givePhone(browser, 'Sam Okafor');
  await configure({ server, newPage: () => pageOf(browser, server, '/') }, ({ telephony }) => {
    telephony.connections.push({ id: 'asterisk', control_url: 'http://127.0.0.1:8088' });
    telephony.outbound.connection = 'asterisk';
  });
  const { page: agent, sockets } = await withPhone(browser, 'anna');
  const { page: sam } = await withPhone(browser, 'sam');
  const complaints = [complaintsOf(agent), complaintsOf(sam)];
  // She was ready before, and comes back within the grace, or after it.
  const isReady = agent.locator('header button[data-tone="ready"]');
  await expect(isReady.or(agent.getByRole('button', { name: 'Go ready' }))).toBeVisible();
  if (!(await isReady.isVisible())) await goReady(agent);
  const shop = await pageOf(browser, server, '/demo');
  await shop.context().grantPermissions(['microphone']);
  await callFromPage(shop);
  await widget(shop).getByRole('button', { name: '2', exact: true }).click();
  await offerCard(agent)
    .getByRole('button', { name: /Accept/ })
    .click();
  await expectCall(agent, 'talking');

  const side = sam.getByRole('complementary');
  const listen = side.getByRole('button', { name: 'Listen', exact: true });
  await test.step('a supervisor listens from the browser', async () => {
    await sam.getByRole('button', { name: 'Support' }).click();
    await side
      .getByRole('row', { name: /In conversation/ })
      .getByRole('button', { name: 'Why?' })
      .click();
    await listen.click();
    const ringing = sam.getByRole('alertdialog', { name: 'Your phone rings' });
    await expect(ringing).toContainText('The call you want to listen to.');
    await ringing.getByRole('button', { name: 'Answer' }).click();
    await expect(listen).toHaveAttribute('aria-pressed', 'true');
    await expect(side.getByText('Your phone rings: pick up.')).toHaveCount(0);
    await expectToHear(sam);
  });

  await test.step('a cut line is made again, and who talks goes on talking', async () => {
    const before = sockets.length;
    await sockets.at(-1)?.close({ code: 3001, reason: 'cut' });
    await expect.poll(() => sockets.length).toBeGreaterThan(before);
    await expect(agent.locator('[data-phone]')).toHaveAttribute('data-phone', 'ready');
    await expectCall(agent, 'talking');
    await expectToHear(agent);
    await expectToHear(shop);
  });

  await test.step('the customer hangs up first: the listening ends with the call', async () => {
    await widget(shop).getByRole('button', { name: 'Hang up' }).click();
    await expect(agent.getByText('Wrap-up: the customer ended the conversation')).toBeVisible();
    await expect(listen).toHaveCount(0);
    await expect.poll(() => asterisk.channels()).toEqual([]);
    await wrapUpToTheEnd(agent, deskWords.en);
  });

  await test.step('a call is placed: the own phone rings here, then the customer is called', async () => {
    await agent.keyboard.press('Alt+d');
    const pad = agent.getByRole('dialog', { name: 'Place a call' });
    await pad.getByRole('textbox').fill('030 765 43 21');
    await pad.getByRole('button', { name: 'Call', exact: true }).click();
    const ringing = agent.getByRole('alertdialog', { name: 'Your phone rings' });
    await expect(ringing).toContainText('Your own call: pick up to go on.');
    await ringing.getByRole('button', { name: 'Answer' }).click();
    await expectCall(agent, 'talking');
    await agent.getByRole('button', { name: /Hang up/ }).click();
    await wrapUpToTheEnd(agent, deskWords.en);
    await expect.poll(() => asterisk.channels()).toEqual([]);
  });

  await test.step('a phone dials nothing by itself: only the engine places calls', async () => {
    const tab = await agent.context().newPage();
    await tab.goto('/demo');
    await tab.addScriptTag({ url: '/widget-phone.js' });
    const seen = await tab.evaluate(async () => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await fetch('/api/v1/phone', { method: 'POST', headers, body: '{}' });
      const opened = (await answer.json()) as { name: string; secret: string; socket_path: string };
      const socketUrl = `ws://${location.host}${opened.socket_path}`;
      return new Promise<string[]>((resolve) => {
        const states: string[] = [];
        let call: { state: string } | undefined;
        const line = window.ccPhone?.(
          { name: opened.name, secret: opened.secret, socketUrl, iceServers: [] },
          {
            onState: (state: string) => {
              if (state !== 'open' || call) return;
              call = line?.dial('+49307654321', { microphone: '', speaker: '' });
            },
            onCall: () => undefined,
            onClosed: () => undefined,
            onChange: () => {
              if (!call) return;
              states.push(call.state);
              if (call.state !== 'ended') return;
              line?.close();
              resolve(states);
            },
          },
        );
        line?.open();
      });
    });
    expect(seen).not.toContain('talking');
    expect(await asterisk.channels()).toEqual([]);
    await tab.close();
  });

  await test.step('logged out, her phone is gone', async () => {
    await agent.getByRole('button', { name: 'Profile of' }).click();
    await agent.getByRole('button', { name: 'Log out' }).click();
    const agents = async () => (await asterisk.phones()).filter((name) => name.startsWith('agent-'));
    await expect.poll(agents).toHaveLength(1);
  });

  await test.step('the listening is on record', async () => {
    const admin = await pageOf(browser, server, '/');
    await logIn(admin, 'ada');
    await admin.goto('/audit?action=call_listened');
    await expect(admin.locator('tr[data-audit]')).toHaveCount(1);
    await expect(admin.locator('tr[data-audit]')).toContainText('Sam Okafor');
  });
  expect(complaints.flat()).toEqual([]);
});
