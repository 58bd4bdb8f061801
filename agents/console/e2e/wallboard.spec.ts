/** The screen on the wall, over the real server. */
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible';
import {
  agentReady,
  complaintsOf,
  expect,
  logIn,
  openPage,
  secondsIn,
  takeChat,
  test,
  visit,
  type World,
} from './support/test';

const tile = (page: Page, queue: string) => page.locator(`[data-tile="${queue}"]`);
const figure = (page: Page, queue: string, name: string) =>
  tile(page, queue).locator(`[data-figure="${name}"] dd`);

async function atTheWall(world: World, address = '/wallboard', language = 'en'): Promise<Page> {
  const page = await world.newPage();
  await logIn(page, 'ada');
  await page.evaluate((own) => localStorage.setItem('cc:pref:language', JSON.stringify(own)), language);
  await page.goto(address);
  await expect(page.locator('[data-tile]').first()).toBeVisible();
  return page;
}

/** What does not fit is cut or scrolled: neither can be read from afar. */
async function expectAllInSight(page: Page): Promise<void> {
  const cut = await page.evaluate(() => {
    const wall = document.querySelector('[data-wallboard]');
    const parts = [
      ...document.querySelectorAll('[data-wallboard] :is(dt, dd, h2, header, footer, section > div)'),
    ];
    const isCut = ({ scrollWidth, clientWidth }: Element) => scrollWidth > clientWidth + 1;
    const found = parts.filter((part) => part.clientWidth && isCut(part)).map((part) => part.textContent);
    const inner = [...document.querySelectorAll('[data-tile] > div')];
    const isHigh = ({ scrollHeight, clientHeight }: Element) => scrollHeight > clientHeight + 1;
    return [
      ...found,
      ...[wall, ...inner].filter((part) => part && isHigh(part)).map((part) => part?.textContent),
    ];
  });
  expect(cut).toEqual([]);
}

test.describe('with waits that are soon late', () => {
  test.use({ times: { amber_after_s: 8 } });

  test('figures follow a waiting chat; the queue in trouble stands first', async ({ world }) => {
    const page = await world.newPage();
    const complaints = complaintsOf(page);
    await logIn(page, 'sam');
    await openPage(page, 'Wallboard');
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Wallboard');
    await expect(page.getByRole('navigation', { name: 'Pages', exact: true })).toHaveCount(0);
    await expect(figure(page, 'sales', 'waiting')).toHaveText('0');
    await expect(tile(page, 'sales')).toContainText('Nobody waits');
    await expect(figure(page, 'sales', 'ready')).toHaveText('0');
    await visit(world, { name: 'Maria', text: 'hello' });
    await expect(figure(page, 'sales', 'waiting')).toHaveText('1');
    await expect(page.locator('[data-totals] [data-figure="waiting"] dd')).toHaveText('1');
    const seconds = async () => secondsIn(await figure(page, 'sales', 'longest').innerText());
    const before = await seconds();
    await expect.poll(seconds).toBeGreaterThan(before);
    await expect(tile(page, 'sales')).toContainText(/Late|Too long/);
    await expect(page.locator('[data-tile]').first()).toHaveAttribute('data-tile', 'sales');

    const anna = await agentReady(world, 'anna');
    await takeChat(anna, 'Maria');
    await expect(figure(page, 'sales', 'waiting')).toHaveText('0');
    await expect(figure(page, 'sales', 'talking')).toHaveText('1');
    await expect(figure(page, 'sales', 'answered')).toHaveText('1');
    await expect(page.locator('[data-people] [data-figure="talking"] dd')).toHaveText('1');

    await page.keyboard.press('f');
    await expect.poll(() => page.evaluate(() => document.fullscreenElement !== null)).toBe(true);
    await page.getByRole('button', { name: 'Leave full screen' }).click();
    await expect(page.getByRole('button', { name: 'Full screen', exact: true })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(page.locator('[data-queue]').first()).toBeVisible();
    await page.getByRole('main').getByRole('link', { name: 'Wallboard' }).click();
    await expect(tile(page, 'sales')).toBeVisible();
    expect(complaints).toEqual([]);
  });
});

test('chosen queues, in Chinese, at every size, with and without somebody waiting', async ({ world }) => {
  await visit(world, { name: 'Maria', text: 'hello' });
  const page = await atTheWall(world, '/wallboard?queues=support,nowhere,sales', 'zh-CN');
  const complaints = complaintsOf(page);
  await expect(page.locator('[data-tile]')).toHaveCount(2);
  await expect(page.getByRole('note').filter({ hasText: 'nowhere' })).toContainText('不在您负责的队列中');
  await expect(tile(page, 'sales').getByRole('heading')).toHaveText('销售咨询');
  await expect(tile(page, 'support')).toContainText('无人等待');
  await expect(figure(page, 'sales', 'waiting')).toHaveText('1');
  await page.goto('/wallboard');
  await expect(figure(page, 'sales', 'waiting')).toHaveText('1');
  for (const [width, height] of [
    [1366, 768],
    [1920, 1080],
    [3840, 2160],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expectAllInSight(page);
    const size = await figure(page, 'sales', 'waiting').evaluate((one) =>
      parseFloat(getComputedStyle(one).fontSize),
    );
    expect(size / height).toBeGreaterThan(0.06);
    await page.screenshot({ path: test.info().outputPath(`wallboard-${height}.png`) });
  }
  expect(complaints).toEqual([]);
});

test('anybody can read it; a lost connection is told with the age of the figures', async ({ world }) => {
  const page = await atTheWall(world);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expectAccessible(page, 'wallboard');
  const status = page.locator('[data-wallboard] [role="status"]');
  await expect(status).toHaveText('Live');
  await world.server.kill();
  await expect(status).toContainText('Connection lost.');
  await expect(status).toContainText(/Figures of \d\d:\d\d:\d\d, \d+:\d\d old/);
  await expectAccessible(page, 'an old wallboard');
  await world.server.run();
  await expect(status).toHaveText('Live');
});

test('an agent has no wallboard', async ({ world }) => {
  const anna = await world.newPage();
  await logIn(anna, 'anna');
  await anna.goto('/wallboard');
  await expect(anna).toHaveURL(/\/desk$/);
  await expect(anna.getByRole('banner')).toBeVisible();
});
