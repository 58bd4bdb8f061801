/** After F5 and in a second tab: draft, open item, scroll and countdown are equal. After a crash: nothing is lost. */
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible';
import { PASSWORD } from './support/server';
import {
  agentReady,
  customerSays,
  expect,
  expectNotice,
  offerCard,
  secondsIn,
  takeChat,
  test,
  transcript,
  visit,
  widget,
} from './support/test';

const composer = (page: Page, name: string) => page.getByRole('textbox', { name: `Message to ${name}` });
const scrollTop = (page: Page) => transcript(page).evaluate((box) => box.scrollTop);

async function secondsOf(page: Page, selector: string): Promise<number> {
  return secondsIn(await page.locator(selector).first().innerText());
}

/** Read in one moment they are a tick apart at most; a busy machine may need several to come to one. */
async function expectSameSeconds(one: Page, other: Page, selector: string): Promise<void> {
  const apart = async () => {
    const [a, b] = await Promise.all([secondsOf(one, selector), secondsOf(other, selector)]);
    return Math.abs(a - b);
  };
  await expect.poll(apart).toBeLessThanOrEqual(1);
}

test('two contacts, F5 and a second tab', async ({ world }) => {
  const first = await agentReady(world, 'anna');
  const maria = await visit(world, { name: 'Maria', text: 'one' });
  await takeChat(first, 'Maria');
  for (let line = 1; line <= 24; line += 1) await customerSays(maria, `line ${line} of a long story`);
  await expect(transcript(first)).toContainText('line 24');
  await visit(world, { name: 'Omar', text: 'two' });
  await takeChat(first, 'Omar');

  await composer(first, 'Omar').fill('for Omar');
  await first.keyboard.press('Alt+ArrowUp');
  await expect(first.getByRole('heading', { name: 'Maria', level: 2 }).first()).toBeVisible();
  await composer(first, 'Maria').fill('for Maria,\nin two lines');
  await first.getByRole('textbox', { name: 'Notes' }).fill('a note');
  await transcript(first).evaluate((box) => box.scrollTo({ top: 200 }));
  await expect(first.getByRole('button', { name: 'To the newest' })).toBeVisible();

  const second = await first.context().newPage();
  await second.goto('/desk');
  await expect(composer(second, 'Maria')).toHaveValue('for Maria,\nin two lines');
  await expect(second.getByRole('textbox', { name: 'Notes' })).toHaveValue('a note');
  await expect
    .poll(async () => Math.abs((await scrollTop(second)) - (await scrollTop(first))))
    .toBeLessThan(2);
  await expectSameSeconds(first, second, '[data-state-timer]');

  await composer(second, 'Maria').fill('written in the second tab');
  await expect(composer(first, 'Maria')).toHaveValue('written in the second tab');
  await second.keyboard.press('Alt+ArrowDown');
  await expect(composer(first, 'Omar')).toHaveValue('for Omar');
  await expect(composer(second, 'Omar')).toHaveValue('for Omar');

  await second.keyboard.press('Alt+ArrowUp');
  await first.reload();
  await expect(composer(first, 'Maria')).toHaveValue('written in the second tab');
  await expect
    .poll(async () => Math.abs((await scrollTop(first)) - (await scrollTop(second))))
    .toBeLessThan(2);
  expect(await scrollTop(first)).toBeGreaterThan(100);
});

test('an offer rings in both tabs, counts down the same, and stops in both when answered', async ({
  world,
}) => {
  const first = await agentReady(world, 'anna');
  const second = await first.context().newPage();
  await second.goto('/log');
  await visit(world, { name: 'Maria', text: 'hello' });
  await expect(offerCard(first)).toBeVisible();
  await expect(offerCard(second)).toBeVisible();
  await expectSameSeconds(first, second, '[data-countdown]');
  await second.reload();
  await expectSameSeconds(first, second, '[data-countdown]');
  await second.locator('body').press('Enter');
  await expect(second).toHaveURL(/\/desk$/);
  await expect(composer(second, 'Maria')).toBeVisible();
  await expect(offerCard(first)).toHaveCount(0);
  await expect(composer(first, 'Maria')).toBeVisible();
});

test('the wrap-up survives F5 and is equal in a second tab', async ({ world }) => {
  const first = await agentReady(world, 'anna');
  const maria = await visit(world, { name: 'Maria', text: 'hello' });
  await takeChat(first, 'Maria');
  await first.getByRole('textbox', { name: 'Notes' }).fill('from the talk');
  await composer(first, 'Maria').fill('not sent in time');
  await widget(maria).getByRole('button', { name: 'End chat' }).click();
  await widget(maria).getByRole('button', { name: 'Really end it?' }).click();

  await expect(first.getByText('the customer ended the conversation')).toBeVisible();
  await first.getByRole('button', { name: 'Move to notes' }).click();
  const notes = (page: Page) => page.getByLabel('Notes for colleagues');
  await expect(notes(first)).toHaveValue('from the talk\nnot sent in time');
  await first.getByRole('combobox', { name: 'Outcome of the contact' }).click();
  await first.getByTitle('Sale made').click();

  const second = await first.context().newPage();
  await second.goto('/desk');
  await expect(notes(second)).toHaveValue('from the talk\nnot sent in time');
  await expect(second.getByTitle('Sale made')).toBeVisible();
  await expectSameSeconds(first, second, '[data-countdown]');

  const before = await secondsOf(first, '[data-countdown]');
  await second.getByRole('button', { name: 'Extend (2 left)' }).click();
  await expect(first.getByRole('button', { name: 'Extend (1 left)' })).toBeVisible();
  expect(await secondsOf(first, '[data-countdown]')).toBeGreaterThan(before + 30);
  await first.reload();
  await expect(notes(first)).toHaveValue('from the talk\nnot sent in time');
  await notes(first).press('Control+Enter');
  await expect(first.getByText('Ready for the next contact')).toBeVisible();
  await expect(second.getByText('Ready for the next contact')).toBeVisible();
});

