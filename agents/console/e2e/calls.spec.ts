/** Calls of the soft PBX at the desk: answered, held, handed on, hung up, wrapped up; in both languages. */
import type { Page } from '@playwright/test';
import { agentReady, complaintsOf, expect, offerCard, test, type World } from './support/test';
import { SALES, SUPPORT } from './support/softpbx';

const CALLER = '+49301234567';

const said = {
  en: {
    username: 'anna',
    number: SUPPORT,
    digit: '',
    accept: 'Accept',
    hold: 'Hold',
    unhold: 'Resume',
    hangUp: 'Hang up',
    handOn: 'Hand on',
    toAgent: 'To an agent',
    find: 'Find an agent',
    colleague: { username: 'bo', tongue: 'zh', name: '薄一宁' },
    outcome: 'Outcome of the contact',
    choice: 'Information given',
    ready: 'Ready for the next contact',
  },
  zh: {
    username: 'bo',
    number: SALES,
    digit: '1',
    accept: '接起',
    hold: '保持',
    unhold: '取回',
    hangUp: '挂断',
    handOn: '转交',
    toAgent: '转至坐席',
    find: '查找坐席',
    colleague: { username: 'anna', tongue: 'en', name: 'Anna Berg' },
    outcome: '处理结果',
    choice: '已答复咨询',
    ready: '已就绪，等待来访',
  },
} as const;

type Words = (typeof said)['en' | 'zh'];

/** Where the call on this desk stands, as its panel says. */
const expectCall = (agent: Page, state: string) =>
  expect(agent.locator('[data-call-state]')).toHaveAttribute('data-call-state', state);

/** Taken in the console, and the phone is made to answer. */
async function takeCall(agent: Page, words: Words): Promise<void> {
  await expect(offerCard(agent)).toContainText('4567');
  await offerCard(agent).getByRole('button', { name: words.accept }).click();
  await expectCall(agent, 'talking');
}

async function wrapUp(agent: Page, words: Words): Promise<void> {
  await agent.getByRole('combobox', { name: words.outcome }).click();
  await agent.getByTitle(words.choice).click();
  await agent.keyboard.press('Control+Enter');
  await expect(agent.getByText(words.ready)).toBeVisible();
}

async function ring(world: World, number: string, digit = '') {
  const pbx = await world.pbx();
  await pbx.act('dial', { from: CALLER, to: number });
  if (digit) {
    await expect.poll(async () => (await pbx.callOf(CALLER))?.is_gathering).toBe(true);
    await pbx.act('press', { call_id: (await pbx.callOf(CALLER))?.call_id ?? '', digit });
  }
  return pbx;
}

for (const tongue of ['en', 'zh'] as const)
  test(`a whole call with two agents, ${tongue}`, async ({ world }) => {
    const words = said[tongue];
    const agent = await agentReady(world, words.username, tongue);
    const complaints = complaintsOf(agent);
    const pbx = await ring(world, words.number, words.digit);
    const call = async () => await pbx.callOf(CALLER);
    await takeCall(agent, words);
    expect(await call()).toMatchObject({ talks_to: tongue === 'en' ? '1001' : '1002', sound: '' });

    await agent.getByRole('button', { name: words.hold }).click();
    await expectCall(agent, 'held');
    expect(await call()).toMatchObject({ is_held: true });
    await agent.getByRole('button', { name: words.unhold }).press('Alt+h');
    await expectCall(agent, 'talking');
    expect(await call()).toMatchObject({ is_held: false });

    const { colleague } = words;
    const second = await agentReady(world, colleague.username, colleague.tongue);
    await agent.getByRole('button', { name: words.handOn }).click();
    const dialog = agent.getByRole('dialog');
    await dialog.getByText(words.toAgent).click();
    await dialog.getByLabel(words.find).fill(colleague.name.slice(0, 1));
    await dialog.getByText(colleague.name).click();
    await dialog.getByRole('button', { name: words.handOn }).click();
    await wrapUp(agent, words);

    await takeCall(second, said[colleague.tongue]);
    expect(await call()).toMatchObject({ talks_to: tongue === 'en' ? '1002' : '1001', is_over: false });
    await second.getByRole('button', { name: said[colleague.tongue].hangUp }).click();
    await wrapUp(second, said[colleague.tongue]);
    await expect.poll(call).toMatchObject({ is_over: true, cause: 'released', parties: { length: 2 } });
    expect(complaints).toEqual([]);
  });

test('the phone is answered by hand: that is accepting; putting it down is hanging up', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const pbx = await ring(world, SUPPORT);
  await expect.poll(async () => (await pbx.phone('1001'))?.state).toBe('ringing');
  const leg_id = (await pbx.phone('1001'))?.leg_id ?? '';
  await pbx.act('pick-up', { leg_id });
  await expectCall(anna, 'talking');
  await expect(offerCard(anna)).toHaveCount(0);
  await pbx.act('put-down', { leg_id });
  await wrapUp(anna, said.en);
  await expect.poll(async () => (await pbx.callOf(CALLER))?.cause).toBe('released');
});

test('the caller hangs up while it rings, and while they talk', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const pbx = await ring(world, SUPPORT);
  const leave = async () => pbx.act('leave', { call_id: (await pbx.callOf(CALLER))?.call_id ?? '' });
  await expect(offerCard(anna)).toBeVisible();
  await leave();
  await expect(offerCard(anna)).toHaveCount(0);
  await expect(anna.getByText('Ready for the next contact')).toBeVisible();

  await ring(world, SUPPORT);
  await takeCall(anna, said.en);
  await leave();
  await expect(anna.getByText('Wrap-up: the customer ended the conversation')).toBeVisible();
});

test('a phone that cannot be rung is not the agent’s refusal: not ready, and somebody is told', async ({
  world,
}) => {
  const anna = await agentReady(world, 'anna');
  const pbx = await world.pbx();
  await pbx.act('manner', { address: '1001', manner: 'dead' });
  await ring(world, SUPPORT);
  await expect(anna.getByRole('button', { name: /Status: Phone fault/ })).toBeVisible();
  await expect(offerCard(anna)).toHaveCount(0);
});
