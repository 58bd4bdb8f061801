/** History: what is searched is found, a contact is told whole, reading is on record. */
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible';
import { agentReady, complaintsOf, expect, logIn, takeChat, test, visit, openPage } from './support/test';

/** One chat by Maria with an address, handled by Anna; the words are the test's. */
async function handledChat(agent: Page, world: Parameters<typeof visit>[0], text: string) {
  await visit(world, { name: 'Maria', email: 'maria@example.com', text });
  await takeChat(agent, 'Maria');
  await agent.getByRole('button', { name: 'End', exact: true }).click();
  await agent.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  await agent.getByRole('combobox', { name: 'Outcome of the contact' }).click();
  await agent.getByTitle('Information given').last().click();
  await agent.keyboard.press('Control+Enter');
  await expect(agent.getByText('Ready for the next contact')).toBeVisible();
}

test('what is searched is found, and told whole', async ({ world }) => {
  const agent = await agentReady(world, 'anna');
  await handledChat(agent, world, 'my cup 退款申请 arrived broken');
  await handledChat(agent, world, 'another question about spoons');

  const page = await world.newPage();
  const complaints = complaintsOf(page);
  await logIn(page, 'ada');
  await page.getByRole('link', { name: 'Log' }).click();
  const rows = page.locator('tr[data-contact]');
  await expect(rows).toHaveCount(2);
  await expect(async () => {
    await page.getByRole('textbox', { name: /^Words/ }).fill('退款');
    await page.getByRole('textbox', { name: /^Words/ }).press('Enter');
    await expect(rows).toHaveCount(1, { timeout: 1_000 });
  }).toPass();
  expect(new URL(page.url()).searchParams.get('text')).toBe('退款');
  await expectAccessible(page, 'search');

  await rows.getByRole('button', { name: 'Maria' }).click();
  const side = page.getByRole('complementary', { name: 'Maria' });
  await expect(side.getByRole('region', { name: 'What happened' })).toContainText('Ended by the agent');
  await expect(side).toContainText('my cup');
  await expectAccessible(page, 'contact');
  await side.getByText('Timeline').click();
  await expect(side).toContainText('spoons');
  await expectAccessible(page, 'timeline');

  await page.reload();
  await expect(rows).toHaveCount(1);
  await expect(side).toContainText('my cup');
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await expect(rows).toHaveCount(2);
  await page.getByRole('textbox', { name: 'Address or number' }).fill('MARIA@example.com');
  await page.getByRole('textbox', { name: 'Address or number' }).press('Enter');
  await expect(page.getByRole('button', { name: 'One customer' })).toBeVisible();
  await expect(rows).toHaveCount(2);
  expect(page.url()).not.toContain('maria');
  await page.goto('/log?text=nowhere');
  await expect(page.getByText('Nothing found')).toBeVisible();

  await page.goto('/log');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export CSV' }).click();
  expect((await saved).suggestedFilename()).toMatch(/^contacts-\d+\.csv$/);

  await openPage(page, 'Audit');
  await expect(page.locator('tr[data-audit]').first()).toBeVisible();
  for (const action of ['Log searched', 'Contact read', 'Log exported', 'Logged in'])
    await expect(page.getByRole('cell', { name: action }).first()).toBeVisible();
  await expectAccessible(page, 'audit');
  await page.goto('/audit?action=log_exported');
  await expect(page.locator('tr[data-audit]')).toHaveCount(1);
  expect(complaints).toEqual([]);
});
