/** What has been, in figures and as a picture: the same as the server counts, in both languages. */
import { readFileSync } from 'node:fs';
import { expectAccessible } from './support/accessible';
import {
  agentReady,
  complaintsOf,
  expect,
  finishWrapUp,
  logIn,
  takeChat,
  test,
  transcript,
  visit,
} from './support/test';

test('a supervisor looks back on the day', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  await visit(world, { name: 'Maria', text: 'hello' });
  await takeChat(anna, 'Maria');
  await anna.getByRole('textbox', { name: 'Message to Maria' }).fill('What can I do for you?');
  await anna.keyboard.press('Enter');
  await expect(transcript(anna)).toContainText('What can I do for you?');
  await anna.getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  await finishWrapUp(anna, 'Information given');
  await anna.getByRole('button', { name: 'Status: Ready' }).click();
  await anna.getByRole('menuitem', { name: 'Meal' }).click();
  await visit(world, { name: 'Omar', text: 'me too' });

  const sam = await world.newPage();
  const complaints = complaintsOf(sam);
  await logIn(sam, 'sam');
  await sam.goto('/reports');
  const sales = sam.locator('tr[data-queue="sales"]');
  const figure = (name: string) => sales.locator(`[data-column="${name}"]`);
  await expect(figure('entered')).toHaveText('2');
  await expect(figure('answered')).toHaveText('1');
  await expect(figure('abandoned')).toHaveText('0');
  await expect(sales).toContainText('provisional');
  // The busiest queue is drawn; the picture and its figures tell of the same contacts.
  await expect(sam.getByRole('heading', { name: 'Sales over time' })).toBeVisible();
  await expect(sam.locator('[data-entered="2"] svg')).toBeVisible();
  await expect(sam.locator('tr[data-agent]', { hasText: 'Anna Berg' })).toContainText(/\d:\d\d/);
  await expectAccessible(sam, 'reports', ['light', 'dark']);
  await sam.getByText('Figures', { exact: true }).click();
  const steps = sam.locator('[data-steps] tbody tr');
  const entered = async () => {
    const cells = await steps.locator('td:nth-child(2)').allInnerTexts();
    return cells.reduce((sum, cell) => sum + Number(cell), 0);
  };
  await expect.poll(entered).toBe(2);

  // Yesterday nothing was; a link says which time is meant.
  await sam.getByText('Yesterday', { exact: true }).click();
  await expect(figure('entered')).toHaveText('0');
  await expect(sam).toHaveURL(/span=yesterday/);
  await sam.goBack();
  await expect(figure('entered')).toHaveText('2');

  const saved = sam.waitForEvent('download');
  await sam.getByRole('button', { name: 'Export CSV' }).first().click();
  const csv = readFileSync(await (await saved).path(), 'utf8');
  expect(csv).toContain('Queue,Entered,Answered');
  expect(csv).toMatch(/\r\nSales,2,1,0,0,0,/);

  // Days in the wrong order are told so, and nothing is asked.
  await sam.getByLabel('Until').fill('2020-01-01');
  await expect(sam.getByText('These days cannot be shown')).toBeVisible();

  await sam.goto('/reports?span=week');
  await sam.getByRole('button', { name: 'Language' }).click();
  await sam.getByRole('menuitem', { name: '简体中文' }).click();
  await expect(sam.getByRole('heading', { name: '队列', exact: true })).toBeVisible();
  await expect(sam.getByRole('link', { name: '报表' })).toBeVisible();
  await expect(sam.locator('[data-entered="2"] svg')).toContainText('按时接通');
  expect(complaints).toEqual([]);

  // A draft is tried on the same contacts before it is put in force.
  const ada = await world.newPage();
  await logIn(ada, 'ada');
  await ada.goto('/configuration');
  await ada.getByRole('button', { name: 'Skills', exact: true }).click();
  await ada.getByRole('button', { name: 'Add an entry' }).click();
  const entry = ada.locator('[data-entry]').last();
  await entry.getByLabel('Id').fill('fr');
  await entry.getByLabel('Name in English').fill('French');
  await entry.getByLabel('Name in Chinese').fill('法文');
  await ada.getByRole('button', { name: 'Review and apply …' }).click();
  const trial = ada.getByRole('region', { name: 'Try it on what has been' }).first();
  await trial.getByRole('button', { name: 'Try' }).click();
  await expect(trial.getByText('0 of 2 contacts would have gone otherwise')).toBeVisible();
  await expect(trial.locator('[data-queue="sales"] [data-column="answered"]')).toHaveText('1');
  await expect(trial.getByRole('button', { name: 'Try again' })).toBeVisible();
});
