/** What an agent works with beside the words: who it is, handing on, canned replies, notes, keys. */
import {
  agentReady,
  complaintsOf,
  expect,
  finishWrapUp,
  offerCard,
  putProfile,
  takeChat,
  test,
  transcript,
  visit,
  widget,
} from './support/test';

const maria = { name: 'Maria Santos', email: 'maria@example.com', text: 'My cup arrived with a crack' };

test('who it is, at the offer and beside the conversation', async ({ world }) => {
  await putProfile(world, { address: maria.email, tier: 'vip', region: 'north', has_open_complaint: true });
  const agent = await agentReady(world, 'anna');
  await visit(world, maria);
  await expect(offerCard(agent)).toContainText('Open complaint');
  await expect(offerCard(agent)).toContainText('VIP');
  await expect(offerCard(agent)).toContainText('First contact');
  await expect(offerCard(agent)).toContainText('To you: Products and orders 7');
  await takeChat(agent, maria.name);
  const context = agent.getByRole('complementary', { name: 'Context' });
  await expect(context).toContainText('Open complaint');
  await agent.keyboard.press('Escape');
  await agent.getByRole('button', { name: 'End', exact: true }).click();
  await agent.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  await finishWrapUp(agent, 'Information given');

  await visit(world, { ...maria, text: 'Me again' });
  await expect(offerCard(agent)).toContainText('Information given · Anna Berg');
  await takeChat(agent, maria.name);
  await expect(context.getByLabel('Earlier contacts')).toContainText('Information given · Anna Berg');
});

test('handed on with a note: the next agent has what was said and what was noted', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const complaints = complaintsOf(anna);
  const customer = await visit(world, maria);
  await takeChat(anna, maria.name);
  await anna.getByRole('textbox', { name: maria.name }).fill('I ask a colleague');
  await anna.keyboard.press('Enter');
  const bo = await agentReady(world, 'bo', 'zh');
  await anna.getByRole('textbox', { name: 'Notes', exact: true }).fill('Crack is 3 cm long');
  await anna.reload();
  await expect(anna.getByRole('textbox', { name: 'Notes', exact: true })).toHaveValue('Crack is 3 cm long');

  await anna.getByRole('button', { name: 'Hand on' }).click();
  const dialog = anna.getByRole('dialog', { name: 'Hand Maria Santos on' });
  await expect(dialog.getByRole('radio', { name: /Support/ })).toBeEnabled();
  await dialog.getByText('To an agent').click();
  await dialog.getByLabel('Find an agent').fill('薄');
  await dialog.getByText('薄一宁').click();
  await expect(dialog.getByLabel('Note for whoever is next')).toHaveValue('Crack is 3 cm long');
  await dialog.getByRole('button', { name: 'Hand on' }).click();
  await expect(anna.getByRole('combobox', { name: 'Outcome of the contact' })).toBeVisible();
  await expect(anna.getByLabel('Notes for colleagues')).toHaveValue('');

  await takeChat(bo, maria.name);
  await expect(transcript(bo)).toContainText('I ask a colleague');
  await expect(bo.getByLabel('同事备注')).toContainText('Crack is 3 cm long');
  await bo.getByRole('textbox', { name: maria.name }).fill('我来帮您');
  await bo.keyboard.press('Enter');
  await expect(widget(customer).getByRole('log')).toContainText('我来帮您');
  await finishWrapUp(anna, 'Information given');
  expect(complaints).toEqual([]);
});

test('canned replies: by a slash, of the queue, filled in', async ({ world }) => {
  const agent = await agentReady(world, 'anna');
  const customer = await visit(world, maria);
  await takeChat(agent, maria.name);
  const box = agent.getByRole('textbox', { name: maria.name });
  await box.pressSequentially('/');
  const list = agent.getByRole('listbox', { name: 'Canned replies' });
  await expect(list.getByRole('option')).toHaveCount(4);
  await expect(list).not.toContainText('Restart the device');
  await agent.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await box.pressSequentially('greet');
  await agent.keyboard.press('Enter');
  await expect(box).toHaveValue('Hello Maria Santos, this is Anna Berg. How can I help?');
  await agent.keyboard.press('Enter');
  await expect(widget(customer).getByRole('log')).toContainText('this is Anna Berg. How can I help?');
});

test('by keyboard alone: accept, next, palette, hand on, help', async ({ world }) => {
  const agent = await agentReady(world, 'anna');
  await visit(world, { name: 'Ann', text: 'one' });
  await expect(offerCard(agent)).toContainText('Ann');
  await agent.keyboard.press('Enter');
  await expect(agent.locator('[data-conversation] h2')).toContainText('Ann');
  await visit(world, { name: 'Ben', text: 'two' });
  await expect(offerCard(agent)).toContainText('Ben');
  await agent.keyboard.press('Alt+Enter');
  await expect(agent.locator('[data-conversation] h2')).toContainText('Ben');
  await agent.keyboard.press('Alt+ArrowDown');
  await expect(agent.locator('[data-conversation] h2')).toContainText('Ann');

  await agent.keyboard.press('Control+k');
  const find = agent.getByRole('combobox', { name: 'What do you want to do?' });
  await find.fill('open ben');
  await agent.keyboard.press('Enter');
  await expect(agent.locator('[data-conversation] h2')).toContainText('Ben');
  await agent.keyboard.press('Control+k');
  await find.fill('hand on');
  await agent.keyboard.press('Enter');
  await expect(agent.getByRole('dialog', { name: 'Hand Ben on' })).toBeVisible();
  await agent.keyboard.press('Escape');
  await expect(agent.getByRole('dialog', { name: 'Hand Ben on' })).toHaveCount(0);

  await agent.locator('main').click({ position: { x: 700, y: 300 } });
  await agent.keyboard.press('?');
  await expect(agent.getByRole('dialog', { name: 'Keyboard' })).toContainText('Put aside, and take up again');
});
