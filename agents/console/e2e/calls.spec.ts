/** Calls of the soft PBX at the desk: answered, held, handed on, hung up, wrapped up; in both languages. */
import {
  CALLER,
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
