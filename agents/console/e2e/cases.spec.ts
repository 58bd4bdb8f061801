/** A complaint from a chat to the customer's yes: departments, a return, a solution that is none, and one that is. */
import { expectAccessible } from './support/accessible';
import { atTheCases, ELSEWHERE, openCase, take } from './support/cases';
import { agentReady, complaintsOf, expect, expectNotice, offerCard, startChat, test } from './support/test';

const SUBJECT = '茶壶到货时壶嘴破裂';

test('a complaint goes through departments until the customer agrees', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const complaints = complaintsOf(anna);
  const customer = await world.newPage();
  await customer.goto('/demo');
  await startChat(customer, { name: '王芳', email: '', text: '茶壶壶嘴破裂' });
  await offerCard(anna).getByRole('button', { name: 'Accept' }).click();

  const panel = anna.getByRole('region', { name: 'Cases' });
  await panel.getByRole('button', { name: 'Open a case' }).click();
  const dialog = anna.getByRole('dialog');
  await dialog.getByLabel('In one line').fill(SUBJECT);
  await dialog.getByLabel('What happened, in the customer’s words').fill('收到包裹时壶嘴已经破裂。');
  await dialog.getByRole('button', { name: 'Open a case' }).click();
  await expectNotice(anna, 'Case 1 is open.');
  await expect(panel.locator('[data-state="received"]')).toContainText(SUBJECT);

  const care = await atTheCases(world, 'bo');
  await openCase(care, SUBJECT);
  await take(care, 'Acknowledge', 'acknowledged');
  await take(care, 'Classify', 'classified', { 'What it is about': 'Service' });
  await take(care, 'Assign', 'assigned', { 'To which department': 'Service' });

  const service = await atTheCases(world, 'chen');
  await openCase(service, SUBJECT);
  await take(service, 'Return', ELSEWHERE, { 'Why it goes back': '这是产品质量问题' });
  await expect(care.locator('aside [data-case]')).toHaveAttribute('data-state', 'returned');
  await take(care, 'Assign', 'assigned', { 'To which department': 'Products' });

  const product = await atTheCases(world, 'du');
  await openCase(product, SUBJECT);
  await take(product, 'Take', 'assigned');
  const solution = { 'Root cause': 'The product', 'The solution': '寄送新茶壶' };
  await take(product, 'Propose a solution', 'proposed', solution);
  await expect(product.getByRole('button', { name: 'Customer agrees' })).toHaveCount(0);
  await expectAccessible(product, 'a case', ['light']);

  const told = panel.locator('li[data-state="proposed"]');
  await expect(told).toContainText('寄送新茶壶');
  await told.getByLabel('What the customer says').fill('新茶壶也破了');
  await told.getByRole('button', { name: 'Customer does not agree' }).click();
  await expect(panel.locator('li[data-state="reopened"]')).toContainText('Re-opened 1×');

  await expect(product.locator('aside [data-case]')).toHaveAttribute('data-state', 'reopened');
  await take(product, 'Propose a solution', 'proposed', { 'The solution': '全额退款' });
  await expect(told).toContainText('全额退款');
  await told.getByRole('button', { name: 'Customer agrees' }).click();
  await expect(panel.locator('li[data-state="closed_accepted"]')).toBeVisible();
  await expect(product.locator('aside [data-step]')).toHaveCount(11);
  expect(complaints).toEqual([]);
});
