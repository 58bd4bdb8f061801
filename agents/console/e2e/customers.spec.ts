/** A customer's page: found by whoever is asked about one, shown as far as one may see it, edited by administrators. */
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible';
import { openCase } from './support/cases';
import {
  agentReady,
  complaintsOf,
  expect,
  expectNotice,
  finishWrapUp,
  logIn,
  openPage,
  putProfile,
  takeChat,
  test,
  visit,
  type World,
} from './support/test';

const MARIA = 'maria@example.com';
const SAID = 'my celadon cup arrived broken';
const SUBJECT = 'Cup broken in transit';

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

async function find(page: Page, typed: string, words: { field: string; button: string }): Promise<void> {
  await page.getByRole('textbox', { name: words.field }).fill(typed);
  await page.getByRole('button', { name: words.button, exact: true }).click();
}
const english = { field: 'Number, address or key', button: 'Find' };
const chinese = { field: '号码、地址或标识', button: '查找' };

/** Maria writes, Anna opens a case and her page from the desk, and comes back to finish. */
async function handledChat(world: World): Promise<void> {
  const anna = await agentReady(world, 'anna');
  await visit(world, { name: 'Maria', email: MARIA, text: SAID });
  await takeChat(anna, 'Maria');
  await anna.getByRole('region', { name: 'Cases' }).getByRole('button', { name: 'Open a case' }).click();
  const dialog = anna.getByRole('dialog');
  await dialog.getByLabel('In one line').fill(SUBJECT);
  await dialog.getByLabel('What happened, in the customer’s words').fill(SAID);
  await dialog.getByRole('button', { name: 'Open a case' }).click();
  await expectNotice(anna, 'Case 1 is open.');
  await anna.getByRole('link', { name: 'Customer page' }).click();
  await expect(heading(anna)).toHaveText('Maria');
  await expect(anna.getByText(SUBJECT)).toBeVisible();
  await expect(anna.getByText('Administrators see and edit')).toBeVisible();
  await anna.goBack();
  await anna.getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  await finishWrapUp(anna, 'Information given');
}

/** The log follows what happens; asked again until it tells of it. */
async function expectLastContact(page: Page, refresh: string, outcome: string): Promise<void> {
  await expect(async () => {
    await page.getByRole('button', { name: refresh }).click();
    await expect(page.locator('main ol > li').first()).toContainText(outcome, { timeout: 1_000 });
  }).toPass();
}

test('a supervisor finds a customer, an administrator edits what is known', async ({ world }) => {
  await handledChat(world);

  const sam = await world.newPage();
  const complaints = complaintsOf(sam);
  await logIn(sam, 'sam');
  await openPage(sam, 'Customers');
  await expectAccessible(sam, 'finding a customer');
  await find(sam, 'MARIA@example.com', english);
  await expect(heading(sam)).toHaveText('Maria');
  expect(sam.url()).not.toMatch(/maria/i);
  await expectLastContact(sam, 'Refresh', 'Handled');
  await expect(sam.locator('main ol')).toContainText(SAID);
  await expect(sam.getByText('Administrators see and edit')).toBeVisible();
  await expect(sam.getByRole('button', { name: /profile$/ })).toHaveCount(0);

  await openPage(sam, 'Log');
  await sam.locator('tr[data-contact]').getByRole('button', { name: 'Maria' }).click();
  await sam.getByRole('link', { name: 'Customer page' }).click();
  await expect(heading(sam)).toHaveText('Maria');

  const ada = await world.newPage();
  const said = complaintsOf(ada);
  await logIn(ada, 'ada');
  await ada.goto('/cases');
  await openCase(ada, SUBJECT);
  await ada.getByRole('button', { name: 'Customer page' }).click();
  await expect(heading(ada)).toHaveText('Maria');
  await expect(ada.getByText('Nothing is known of this customer.')).toBeVisible();

  await ada.getByRole('button', { name: 'Add a profile' }).click();
  const dialog = ada.getByRole('dialog');
  const save = dialog.getByRole('button', { name: 'Save' });
  await dialog.getByLabel('Number or address').fill('somebody@example.com');
  await dialog.getByLabel('Tier', { exact: true }).fill('silver');
  await save.click();
  await expect(dialog.getByRole('alert')).toContainText('another customer');
  await dialog.getByLabel('Number or address').fill(MARIA);
  await save.click();
  await expectNotice(ada, 'The profile is stored.');
  const known = ada.getByRole('region', { name: 'Profile' });
  await expect(known).toContainText('silver');

  await ada.getByRole('button', { name: 'Edit the profile' }).click();
  await dialog.getByLabel('E-mail', { exact: true }).fill('nowhere');
  await save.click();
  await expect(dialog.getByText('An e-mail address is like')).toBeVisible();
  await dialog.getByLabel('E-mail', { exact: true }).fill('maria.santos@example.org');
  await putProfile(world, { address: MARIA, tier: 'gold', region: 'north' });
  await save.click();
  await expect(dialog.getByRole('alert').first()).toContainText('Tier is now gold, Region is now north');
  await expect(dialog.getByLabel('E-mail', { exact: true })).toHaveValue('maria.santos@example.org');
  await dialog.getByLabel('Tier', { exact: true }).fill('vip');
  await expectAccessible(ada, 'a profile being edited');
  await save.click();
  await expectNotice(ada, 'The profile is stored.');
  for (const text of ['vip', 'maria.santos@example.org', MARIA]) await expect(known).toContainText(text);
  await expect(ada.getByRole('link', { name: 'Write an e-mail' })).toHaveAttribute(
    'href',
    /^mailto:maria\.santos/,
  );
  await ada.locator('main ol > li').first().getByRole('button').first().click();
  await expect(ada.getByRole('complementary', { name: 'Maria' })).toContainText(SAID);
  await heading(ada).hover();
  await expectAccessible(ada, 'a customer');
  expect([...complaints, ...said]).toEqual([]);
});

test('the same in Chinese, and by key', async ({ world }) => {
  await putProfile(world, { address: MARIA, tier: 'gold', language: 'zh', has_open_complaint: true });
  await handledChat(world);
  const ada = await world.newPage({ locale: 'zh-CN' });
  const complaints = complaintsOf(ada);
  await ada.addInitScript(() => localStorage.setItem('cc:pref:language', JSON.stringify('zh-CN')));
  await logIn(ada, 'ada');
  await openPage(ada, '客户');
  await find(ada, MARIA, chinese);
  const known = ada.getByRole('region', { name: '客户资料' });
  await expect(known).toContainText('gold');
  await expect(known).toContainText('中文');
  await ada.getByRole('button', { name: '编辑资料' }).click();
  const dialog = ada.getByRole('dialog');
  await dialog.getByLabel('等级', { exact: true }).fill('vip');
  await dialog.getByLabel('邮箱', { exact: true }).fill('maria.santos@example.org');
  await dialog.getByRole('button', { name: '保存' }).click();
  await expectNotice(ada, '资料已保存');
  await expect(known).toContainText('vip');
  await expectLastContact(ada, '刷新', '已处理');
  const key = new URL(ada.url()).pathname.split('/')[2] ?? '';
  // Not over a button: its colour would be on its way.
  await heading(ada).hover();
  await expectAccessible(ada, '客户');
  await ada.getByRole('link', { name: '查找其他客户' }).click();
  await find(ada, key, chinese);
  await expect(heading(ada)).toHaveText('Maria');
  expect(complaints).toEqual([]);
});
