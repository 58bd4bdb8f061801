/** A campaign from its plan to its end: a list with faults, started, paused, its evidence saved, a number nobody calls. */
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible';
import { configure } from './support/configuration';
import { deskWords, expectCall } from './support/desk';
import { complaintsOf, expect, expectNotice, finishWrapUp, goReady, logIn, test } from './support/test';

const LIST = [
  'number,name,language,zone,consent',
  '+8613800000001,王芳,zh,Asia/Shanghai,2026-01-05',
  '+8613800000002,李雷,zh,Asia/Shanghai,2026-01-05',
  '+8613800000001,王芳,zh,Asia/Shanghai,2026-01-05',
  'none,韩梅梅,zh,Asia/Shanghai,2026-01-05',
  '+8613800000003,赵云,zh,Asia/Shanghai,',
  '+8613800000009,不打,zh,Asia/Shanghai,2026-01-05',
].join('\n');

test('a supervisor plans, fills, starts and ends a campaign', async ({ world }) => {
  const sam = await world.newPage();
  const complaints = complaintsOf(sam);
  await logIn(sam, 'sam');
  await sam.goto('/campaigns');
  await sam.getByText('Numbers nobody calls', { exact: true }).click();
  await sam.getByRole('button', { name: 'Never call a number' }).click();
  const dialog = sam.getByRole('dialog');
  await dialog.getByLabel('Number').fill('+8613800000009');
  await dialog.getByLabel('Why').fill('不愿再接电话');
  await dialog.getByRole('button', { name: 'Never call a number' }).click();
  await expect(sam.locator('[data-suppressed]')).toContainText('不愿再接电话');
  const never = 'number,reason,until\n+8613800000008,出国,2100-01-01\n+8613800000009,再次,\nnone,不是号码,\n';
  await sam.getByLabel('Numbers nobody calls, CSV').setInputFiles({
    name: 'never.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(never),
  });
  await expectNotice(sam, '1 numbers taken, 2 rows not.');
  await expect(sam.getByRole('list', { name: '2 rows were not taken' }).getByRole('listitem')).toHaveText([
    'Line 3: the number is on the list already, for as long',
    'Line 4: this is no telephone number',
  ]);
  await expect(sam.locator('[data-suppressed]')).toHaveCount(2);
  await expect(sam.locator('[data-suppressed]').last()).toContainText('for good');
  await expectAccessible(sam, 'numbers nobody calls', ['light']);

  await sam.getByText('Campaigns', { exact: true }).last().click();
  await sam.getByRole('button', { name: 'New campaign' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('春季茶壶');
  await dialog.getByLabel('Id', { exact: true }).fill('spring');
  await dialog.getByLabel('Queue').click();
  await sam.getByTitle('Sales', { exact: true }).last().click();
  await dialog.getByLabel('Until', { exact: true }).fill('18:30');
  await dialog.getByLabel('Script in Chinese').fill('您好，这里是茶壶商店。');
  await dialog.getByLabel('Interested in more').click();
  await sam.getByTitle('Interested', { exact: true }).last().click();
  await dialog.getByRole('button', { name: 'New campaign' }).click();
  const side = sam.locator('aside [data-campaign="spring"]');
  await expect(side).toHaveAttribute('data-state', 'draft');
  await expect(side).toContainText('09:00–18:30');

  await side.locator('input[type=file]').setInputFiles({
    name: 'spring.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(LIST),
  });
  await expectNotice(sam, '2 numbers taken, 4 rows not.');
  await expect(side.getByRole('list', { name: '4 rows were not taken' }).getByRole('listitem')).toHaveText([
    'Line 4: the number stands above already',
    'Line 5: this is no telephone number',
    'Line 6: the customer has not agreed to be called',
    'Line 7: nobody may call this number',
  ]);
  await expect(side).toContainText('Waiting: 2');
  await expectAccessible(sam, 'a campaign', ['light', 'dark']);

  await side.getByRole('button', { name: 'Change the plan' }).click();
  await expect(dialog.getByLabel('Until', { exact: true })).toHaveValue('18:30');
  await dialog.getByLabel('Attempts for a number').fill('2');
  await dialog.getByRole('button', { name: 'Store the plan' }).click();
  await expect(dialog).toHaveCount(0);

  const saved = sam.waitForEvent('download');
  await side.getByRole('button', { name: 'Save the evidence' }).click();
  expect((await saved).suggestedFilename()).toBe('spring.csv');
  await side.getByRole('button', { name: 'End it' }).click();
  await dialog.getByRole('button', { name: 'End it' }).click();
  await expect(side).toHaveAttribute('data-state', 'done');
  await expect(sam.locator('tr[data-campaign="spring"]')).toHaveAttribute('data-state', 'done');
  expect(complaints).toEqual([]);
});

/** A zone in which it is noon now, whatever the hour here. */
const noonNow = (): string => {
  const west = new Date().getUTCHours() - 12;
  return `Etc/GMT${west < 0 ? '' : '+'}${west}`;
};

const [KIM, LEE] = ['+99930123456', '+99930123457'];

/** A campaign of Sales that calls one number, by its supervisor. */
async function runCampaign(sam: Page, mode: 'preview' | 'progressive', number: string, name: string) {
  const { origin } = new URL(sam.url());
  const post = (path: string, data: object) =>
    sam.request.post(`/api/v1/campaigns${path}`, { data, headers: { Origin: origin } });
  const plan = {
    name: 'Spring teapots',
    queue_id: 'sales',
    mode,
    pack_id: 'ftc',
    from_minute: 480,
    until_minute: 1260,
    script_en: 'Good day, this is the teapot shop.',
    script_zh: '您好，这里是茶壶商店。',
    results: { interested: 'interested' },
  };
  expect((await post('', { campaign_id: mode, plan })).status()).toBe(201);
  const text = `number,name,zone\n${number},${name},${noonNow()}`;
  expect((await post(`/${mode}/lists`, { name: 'tea.csv', text })).status()).toBe(201);
  expect((await post(`/${mode}/state`, { based_on: 1, state: 'running' })).status()).toBe(200);
}

test('an agent previews an entry with its script, and puts it off', async ({ world }) => {
  const sam = await world.newPage();
  await logIn(sam, 'sam');
  await runCampaign(sam, 'preview', KIM, 'Kim Roe');

  const anna = await world.newPage();
  const complaints = complaintsOf(anna);
  await logIn(anna, 'anna');
  await anna.getByRole('button', { name: 'Next of Spring teapots (1)' }).click();
  const card = anna.locator('[data-entry]');
  await expect(card).toContainText('Kim Roe');
  await expect(card).toContainText('Attempt 1 of 3');
  await expect(card.locator('[data-script]')).toHaveText('Good day, this is the teapot shop.');
  await expectAccessible(anna, 'an entry of a campaign', ['light', 'dark']);
  await anna.reload();
  await expect(card).toContainText('Kim Roe');
  await card.getByRole('button', { name: 'Do not call' }).click();
  await anna.getByRole('menuitem', { name: 'Later' }).click();
  await expect(card).toHaveCount(0);
  await anna.getByRole('button', { name: 'Next of Spring teapots (1)' }).click();
  await expect(anna.getByText('Nobody may be called now. The next:')).toBeVisible();
  expect(complaints).toEqual([]);
});

test('an agent calls an entry with its script, and is given the next by the engine', async ({ world }) => {
  await configure(world, ({ telephony }) => {
    telephony.outbound.international = true;
  });
  const pbx = await world.pbx();
  for (const address of [KIM, LEE]) await pbx.act('manner', { address, manner: 'answers' });
  const sam = await world.newPage();
  await logIn(sam, 'sam');
  await runCampaign(sam, 'preview', KIM, 'Kim Roe');
  const anna = await world.newPage();
  const complaints = complaintsOf(anna);
  await logIn(anna, 'anna');
  await goReady(anna);
  const card = anna.locator('[data-entry]');
  /** Her phone rings and is picked up, the customer answers; the script stands beside the call. */
  const talk = async (name: string, outcome: string) => {
    await expect.poll(async () => (await pbx.phone('1001'))?.state).toBe('ringing');
    await pbx.act('pick-up', { leg_id: (await pbx.phone('1001'))?.leg_id ?? '' });
    await expectCall(anna, 'talking');
    await expect(card).toContainText(name);
    await expect(card.locator('[data-script]')).toHaveText('Good day, this is the teapot shop.');
    await expectAccessible(anna, `a call of a campaign, ${name}`, ['light']);
    await anna.getByRole('button', { name: deskWords.en.hangUp }).click();
    await finishWrapUp(anna, outcome);
    await expect(card).toHaveCount(0);
  };
  await anna.getByRole('button', { name: 'Next of Spring teapots (1)' }).click();
  await card.getByRole('button', { name: 'Call', exact: true }).click();
  await talk('Kim Roe', 'Information given');
  await runCampaign(sam, 'progressive', LEE, 'Lee Poe');
  await talk('Lee Poe', 'Interested in more');

  await sam.goto('/campaigns');
  for (const mode of ['preview', 'progressive']) {
    await sam.locator(`tr[data-campaign="${mode}"]`).getByRole('button').first().click();
    await expect(sam.locator(`aside [data-campaign="${mode}"]`)).toContainText('Reached: 1');
  }
  expect(complaints).toEqual([]);
});
