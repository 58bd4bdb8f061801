/** What holds on every page: accessible, inside the window, within the security policy, one contract. */
import { readFileSync, writeFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import openapiTS, { astToString } from 'openapi-typescript';
import { expectAccessible } from './support/accessible';
import {
  agentReady,
  complaintsOf,
  expect,
  logIn,
  offerCard,
  putProfile,
  takeChat,
  test,
  visit,
  widget,
  openPage,
} from './support/test';
import { SUPPORT } from './support/softpbx';

const CONTRACT = new URL('../openapi.json', import.meta.url);
const TYPES = new URL('../src/api/schema.d.ts', import.meta.url);

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const hidden = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(hidden).toBeLessThanOrEqual(0);
}

test('the agent’s pages', async ({ world }) => {
  const page = await world.newPage();
  const complaints = complaintsOf(page);
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'Language' })).toBeVisible();
  await expectAccessible(page, 'log-in');
  await logIn(page, 'anna');
  await expectAccessible(page, 'empty desk');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  await expectAccessible(page, 'help');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Go ready' }).click();
  await putProfile(world, { address: 'max@example.com', tier: 'vip', has_open_complaint: true });
  await visit(world, {
    email: 'max@example.com',
    name: 'Maximiliane Wolkenstein-Trostburg von und zu Hohenlohe-Langen',
    text: 'x'.repeat(300),
  });
  await expect(offerCard(page)).toContainText('Open complaint');
  await expectAccessible(page, 'offer');
  await expectNoSidewaysScroll(page);
  await takeChat(page, 'Maximiliane');
  await expectAccessible(page, 'conversation');
  await expectNoSidewaysScroll(page);
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  await expect(page.getByRole('button', { name: /^Finish/ })).toBeVisible();
  await expectAccessible(page, 'wrap-up');
  await page.getByRole('link', { name: 'Log' }).click();
  await expect(page.getByRole('button', { name: /Maximiliane/ })).toBeVisible();
  await expectAccessible(page, 'log');
  await expectNoSidewaysScroll(page);
  expect(complaints).toEqual([]);
});

test('a call: offered, talking, on hold', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const complaints = complaintsOf(anna);
  const pbx = await world.pbx();
  await pbx.act('dial', { from: '+49301234567', to: SUPPORT });
  await expect(offerCard(anna)).toBeVisible();
  await expectAccessible(anna, 'offered call');
  await offerCard(anna).getByRole('button', { name: 'Accept' }).click();
  await expect(anna.locator('[data-call-state="talking"]')).toBeVisible();
  await expectAccessible(anna, 'call');
  await expectNoSidewaysScroll(anna);
  await anna.getByRole('button', { name: 'Hold' }).click();
  await expect(anna.locator('[data-call-state="held"]')).toBeVisible();
  await expectAccessible(anna, 'call on hold');
  expect(complaints).toEqual([]);
});

test('what opens over the desk', async ({ world }) => {
  const page = await agentReady(world, 'anna');
  await visit(world, { name: 'Maria', text: 'hello' });
  await takeChat(page, 'Maria');
  await page.keyboard.type('/');
  await expect(page.getByRole('listbox', { name: 'Canned replies' })).toBeVisible();
  await expectAccessible(page, 'canned replies');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('listbox', { name: 'Do or find' })).toBeVisible();
  await expectAccessible(page, 'palette');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Hand on' }).click();
  await expect(page.getByRole('radio', { name: /Support/ })).toBeVisible();
  await expectAccessible(page, 'hand on');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog', { name: /^Hand/ })).toHaveCount(0);
});

test('at 200 % zoom nothing is out of reach', async ({ world }) => {
  const page = await world.newPage({ viewport: { width: 683, height: 384 } });
  await logIn(page, 'anna');
  await page.getByRole('button', { name: 'Go ready' }).click();
  await visit(world, { name: 'Maria', email: 'maria@example.com', text: 'hello' });
  await takeChat(page, 'Maria');
  await expectNoSidewaysScroll(page);
  for (const name of [/^Status: Ready/, 'Language: English', 'Profile of Anna Berg', /^End$/])
    await expect(page.getByRole('button', { name })).toBeInViewport({ ratio: 1 });
  await page.getByText('Context', { exact: true }).click();
  await expect(page.getByRole('link', { name: 'maria@example.com' })).toBeInViewport();
  await page.getByText('Work', { exact: true }).click();
  await expect(page.getByRole('button', { name: /Maria/ })).toBeInViewport();
});

test('the supervisor’s page', async ({ world }) => {
  await agentReady(world, 'anna');
  const page = await world.newPage();
  const complaints = complaintsOf(page);
  await logIn(page, 'ada');
  await expect(page.locator('tr', { hasText: 'Anna Berg' })).toContainText('Ready');
  await page.getByRole('button', { name: 'Sales' }).click();
  await expectAccessible(page, 'supervisor');
  await expectNoSidewaysScroll(page);
  await page.getByRole('button', { name: 'Close …' }).click();
  await page.getByLabel('Newcomers are told this').check();
  await expectAccessible(page, 'closing a queue');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Anna Berg' }).click();
  await expect(page.locator('[data-skill]').first()).toBeVisible();
  await expectAccessible(page, 'an agent');
  expect(complaints).toEqual([]);
});

