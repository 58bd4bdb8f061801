/** Offers that are not accepted. */
import {
  agentReady,
  enqueue,
  expect,
  expectNotice,
  offerCard,
  takeChat,
  test,
  visit,
  widget,
} from './support/test';

test('a declined contact goes to a colleague', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  await visit(world, { name: 'Maria', text: 'hello' });
  await expect(offerCard(anna)).toBeVisible();
  const bo = await agentReady(world, 'bo', 'zh');
  await anna.locator('body').press('Escape');
  await expect(offerCard(anna)).toHaveCount(0);
  await takeChat(bo, 'Maria');
  await expect(anna.getByText('Ready for the next contact')).toBeVisible();
});

test('a customer who leaves while it rings: the card goes, with a word', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const customer = await visit(world, { name: 'Maria', text: 'hello' });
  await expect(offerCard(anna)).toBeVisible();
  await expect(anna).toHaveTitle(/New contact: Maria/);
  await widget(customer).getByRole('button', { name: 'End chat' }).click();
  await widget(customer).getByRole('button', { name: 'Really end it?' }).click();
  await expect(offerCard(anna)).toHaveCount(0);
  await expectNotice(anna, 'Maria is no longer waiting.');
  await expect(anna).toHaveTitle('Desk · callcenter');
});

test('of several offers in a low window each can be answered', async ({ world }) => {
  await enqueue(world, { name: 'Maria', text: 'hello' });
  await enqueue(world, { name: 'Omar', text: 'hello too' });
  const anna = await agentReady(world, 'anna');
  await anna.setViewportSize({ width: 1366, height: 420 });
  await expect(offerCard(anna)).toHaveCount(2);
  const second = offerCard(anna).nth(1);
  await second.getByRole('button', { name: /^Accept/ }).click();
  await expect(offerCard(anna)).toHaveCount(1);
  await expect(anna.locator('[data-transcript]')).toContainText('hello');
});

test.describe('with short deadlines', () => {
  test.use({ times: { offer_timeout_s: 6 } });

  test('two missed offers: not ready, told why, one click back', async ({ world }) => {
    await enqueue(world, { name: 'Maria', text: 'hello' });
    await enqueue(world, { name: 'Omar', text: 'hello too' });
    const anna = await agentReady(world, 'anna');
    await expectNotice(anna, 'The offer from Maria ran out');
    await expect(anna.getByText('You missed contacts, so nothing new is offered.')).toBeVisible();
    await expect(anna.getByRole('button', { name: 'Status: Missed contacts' })).toBeVisible();
    await anna.getByRole('button', { name: 'Go ready' }).first().click();
    await expect(anna.getByRole('button', { name: 'Status: Ready' })).toBeVisible();
  });
});

test('the next status waits for the end of the work in hand', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  await visit(world, { name: 'Maria', text: 'hello' });
  await takeChat(anna, 'Maria');
  await anna.getByRole('button', { name: 'Status: Ready' }).click();
  await anna.getByRole('menuitem', { name: 'Break' }).click();
  const status = anna.getByRole('button', { name: /^Status:/ });
  await expect(status).toContainText('Break');

  await anna.getByRole('button', { name: 'Profile of Anna Berg' }).click();
  await anna.getByRole('button', { name: 'Log out' }).click();
  await anna.getByRole('button', { name: 'Log out after this work' }).click();
  await expect(status).toContainText('then Logged out');
  await anna.getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('combobox', { name: 'Outcome of the contact' }).click();
  await anna.getByTitle('Sale made').click();
  await anna.keyboard.press('Control+Enter');
  await expect(anna.getByRole('heading', { name: 'Log in' })).toBeVisible();
  const kept = await anna.evaluate(() =>
    Object.keys(localStorage).filter((key) => key.startsWith('cc:user:')),
  );
  expect(kept).toEqual([]);
});
