/** What administrators and supervisors change, and what comes of it: people, configuration, queues. */
import type { Locator, Page } from '@playwright/test';
import { expectAccessible } from './support/accessible';
import { PASSWORD } from './support/server';
import {
  agentReady,
  complaintsOf,
  expect,
  expectNotice,
  goReady,
  logIn,
  logInByHand,
  offerCard,
  takeChat,
  test,
  visit,
  widget,
  openPage,
} from './support/test';

/** Chooses from a list by typing, as by keyboard. */
async function choose(within: Locator, label: string, name: string): Promise<void> {
  await within.getByLabel(label).fill(name);
  await within.getByLabel(label).press('Enter');
}

async function openConfiguration(page: Page, section?: string): Promise<void> {
  await openPage(page, 'Configuration');
  await expect(page.getByRole('navigation', { name: 'Parts of the configuration' })).toBeVisible();
  if (section) await page.getByRole('button', { name: section, exact: true }).click();
}

async function applyDraft(page: Page, note: string): Promise<void> {
  await page.getByRole('button', { name: 'Review and apply …' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Note for the history').fill(note);
  await dialog.getByRole('button', { name: 'Put in force' }).click();
  await expectNotice(page, 'The new configuration is in force.');
}

test('somebody new with skills is offered a chat', async ({ world }) => {
  const ada = await world.newPage();
  const complaints = complaintsOf(ada);
  await logIn(ada, 'ada');
  await openPage(ada, 'Users');
  await ada.getByRole('button', { name: 'Add user' }).click();
  const dialog = ada.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Dana Weber');
  await dialog.getByLabel('User name').fill('dana');
  await dialog.getByLabel('Queues').click();
  await ada.getByTitle('Sales', { exact: true }).click();
  await dialog.getByLabel('Name', { exact: true }).click();
  await dialog.getByRole('combobox', { name: 'Add a skill' }).click();
  await ada.getByTitle('Products and orders').click();
  await dialog.getByLabel('Password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Add user' }).click();
  await expectNotice(ada, 'Dana Weber can log in now.');

  const dana = await world.newPage();
  await logInByHand(dana, 'dana');
  await goReady(dana);
  await visit(world, { name: 'Maria', text: 'a cup, please' });
  await expect(offerCard(dana)).toContainText('Maria');

  await ada.getByRole('button', { name: 'Dana Weber' }).click();
  await dialog.getByLabel('Level of Products and orders').fill('9');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expectNotice(ada, 'Dana Weber is changed.');
  await ada.getByRole('button', { name: 'Dana Weber' }).click();
  await dialog.getByText('What was changed').click();
  await expect(dialog).toContainText('skills: {"products":5} → {"products":9}');
  expect(complaints).toEqual([]);
});

test('a list of skills with an error is refused, mended and rolled back when nobody has them', async ({
  world,
}) => {
  const ada = await world.newPage();
  const complaints = complaintsOf(ada);
  await logIn(ada, 'ada');
  await openConfiguration(ada, 'Skills');
  await ada.getByRole('button', { name: 'Add an entry' }).click();
  const entry = ada.locator('[data-entry]').last();
  await entry.getByLabel('Id').fill('zh');
  await entry.getByLabel('Name in English').fill('French');
  await entry.getByLabel('Name in Chinese').fill('法文');
  await expect(ada.locator('[data-finding="id_repeated"]')).toContainText('the id zh is there twice');
  await ada.getByRole('button', { name: 'Review and apply …' }).click();
  await expect(ada.getByRole('dialog').getByRole('button', { name: 'Put in force' })).toBeDisabled();
  await ada.keyboard.press('Escape');
  await entry.getByLabel('Id').fill('fr');
  await expect(ada.locator('[data-finding="id_repeated"]')).toHaveCount(0);
  await applyDraft(ada, 'we speak French');

  const sam = await world.newPage();
  await logIn(sam, 'sam');
  await sam.getByRole('button', { name: 'Anna Berg' }).click();
  const side = sam.getByRole('complementary', { name: 'Anna Berg' });
  await side.getByRole('combobox', { name: 'Add a skill' }).click();
  await sam.getByTitle('French').click();
  await side.getByRole('button', { name: 'Save skills' }).click();
  await expectNotice(sam, 'The skills hold from now on.');

  await ada.getByRole('button', { name: 'History', exact: true }).click();
  await expect(ada.locator('[data-change="2"]')).toContainText('we speak French');
  const goBack = async () => {
    await ada.locator('[data-change="1"]').getByRole('button').click();
    await ada.getByRole('dialog').getByRole('button', { name: 'Go back to this' }).click();
  };
  await goBack();
  await expectNotice(ada, /the skill fr cannot go while Anna Berg has it/);
  await ada.keyboard.press('Escape');

  await side.getByRole('button', { name: 'Take French away' }).click();
  await side.getByRole('button', { name: 'Save skills' }).click();
  await goBack();
  await expectNotice(ada, /is in force again/);
  await expect(ada.locator('[data-change="3"]')).toContainText('Ada Lind');
  expect(complaints).toEqual([]);
});

test('what is wrong in the YAML is told with its line', async ({ world }) => {
  const ada = await world.newPage();
  await logIn(ada, 'ada');
  await openConfiguration(ada, 'Customer rules');
  const text = ada.getByRole('textbox', { name: 'Configuration as YAML' });
  await expect(text).toHaveValue(/tier = "vip"/);
  await text.fill('customer_rules:\n- when: tier = "vip"\n  credit_s: -1\n');
  await expect(ada.locator('[data-finding="value_invalid"]')).toContainText('Line 3:');
  await text.fill('customer_rules: [\n');
  await expect(ada.locator('[data-finding="yaml_invalid"]')).toContainText('this is not valid YAML');
  await text.fill('customer_rules:\n- when: tier = "vip"\n  credit_s: 60\n');
  await expect(ada.locator('[data-finding]')).toHaveCount(0);
  await applyDraft(ada, 'fewer rules');
});

test('a closed queue tells its newcomers what the supervisor wrote', async ({ world }) => {
  const sam = await world.newPage();
  const complaints = complaintsOf(sam);
  await logIn(sam, 'sam');
  await sam.getByRole('button', { name: 'Sales' }).click();
  const side = sam.getByRole('complementary', { name: 'Sales' });
  await side.getByRole('button', { name: 'Close …' }).click();
  const dialog = sam.getByRole('dialog');
  await dialog.getByLabel('Newcomers are told this').check();
  await dialog.getByLabel('In English').fill('We had a fire. Please come back tomorrow.');
  await dialog.getByLabel('In Chinese').fill('我们这里发生火情，请明天再来。');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expectNotice(sam, 'Closed: Sales');
  await expect(sam.locator('[data-queue]', { hasText: 'Sales' })).toContainText('Closed');

  const maria = await visit(world, { name: 'Maria', text: 'hello' });
  await expect(widget(maria)).toContainText('We had a fire. Please come back tomorrow.');
  const omar = await visit(world, { name: 'Omar', text: '你好', tongue: 'zh' });
  await expect(widget(omar)).toContainText('我们这里发生火情，请明天再来。');
  const nora = await world.newPage();
  await nora.goto('/demo');
  await widget(nora).getByRole('button', { name: 'Chat with us' }).click();
  await expect(widget(nora)).toContainText('We had a fire. Please come back tomorrow.');

  await side.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(sam.locator('[data-queue]', { hasText: 'Sales' })).not.toContainText('Closed');
  expect(complaints).toEqual([]);
});

test('a supervisor raises, assigns and moves a contact, forces a state and empties a queue', async ({
  world,
}) => {
  const sam = await world.newPage();
  await logIn(sam, 'sam');
  await visit(world, { name: 'Maria', text: 'hello' });
  await sam.getByRole('button', { name: 'Sales' }).click();
  const side = sam.getByRole('complementary', { name: 'Sales' });
  await side.getByRole('button', { name: 'Why?' }).click();
  const why = sam.getByRole('complementary', { name: 'Why?' });
  await why.getByRole('button', { name: 'Raise by 5 min' }).click();
  await expectNotice(sam, 'It counts as five minutes older.');

  const chen = await agentReady(world, 'chen', 'zh');
  await why.getByRole('button', { name: 'Move to a queue …' }).click();
  await sam.getByRole('dialog').getByRole('combobox').click();
  await sam.getByTitle('Support', { exact: true }).click();
  await sam.getByRole('dialog').getByRole('button', { name: 'Move it' }).click();
  await expectNotice(sam, 'It waits in Support now.');
  await takeChat(chen, 'Maria');

  await sam.getByRole('button', { name: '陈晓' }).click();
  const agent = sam.getByRole('complementary', { name: '陈晓' });
  await agent.getByRole('button', { name: 'Meal' }).click();
  await sam.getByRole('dialog').getByRole('button', { name: 'Ask for it' }).click();
  await expect(chen.getByRole('banner')).toContainText('用餐');

  await visit(world, { name: 'Omar', text: 'hello' });
  await sam.getByRole('button', { name: 'Sales' }).click();
  await side.getByRole('button', { name: 'Empty …' }).click();
  await sam.getByRole('dialog').getByLabel('They are told in the usual words, and it ends').check();
  await sam.getByRole('dialog').getByRole('button', { name: 'Send them away' }).click();
  await expectNotice(sam, 'Sales is empty.');
  await expect(side).toContainText('Nobody is here');
});

test('a team is added, filled, kept from going while people are in it, and removed', async ({ world }) => {
  const ada = await world.newPage();
  const complaints = complaintsOf(ada);
  await logIn(ada, 'ada');
  await openPage(ada, 'Users');
  await ada.getByRole('button', { name: 'Teams', exact: true }).click();
  await ada.getByRole('button', { name: 'Add team' }).click();
  const dialog = ada.getByRole('dialog', { name: /team/i });
  await expectAccessible(ada, 'a new team', ['light']);
  await dialog.getByLabel('Id').fill('Night shift');
  await dialog.getByLabel('Name in English').fill('Night team');
  await ada.keyboard.press('Escape');
  const leaving = ada.getByRole('dialog', { name: 'Leave without saving?' });
  await leaving.getByRole('button', { name: 'Go on editing' }).click();
  await dialog.getByRole('button', { name: 'Add team' }).click();
  await expect(dialog.getByText('This is needed')).toBeVisible();
  await dialog.getByLabel('Id').fill('night');
  await dialog.getByLabel('Name in Chinese').fill('夜班');
  await choose(dialog, 'Move into this team', 'Anna Berg');
  await dialog.getByLabel('Name in English').click();
  await choose(dialog, 'Supervisors', 'Sam Okafor');
  await dialog.getByLabel('Name in English').click();
  await dialog.getByRole('button', { name: 'Add team' }).click();
  await expectNotice(ada, 'Night team is added.');
  const row = ada.locator('[data-team="night"]');
  await expect(row).toContainText('Anna Berg');
  await expect(row).toContainText('Sam Okafor');

  await row.getByRole('button', { name: 'Night team' }).click();
  await expect(dialog).toContainText('can be removed once nobody is in it or supervises it: Anna Berg');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await ada.locator('[data-team="north"]').getByRole('button').click();
  await choose(dialog, 'Move into this team', 'Anna Berg');
  await dialog.getByLabel('Name in English').fill('The north');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expectNotice(ada, 'The north is changed.');

  await row.getByRole('button', { name: 'Night team' }).click();
  await dialog.getByLabel('Supervisors').press('Backspace');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expectNotice(ada, 'Night team is changed.');
  await row.getByRole('button', { name: 'Night team' }).click();
  await dialog.getByRole('button', { name: 'Remove team' }).click();
  await ada
    .getByRole('dialog', { name: 'Remove Night team?' })
    .getByRole('button', { name: 'Remove team' })
    .click();
  await expectNotice(ada, 'Night team is removed.');
  await expect(row).toHaveCount(0);
  expect(complaints).toEqual([]);
});

test('what leads to queues and canned replies have forms, with the fault at its field', async ({ world }) => {
  const ada = await world.newPage();
  const complaints = complaintsOf(ada);
  await logIn(ada, 'ada');
  await openConfiguration(ada, 'Mailboxes');
  const form = ada.locator('[data-entry]');
  await form.getByLabel('Address').fill('Sales Team');
  await expect(form.getByRole('alert')).toContainText('should match pattern');
  await expect(ada.getByText('1 error', { exact: true })).toBeVisible();
  await form.getByLabel('Address').fill('shop@bamboo.example');
  await expect(form.getByRole('alert')).toHaveCount(0);
  await form.getByRole('switch', { name: 'Acknowledge at once' }).click();
  await form.getByLabel('Acknowledge at once, in English').fill('We have it.');
  await form.getByLabel('Acknowledge at once, in Chinese').fill('已收到。');

  await ada.getByRole('button', { name: 'Templates', exact: true }).click();
  await ada.getByRole('button', { name: 'Add an entry' }).click();
  await form.getByLabel('Name in English').fill('Thanks');
  await form.getByLabel('Name in Chinese').fill('感谢');
  await form.getByLabel('Text, in English').fill('Thank you, {customer}.');
  await form.getByLabel('Text, in Chinese').fill('谢谢您。');
  // What was empty a moment ago may still be found fault with beside it.
  await expect(form.getByRole('alert').filter({ hasText: '{customer} is no placeholder' })).toBeVisible();
  await form.getByLabel('Text, in English').fill('Thank you, {customer_name}.');

  await ada.getByRole('button', { name: 'Chat widgets', exact: true }).click();
  await form.getByLabel('Greeting, in English').fill('Hello there');
  await form.getByLabel('Number its page calls').click();
  await ada.getByTitle('No calls from the page').last().click();
  await ada.getByRole('button', { name: 'Telephony', exact: true }).click();
  await form.first().getByLabel('Number', { exact: true }).fill('+49 30');
  await expect(form.first().getByRole('alert')).toBeVisible();
  await form.first().getByLabel('Number', { exact: true }).fill('+4930900987');
  await applyDraft(ada, 'mail, chat and phone');
  await ada.reload();
  await openConfiguration(ada, 'Telephony');
  await expect(form.first().getByLabel('Number', { exact: true })).toHaveValue('+4930900987');
  expect(complaints).toEqual([]);
});
