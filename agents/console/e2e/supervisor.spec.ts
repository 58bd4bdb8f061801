/** The supervisor's page, the log and the users page, over the real server. */
import {
  agentReady,
  customerSays,
  expect,
  expectNotice,
  logIn,
  logInByHand,
  openPage,
  secondsIn,
  takeChat,
  test,
  transcript,
  visit,
  widget,
} from './support/test';
import { PASSWORD } from './support/server';

test.describe('with waits that are soon late', () => {
  test.use({ times: { amber_after_s: 8 } });

  test('the board follows what happens on the floor', async ({ world }) => {
    const sam = await world.newPage();
    await logIn(sam, 'sam');
    const sales = sam.locator('[data-queue]', { hasText: 'Sales' });
    await expect(sales.locator('[data-column="waiting"]')).toHaveText('0');
    const anna = await agentReady(world, 'anna');
    const annaRow = sam.locator('tr', { hasText: 'Anna Berg' });
    await expect(annaRow).toContainText('Ready');
    await visit(world, { name: 'Maria', text: 'hello' });
    await expect(sales.locator('[data-column="offered"]')).toHaveText('1');
    await takeChat(anna, 'Maria');
    await expect(sales.locator('[data-column="connected"]')).toHaveText('1');
    await expect(annaRow).toContainText('In conversation');
    await expect(annaRow).toContainText('1/3');

    await anna.getByRole('button', { name: 'Status: Ready' }).click();
    await anna.getByRole('menuitem', { name: 'Meal' }).click();
    await anna.getByRole('button', { name: 'End', exact: true }).click();
    await anna.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
    await expect(annaRow).toContainText('Wrap-up');
    await visit(world, { name: 'Omar', text: 'me too' });
    await expect(sales.locator('[data-column="waiting"]')).toHaveText('1');
    const wait = sales.locator('[data-column="longest"]');
    await expect(wait).toContainText(/\d:\d\d/);
    const seconds = async () => secondsIn(await wait.innerText());
    const before = await seconds();
    await expect.poll(seconds).toBeGreaterThan(before);

    await sam.getByRole('button', { name: 'Sales' }).click();
    const side = sam.getByRole('complementary', { name: 'Sales' });
    await expect(side.locator('tbody tr')).toHaveCount(2);
    await expect(side).toContainText('Anna Berg');
    await side
      .getByRole('row', { name: /Waiting/ })
      .getByRole('button', { name: 'Why?' })
      .click();
    const why = sam.getByRole('complementary', { name: 'Why?' });
    await expect(why).toContainText('in the queue Sales: none of');
    await expect(why.getByRole('listitem').filter({ hasText: 'Anna Berg' })).toBeVisible();
    await why.getByRole('button', { name: 'Back to the queue' }).click();
    await sam.keyboard.press('Escape');
    await expect(side).toHaveCount(0);
    await expect(wait).toContainText('late');
  });
});

test('a supervisor without a connection is told how old the board is', async ({ world }) => {
  const sam = await world.newPage();
  await logIn(sam, 'sam');
  await expect(sam.locator('[data-queue]').first()).toBeVisible();
  await world.server.kill();
  await expect(sam.getByText(/What you see is from/)).toBeVisible();
  await world.server.run();
  await expect(sam.getByText('Connection lost.')).toHaveCount(0);
});

test('a finished contact stands in the log with its transcript', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const maria = await visit(world, { name: 'Maria', email: 'maria@example.com', text: 'hello' });
  await takeChat(anna, 'Maria');
  await customerSays(maria, 'a question');
  await expect(transcript(anna)).toContainText('a question');
  await anna.getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('combobox', { name: 'Outcome of the contact' }).click();
  await anna.getByTitle('Quote sent').click();
  await anna.getByLabel('Notes for colleagues').fill('will order next week');
  await anna.getByRole('button', { name: /^Finish/ }).click();
  await expect(anna.getByText('Ready for the next contact')).toBeVisible();

  await anna.getByRole('link', { name: 'Log' }).click();
  await expect(async () => {
    await anna.getByRole('button', { name: /Refresh|new/ }).click();
    await expect(anna.getByRole('row', { name: /Maria/ })).toContainText('Quote sent', { timeout: 1_000 });
  }).toPass();
  await anna.getByRole('button', { name: 'Maria' }).click();
  const side = anna.getByRole('complementary', { name: 'Maria' });
  for (const text of ['a question', 'maria@example.com', 'will order next week', 'Handled'])
    await expect(side).toContainText(text);
  await expect(side.getByRole('textbox')).toHaveCount(0);
});

test('an administrator adds somebody, resets the password, disables', async ({ world }) => {
  const ada = await world.newPage();
  await logIn(ada, 'ada');
  await openPage(ada, 'Users');
  await ada.getByRole('button', { name: 'Add user' }).click();
  const dialog = ada.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Dana Weber');
  await dialog.getByLabel('User name').fill('dana');
  await dialog.getByLabel('Queues').click();
  await ada.getByTitle('Sales', { exact: true }).click();
  await dialog.getByLabel('Name', { exact: true }).click();
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Add user' }).click();
  await expectNotice(ada, 'Dana Weber can log in now.');

  const dana = await world.newPage();
  await logInByHand(dana, 'dana');
  const row = ada.locator('[data-user="dana"]');
  await row.getByRole('button', { name: 'Reset password' }).click();
  await ada.getByRole('dialog').getByRole('button', { name: 'Set password' }).click();
  await expect(dana.getByText('Your session has ended')).toBeVisible();
  await row.getByRole('button', { name: 'Disable' }).click();
  await ada.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await expect(row).toContainText('Disabled');

  await ada.getByRole('button', { name: 'Add user' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('Another Anna');
  await dialog.getByLabel('User name').fill('anna');
  await dialog.getByLabel('User name').press('Enter');
  await expect(ada.getByText('Somebody already has this user name.')).toBeVisible();
});

test('nobody answers: the widget says where the visitor stands in line', async ({ world }) => {
  const maria = await visit(world, { name: 'Maria', text: 'hello' });
  const omar = await visit(world, { name: 'Omar', text: 'hello', tongue: 'zh' });
  await expect(widget(maria)).toContainText('You are next');
  await expect(widget(omar)).toContainText('您排在第 2 位');
});
