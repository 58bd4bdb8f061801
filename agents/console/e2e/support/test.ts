/** What every spec starts from: an own server, people who log in, customers who write. */
import {
  test as base,
  expect,
  type Browser,
  type BrowserContextOptions,
  type Locator,
  type Page,
} from '@playwright/test';
import { Sink } from './mail';
import { PASSWORD, type Mood, type Server } from './server';
import { Fleet } from './fleet';
import { SoftPbx } from './softpbx';

export interface World {
  server: Server;
  /** A page of an own browser profile, as of another person on another machine. */
  newPage: (options?: BrowserContextOptions) => Promise<Page>;
  /** The phone system, started when it is first asked for. */
  pbx: () => Promise<SoftPbx>;
  /** The mail server that takes what goes out, started when it is first asked for. */
  sink: () => Promise<Sink>;
}

export const test = base.extend<Mood & { world: World }, { fleet: Fleet }>({
  times: [{}, { option: true }],
  /** New chats an address may start; for those who start many. */
  chatsPerMinute: [30, { option: true }],
  holiday: [undefined, { option: true }],
  fleet: [
    // eslint-disable-next-line no-empty-pattern -- the runner reads from the pattern what a fixture needs
    async ({}, use) => {
      const fleet = new Fleet();
      await use(fleet);
      await fleet.stop();
    },
    { scope: 'worker' },
  ],
  world: async ({ browser, fleet, times, chatsPerMinute, holiday }, use) => {
    const server = await fleet.take({ times, chatsPerMinute, holiday });
    let pbx: Promise<SoftPbx> | undefined;
    let sink: Promise<Sink> | undefined;
    try {
      await use({
        server,
        newPage: (options) => newPage(browser, server.url, options),
        pbx: () => (pbx ??= SoftPbx.start(server)),
        sink: () => (sink ??= Sink.start(server)),
      });
      await Promise.all(browser.contexts().map((context) => context.close()));
      await (await pbx)?.stop();
      await (await sink)?.stop();
    } finally {
      fleet.giveBack(server);
    }
  },
});

/** Without motion, so that a page looks as it will look as soon as it says so; what it announces is kept. */
async function newPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: url, reducedMotion: 'reduce', ...options });
  await context.addInitScript(keepNotices);
  return context.newPage();
}

declare global {
  interface Window {
    noticesShown: string[];
  }
}

export function keepNotices(): void {
  window.noticesShown = [];
  const note = ({ target, addedNodes }: MutationRecord) => {
    if (!(target instanceof Element) || target.getAttribute('role') !== 'status') return;
    for (const { textContent } of addedNodes) window.noticesShown.push(textContent ?? '');
  };
  new MutationObserver((records) => records.forEach(note)).observe(document, {
    subtree: true,
    childList: true,
  });
}

/** Notices go away by themselves: it counts that one was shown since it was last asked for, not that it is there still. */
export async function expectNotice(page: Page, text: string | RegExp): Promise<void> {
  const one = text instanceof RegExp ? expect.stringMatching(text) : expect.stringContaining(text);
  await expect.poll(() => page.evaluate(() => window.noticesShown)).toContainEqual(one);
  await page.evaluate(() => window.noticesShown.splice(0));
}

export { expect };

/** What a page complained about; the content security policy speaks here too. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    const isExpected = /401|Failed to load resource|WebSocket connection/.test(message.text());
    if (message.type() === 'error' && !isExpected) complaints.push(message.text());
  });
  return complaints;
}

const words = {
  en: { username: 'User name', password: 'Password', logIn: 'Log in', goReady: 'Go ready' },
  zh: { username: '用户名', password: '密码', logIn: '登录', goReady: '开始接待' },
};
export type Tongue = keyof typeof words;

/** As a person does it, from the log-in page on. */
export async function logInByHand(page: Page, username: string, tongue: Tongue = 'en'): Promise<void> {
  const said = words[tongue];
  await page.goto('/');
  await page.getByLabel(said.username, { exact: true }).fill(username);
  await page.getByLabel(said.password, { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: said.logIn, exact: true }).click();
  await expect(page.locator('[data-link="open"]')).toBeVisible();
}

/** The quick way for all who are not about logging in: the session first, then the page. */
export async function logIn(page: Page, username: string): Promise<void> {
  const { origin } = new URL((await page.request.get('/healthz')).url());
  const answer = await page.request.post('/api/v1/session', {
    data: { username, password: PASSWORD },
    headers: { Origin: origin },
  });
  expect(answer.status()).toBe(200);
  await page.goto('/');
  await expect(page.locator('[data-link="open"]')).toBeVisible();
}