test('the server is killed in mid-chat and started again: nothing is lost', async ({ world }) => {
  const agent = await agentReady(world, 'anna');
  const customer = await visit(world, { name: 'Maria', text: 'before the crash' });
  await takeChat(agent, 'Maria');
  await composer(agent, 'Maria').fill('answer before the crash');
  await agent.keyboard.press('Enter');
  await expect(widget(customer).getByRole('log')).toContainText('answer before the crash');

  await world.server.kill();
  await expect(agent.getByText('Connection lost.')).toBeVisible();
  await composer(agent, 'Maria').fill('typed while it was down');
  await expect(agent.getByRole('button', { name: 'Send' })).toBeDisabled();
  await expect(agent.getByRole('button', { name: 'End', exact: true })).toBeDisabled();
  await customerSays(customer, 'written while it was down');
  await expect(widget(customer)).toContainText('Sending');

  await world.server.run();
  await expect(agent.getByText('Connection lost.')).toHaveCount(0);
  await expect(transcript(agent)).toContainText('written while it was down');
  await expect(composer(agent, 'Maria')).toHaveValue('typed while it was down');
  await composer(agent, 'Maria').press('Enter');
  await expect(widget(customer).getByRole('log')).toContainText('typed while it was down');
  for (const text of ['before the crash', 'answer before the crash', 'written while it was down'])
    await expect(transcript(agent).getByText(text, { exact: true })).toHaveCount(1);
});

test('a message sent into a dying connection arrives once, by itself', async ({ world }) => {
  const agent = await agentReady(world, 'anna');
  const customer = await visit(world, { name: 'Maria', text: 'hello' });
  await takeChat(agent, 'Maria');
  // The server does it, but the answer is lost on the way: the same key asks again.
  await agent.route('**/messages', async (route) => {
    await route.fetch();
    await route.abort();
    await agent.unroute('**/messages');
  });
  // An aborted request has no response, so the first one seen is that of the second attempt.
  const askedAgain = agent.waitForResponse(
    (response) => response.url().endsWith('/messages') && response.ok(),
  );
  await composer(agent, 'Maria').fill('only once');
  await agent.keyboard.press('Enter');
  await expect(widget(customer).getByText('only once')).toHaveCount(1);
  await expect(agent.locator('[data-outbox]')).toHaveCount(0);
  await askedAgain;
  await expect(transcript(agent).getByText('only once')).toHaveCount(1);
  await expect(widget(customer).getByText('only once')).toHaveCount(1);
});

test('the customer’s page is loaded again in mid-chat', async ({ world }) => {
  const agent = await agentReady(world, 'anna');
  const customer = await visit(world, { name: 'Maria', text: 'hello' });
  await takeChat(agent, 'Maria');
  await composer(agent, 'Maria').fill('an answer');
  await agent.keyboard.press('Enter');
  await expect(widget(customer).getByRole('log')).toContainText('an answer');
  await customer.reload();
  await expect(widget(customer).getByRole('log')).toContainText('an answer');
  await customerSays(customer, 'back again');
  await expect(transcript(agent)).toContainText('back again');
});

test('somebody changes the own password: work goes on, the old one opens nothing more', async ({ world }) => {
  const page = await agentReady(world, 'anna');
  await page.getByRole('button', { name: 'Profile of' }).click();
  await page.getByRole('button', { name: 'Change password' }).click();
  const dialog = page.getByRole('dialog', { name: 'Change password' });
  await expectAccessible(page, 'changing the password', ['light']);
  await dialog.getByLabel('Old password').fill('not this one');
  await dialog.getByLabel('New password', { exact: true }).fill('a long sentence');
  await dialog.getByLabel('New password again').fill('a long sentense');
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText('The two are not the same.');
  await dialog.getByLabel('New password again').fill('a long sentence');
  await page.keyboard.press('Enter');
  await expect(dialog).toContainText('The old password is wrong.');
  await dialog.getByLabel('Old password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await expect(dialog).toHaveCount(0);
  await expectNotice(page, 'Your password is changed.');
  await expect(page.locator('header button[data-tone="ready"]')).toBeVisible();

  const again = async (password: string) =>
    await page.request.post('/api/v1/session', {
      data: { username: 'anna', password },
      headers: { Origin: world.server.url },
    });
  expect((await again(PASSWORD)).status()).toBe(401);
  expect((await again('a long sentence')).status()).toBe(200);
  // Other tests log in at this server as well.
  const back = await page.request.post('/api/v1/session/password', {
    data: { old_password: 'a long sentence', new_password: PASSWORD },
    headers: { Origin: world.server.url },
  });
  expect(back.status()).toBe(204);
});