test('the administrator’s pages', async ({ world }) => {
  test.slow();
  const page = await world.newPage();
  const complaints = complaintsOf(page);
  await logIn(page, 'ada');
  await openPage(page, 'Users');
  await expect(page.locator('[data-user]').first()).toBeVisible();
  await expectAccessible(page, 'users');
  await page.getByRole('button', { name: 'Add user' }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await expectAccessible(page, 'new user');
  await expectNoSidewaysScroll(page);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Anna Berg' }).click();
  await expect(page.getByRole('dialog').locator('[data-skill]').first()).toBeVisible();
  await expectAccessible(page, 'a person');
  await page.keyboard.press('Escape');
  await openPage(page, 'Configuration');
  await expect(page.locator('[data-entry]').first()).toBeVisible();
  await expectAccessible(page, 'skills');
  const parts = page.getByRole('navigation', { name: 'Parts of the configuration' }).getByRole('button');
  for (const section of await parts.allInnerTexts()) {
    await page.getByRole('button', { name: section, exact: true }).click();
    await expect(page.getByRole('heading', { level: 2, name: section })).toBeVisible();
    await expectAccessible(page, section, ['light']);
    await expectNoSidewaysScroll(page);
  }
  expect(complaints).toEqual([]);
});

test('more pages than there is room for stand under "More", by keyboard too', async ({ world }) => {
  const page = await world.newPage();
  const complaints = complaintsOf(page);
  await logIn(page, 'ada');
  const pages = page.getByRole('navigation', { name: 'Pages' });
  const more = pages.getByRole('button', { name: 'More' });
  const audit = pages.getByRole('link', { name: 'Audit' });
  await expect(audit).toHaveCount(0);
  await more.focus();
  await page.keyboard.press('Enter');
  await expect(more).toHaveAttribute('aria-expanded', 'true');
  await expectAccessible(page, 'more pages');
  await page.keyboard.press('Escape');
  await expect(audit).toHaveCount(0);
  await expect(more).toBeFocused();
  await page.keyboard.press('Enter');
  await audit.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('tr[data-audit]').first()).toBeVisible();
  await expect(more).toHaveText('More: Audit');
  await expect(audit).toHaveCount(0);
  await expectNoSidewaysScroll(page);

  await page.getByRole('button', { name: /English/ }).click();
  await page.getByRole('menuitem', { name: '简体中文' }).click();
  await page.setViewportSize({ width: 1024, height: 768 });
  await page.getByRole('button', { name: '更多：审计' }).click();
  await expect(page.getByRole('link', { name: '审计' })).toHaveAttribute('aria-current', 'page');
  await expectAccessible(page, '更多', ['light']);
  await page.setViewportSize({ width: 2200, height: 768 });
  await expect(page.getByRole('button', { name: /更多/ })).toHaveCount(0);
  await expect(page.getByRole('link', { name: '审计' })).toBeVisible();
  expect(complaints).toEqual([]);
});

test('other programs: a subscription and a key, shown once', async ({ world }) => {
  const page = await world.newPage();
  const complaints = complaintsOf(page);
  await logIn(page, 'ada');
  await openPage(page, 'Integrations');
  await expect(page.getByText('Nobody is told anything')).toBeVisible();
  await expectAccessible(page, 'integrations, empty');
  await page.getByRole('button', { name: 'New subscription' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('CRM');
  await dialog.getByLabel('Address').fill('https://crm.example/hook');
  await expectAccessible(page, 'new subscription');
  await dialog.getByRole('button', { name: 'New subscription' }).click();
  await expect(page.getByRole('textbox', { name: 'Shown only now' })).toHaveValue(/^whsec_/);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  const row = page.locator('[data-subscription="CRM"]');
  await row.getByRole('button', { name: 'CRM' }).click();
  await expect(dialog.getByText('Nothing was given up')).toHaveCount(2);
  await expectAccessible(page, 'a subscription', ['light']);
  await dialog.getByRole('button', { name: 'Replace the secret' }).click();
  await page
    .getByRole('dialog', { name: 'Replace the secret of CRM?' })
    .getByRole('button', { name: 'Replace the secret' })
    .click();
  await expect(page.getByRole('textbox', { name: 'Shown only now' })).toHaveValue(/^whsec_/);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await row.getByRole('button', { name: 'Pause' }).click();
  await expect(row).toContainText('Paused');
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('BI');
  await page.getByRole('dialog').getByLabel('Queues').click();
  await page.getByTitle('Sales', { exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').getByRole('button', { name: 'New key' }).click();
  await expect(page.getByRole('textbox', { name: 'Shown only now' })).toHaveValue(/^cck_/);
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await expect(page.locator('[data-api-key="BI"]')).toContainText('Never');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expectAccessible(page, 'integrations');
  await expectNoSidewaysScroll(page);
  await page.screenshot({ path: test.info().outputPath('integrations.png') });
  expect(complaints).toEqual([]);
});

test('the shop page and the widget', async ({ world }) => {
  const page = await world.newPage();
  const complaints = complaintsOf(page);
  await page.goto('/demo');
  const check = async (where: string) => {
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(
      found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join()}`),
      where,
    ).toEqual([]);
  };
  await check('shop');
  await widget(page).getByRole('button', { name: 'Chat with us' }).press('Enter');
  await check('form');
  await widget(page).getByLabel('Your name').fill('Maria');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('only by keyboard');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(widget(page).getByRole('log')).toContainText('only by keyboard');
  await check('waiting');
  await page.keyboard.press('Escape');
  await expect(widget(page).getByRole('button', { name: 'Chat with us' })).toBeFocused();
  expect(complaints).toEqual([]);
});

test('the console’s types are those of the contract the server serves', async ({ world }) => {
  const served = await (await fetch(`${world.server.url}/api/v1/openapi.json`)).text();
  if (process.env.CC_SAVE_CONTRACT)
    writeFileSync(CONTRACT, `${JSON.stringify(JSON.parse(served), null, 1)}\n`);
  else {
    const types = astToString(await openapiTS(served, { defaultNonNullable: false }));
    const hasSame = readFileSync(TYPES, 'utf8').endsWith(types);
    expect(hasSame, 'the server’s contract has changed: `npm run contract`').toBe(true);
  }
});