export async function goReady(page: Page, tongue: Tongue = 'en'): Promise<void> {
  await page.getByRole('button', { name: words[tongue].goReady }).click();
  await expect(page.locator('header button[data-tone="ready"]')).toBeVisible();
}

/** An agent at an own machine, ready for contacts. */
export async function agentReady(world: World, username: string, tongue: Tongue = 'en'): Promise<Page> {
  const page = await world.newPage(tongue === 'zh' ? { locale: 'zh-CN' } : {});
  await logIn(page, username);
  await goReady(page, tongue);
  return page;
}

/** A page of the header, or of its "More" where there is no room for all. */
export async function openPage(page: Page, name: string): Promise<void> {
  const pages = page.getByRole('navigation', { name: /^(Pages|页面)$/ });
  const link = pages.getByRole('link', { name, exact: true });
  await expect(pages.getByRole('link').first()).toBeVisible();
  // Where there is not room for all, a link that was there a moment ago may stand under "More" now.
  await expect(async () => {
    if (!(await link.isVisible())) await pages.getByRole('button', { name: /^(More|更多)/ }).click();
    await link.click({ timeout: 2_000 });
  }).toPass();
}

/** Of a duration as the pages write it. */
export function secondsIn(text: string): number {
  const [, minutes, seconds] = /(\d+):(\d\d)/.exec(text) ?? [];
  return Number(minutes) * 60 + Number(seconds);
}

export const offerCard = (page: Page): Locator => page.locator('[data-offer]');
export const transcript = (page: Page): Locator => page.locator('[data-transcript]');
export const widget = (page: Page): Locator => page.locator('[data-callcenter-widget]');

const shop = {
  en: {
    open: 'Chat with us',
    name: 'Your name',
    email: 'E-mail (optional)',
    text: 'How can we help?',
    start: 'Start chat',
  },
  zh: {
    open: '在线咨询',
    name: '您的称呼',
    email: '邮箱（选填）',
    text: '请描述您的问题',
    start: '开始咨询',
  },
};

export interface Visitor {
  name: string;
  email?: string;
  text: string;
  tongue?: Tongue;
}

/** A visitor of the shop page who fills in the form and starts a chat. */
export async function visit(world: World, visitor: Visitor): Promise<Page> {
  const tongue = visitor.tongue ?? 'en';
  const page = await world.newPage(tongue === 'zh' ? { locale: 'zh-CN' } : {});
  await page.goto('/demo');
  await startChat(page, visitor);
  return page;
}

export async function startChat(page: Page, { name, email, text, tongue = 'en' }: Visitor): Promise<void> {
  const said = shop[tongue];
  const box = widget(page);
  await box.getByRole('button', { name: said.open }).click();
  await box.getByLabel(said.name).fill(name);
  if (email) await box.getByLabel(said.email).fill(email);
  await box.getByLabel(said.text).fill(text);
  await box.getByRole('button', { name: said.start }).click();
  await expect(box.getByRole('log')).toContainText(text);
}

/** Writes in the widget. */
export async function customerSays(page: Page, text: string): Promise<void> {
  await widget(page).locator('form.write textarea').fill(text);
  await widget(page).locator('form.write textarea').press('Enter');
}

/** A customer without a page: quicker, where only the contact matters. */
export async function enqueue(
  { server }: World,
  { name, text, tongue = 'en' }: Visitor,
  widgetId = 'demo',
): Promise<void> {
  const answer = await fetch(`${server.url}/api/v1/chat/widgets/${widgetId}/contacts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, email: '', language: tongue, text }),
  });
  expect(answer.status).toBe(201);
}

/** Offer, accept: the conversation is open on the agent's page. */
export async function takeChat(agent: Page, name: string): Promise<void> {
  await expect(offerCard(agent)).toContainText(name);
  await offerCard(agent)
    .getByRole('button', { name: /Accept|接起/ })
    .click();
  await expect(agent.locator('[data-conversation] h2')).toContainText(name);
}

/** What the company knows of a customer, put in by the administrator. */
export async function putProfile(world: World, profile: Record<string, unknown>): Promise<void> {
  const page = await world.newPage();
  await logIn(page, 'ada');
  const answer = await page.request.put(`${world.server.url}/api/v1/profiles`, {
    data: profile,
    headers: { Origin: world.server.url },
  });
  expect(answer.status()).toBe(200);
  await page.context().close();
}

/** Through the wrap-up of what is open, by keyboard. */
export async function finishWrapUp(agent: Page, disposition: string): Promise<void> {
  await agent.getByRole('combobox', { name: 'Outcome of the contact' }).click();
  await agent.getByTitle(disposition).click();
  await agent.keyboard.press('Control+Enter');
  await expect(agent.getByRole('combobox', { name: 'Outcome of the contact' })).toHaveCount(0);
}
