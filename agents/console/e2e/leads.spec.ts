/** Interest heard in a chat comes to an agent who sells as a task, is spoken about, and is won by a colleague. */
import { expectAccessible } from './support/accessible';
import {
  agentReady,
  complaintsOf,
  expect,
  expectNotice,
  finishWrapUp,
  logIn,
  offerCard,
  startChat,
  test,
} from './support/test';

const INTEREST = '五十把紫砂壶，酒店用';

test('interest becomes a lead, comes to an agent, and is won', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const complaints = complaintsOf(anna);
  const customer = await world.newPage();
  await customer.goto('/demo');
  await startChat(customer, { name: '王芳', email: '', text: '我的包裹在哪里？' });
  await offerCard(anna).getByRole('button', { name: 'Accept' }).click();

  const panel = anna.getByRole('region', { name: 'Leads' });
  await panel.getByRole('button', { name: 'Make a lead' }).click();
  const dialog = anna.getByRole('dialog');
  await dialog.getByLabel('What the customer is interested in').fill(INTEREST);
  await dialog.getByLabel('Number to call').fill('+86 138 0000 0000');
  await dialog.getByRole('button', { name: 'Make a lead' }).click();
  await expectNotice(anna, 'Lead 1 is made');
  await expect(panel.locator('li[data-stage="new"]')).toContainText(INTEREST);

  await offerCard(anna).getByRole('button', { name: 'Accept' }).click();
  await expect(anna.locator('[data-conversation="task"]')).toContainText('•••• 0000');
  await expect(anna.getByRole('region', { name: 'Notes of colleagues' })).toContainText(INTEREST);
  const lead = panel.locator('li[data-lead="1"]');
  await expect(lead).toContainText('this contact is about it');
  await lead.getByRole('button', { name: 'Spoken with' }).click();
  await dialog.getByLabel('Comes back at').fill('2099-01-01T09:00');
  await dialog.getByRole('button', { name: 'Spoken with' }).click();
  await expectNotice(anna, 'does not fit');
  await dialog.getByLabel('Comes back at').fill('');
  await dialog.getByLabel('What was said').fill('要报价');
  await dialog.getByRole('button', { name: 'Spoken with' }).click();
  await expect(lead).toHaveAttribute('data-stage', 'contacted');
  await expectAccessible(anna, 'a lead beside its task', ['light']);

  const bo = await world.newPage({ locale: 'zh-CN' });
  await logIn(bo, 'bo');
  await bo.goto('/leads');
  await bo.getByRole('button', { name: INTEREST }).click();
  const side = bo.locator('aside [data-lead]');
  await expect(side).toContainText('要报价');
  await side.getByText('要报价').hover();
  await expectAccessible(bo, 'leads', ['light', 'dark']);
  const asked = bo.getByRole('dialog');
  await side.getByRole('button', { name: '负责', exact: true }).click();
  await expect(asked.getByLabel('负责人')).toBeVisible();
  await asked.getByRole('button', { name: '负责', exact: true }).click();
  await expect(side.locator('dl')).toContainText('薄一宁');
  await expect(asked).toHaveCount(0);
  await side.getByRole('button', { name: '成交', exact: true }).click();
  await asked.getByLabel('沟通内容').fill('四十把，五月交货');
  await asked.getByRole('button', { name: '成交' }).click();
  await expect(side).toHaveAttribute('data-stage', 'won');
  await bo.getByText('已结束', { exact: true }).click();
  await expect(bo.locator('tr[data-stage="won"]')).toContainText('薄一宁');
  await expect(panel.locator('li[data-stage="won"]')).toBeVisible();
  await anna.getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('combobox', { name: 'Outcome of the contact' }).click();
  await anna.getByTitle('Interested in more').click();
  await expect(anna.getByText('The notes become a lead')).toBeVisible();
  await finishWrapUp(anna, 'Sale made');
  expect(complaints).toEqual([]);
});
