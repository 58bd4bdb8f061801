/** Calls of the soft PBX at the desk: answered, held, handed on, hung up, wrapped up; in both languages. */
import { expectAccessible } from './support/accessible';
import {
  CALLER,
  consultWords,
  deskWords,
  expectCall,
  handOnToColleague,
  ring,
  takeCall,
  wrapUpToTheEnd,
} from './support/desk';
import { agentReady, complaintsOf, expect, offerCard, test } from './support/test';
import { SUPPORT } from './support/softpbx';

for (const tongue of ['en', 'zh'] as const)
  test(`a whole call with two agents, ${tongue}`, async ({ world }) => {
    const words = deskWords[tongue];
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
    await handOnToColleague(agent, words);
    await wrapUpToTheEnd(agent, words);

    await takeCall(second, deskWords[colleague.tongue]);
    expect(await call()).toMatchObject({ talks_to: tongue === 'en' ? '1002' : '1001', is_over: false });
    await second.getByRole('button', { name: deskWords[colleague.tongue].hangUp }).click();
    await wrapUpToTheEnd(second, deskWords[colleague.tongue]);
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
  await wrapUpToTheEnd(anna, deskWords.en);
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
  await takeCall(anna, deskWords.en);
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

for (const tongue of ['en', 'zh'] as const)
  test(`a colleague is asked while the caller waits, and takes over, ${tongue}`, async ({ world }) => {
    const words = deskWords[tongue];
    const asking = consultWords[tongue];
    const { colleague } = words;
    const agent = await agentReady(world, words.username, tongue);
    const complaints = complaintsOf(agent);
    const pbx = await ring(world, words.number, words.digit);
    await takeCall(agent, words);
    const second = await agentReady(world, colleague.username, colleague.tongue);
    const phone = tongue === 'en' ? '1002' : '1001';

    await agent.keyboard.press('Alt+c');
    const dialog = agent.getByRole('dialog');
    await dialog.getByText(colleague.name).click();
    await dialog.getByRole('button', { name: asking.ring }).click();
    await expectCall(agent, 'held');
    const state = agent.locator('[data-consult]');
    await expect(state).toHaveAttribute('data-consult', 'ringing');
    await expect(state).toContainText(colleague.name);
    await expect.poll(async () => (await pbx.phone(phone))?.state).toBe('ringing');
    const question = second.getByRole('region', { name: asking.asks });
    await expect(question).toHaveAttribute('data-asked', 'ringing');
    await expect(question).toContainText('4567');
    await pbx.act('pick-up', { leg_id: (await pbx.phone(phone))?.leg_id ?? '' });
    await expect(state).toHaveAttribute('data-consult', 'colleague');
    await expect(question).toHaveAttribute('data-asked', 'colleague');
    await expectAccessible(second, 'a colleague asks', ['light']);
    await expectAccessible(agent, 'a colleague is asked', ['light']);
    await agent.keyboard.press('Alt+s');
    await expect(state).toHaveAttribute('data-consult', 'customer');
    await expectCall(agent, 'talking');
    await agent.keyboard.press('Alt+j');
    await expect(state).toHaveAttribute('data-consult', 'all');
    await agent.getByRole('button', { name: asking.handOver }).click();
    await wrapUpToTheEnd(agent, words);
    await expectCall(second, 'talking');
    await expect(offerCard(second)).toHaveCount(0);
    await expect(question).toHaveCount(0);
    expect(await pbx.callOf(CALLER)).toMatchObject({ talks_to: phone, is_over: false });
    await second.getByRole('button', { name: deskWords[colleague.tongue].hangUp }).click();
    await wrapUpToTheEnd(second, deskWords[colleague.tongue]);

    await agent.goto(`${new URL(agent.url()).origin}/log`);
    await agent.getByRole('row', { name: /4567/ }).getByRole('button').first().click();
    const phases = agent.locator('[data-phase="consult"], [data-phase="conference"]');
    await expect(phases).toHaveText(asking.phases);
    expect(complaints).toEqual([]);
  });
