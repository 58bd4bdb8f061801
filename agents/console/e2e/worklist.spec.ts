/** Several things in hand at once: what is unread is known, after F5 as well. */
import { agentReady, customerSays, expect, takeChat, test, visit } from './support/test';

test('several chats: what is unread is counted, survives F5, and is read by opening it', async ({
  world,
}) => {
  const agent = await agentReady(world, 'anna');
  const maria = await visit(world, { name: 'Maria', text: 'first question' });
  await takeChat(agent, 'Maria');
  await visit(world, { name: 'Bela', text: 'another question' });
  await takeChat(agent, 'Bela');
  await customerSays(maria, 'are you there?');
  await customerSays(maria, 'hello?');
  const row = agent.getByRole('button', { name: /Maria/ });
  await expect(row.getByLabel('2 unread messages')).toBeVisible();

  await agent.reload();
  await expect(row.getByLabel('2 unread messages')).toBeVisible();
  await expect(row).toContainText('hello?');
  await expect(agent.locator('[data-conversation] h2')).toContainText('Bela');
  await row.click();
  await expect(agent.locator('[data-transcript]')).toContainText('hello?');
  await expect(row.getByLabel(/unread/)).toHaveCount(0);
});
