/** A call that an agent places: refused, rung, answered, held, hung up, wrapped up, in the history; in both languages. */
import { deskWords, expectCall, wrapUpToTheEnd } from './support/desk';
import { agentReady, complaintsOf, expect, test } from './support/test';

const NUMBER = '+49307654321';
const padWords = {
  en: { title: 'Place a call', call: 'Call', denied: 'This number is not dialled from here.', phone: '1001' },
  zh: { title: '拨打电话', call: '呼叫', denied: '不允许拨打此号码', phone: '1002' },
};

for (const tongue of ['en', 'zh'] as const)
  test(`an agent places a call, ${tongue}`, async ({ world }) => {
    const words = deskWords[tongue];
    const pad = padWords[tongue];
    const agent = await agentReady(world, words.username, tongue);
    const complaints = complaintsOf(agent);
    const pbx = await world.pbx();
    await pbx.act('manner', { address: NUMBER, manner: 'answers' });

    if (tongue === 'en') await agent.keyboard.press('Alt+d');
    else await agent.getByRole('button', { name: pad.title }).click();
    const dialog = agent.getByRole('dialog', { name: pad.title });
    const field = dialog.getByRole('textbox');
    await field.fill('0900 123 456');
    await field.press('Enter');
    await expect(dialog.getByRole('alert')).toContainText(pad.denied);
    await field.fill('030 765 43 21');
    await dialog.getByRole('button', { name: pad.call, exact: true }).click();
    await expect(dialog).toHaveCount(0);

    await expect.poll(async () => (await pbx.phone(pad.phone))?.state).toBe('ringing');
    await expectCall(agent, 'connecting');
    await pbx.act('pick-up', { leg_id: (await pbx.phone(pad.phone))?.leg_id ?? '' });
    await expectCall(agent, 'talking');
    await agent.getByRole('button', { name: words.hold }).click();
    await expectCall(agent, 'held');
    await agent.getByRole('button', { name: words.unhold }).click();
    await expectCall(agent, 'talking');
    await agent.getByRole('button', { name: words.hangUp }).click();
    await wrapUpToTheEnd(agent, words);
    await expect.poll(async () => (await pbx.callOf(NUMBER))?.is_over).toBe(true);

    await agent.goto(`${new URL(agent.url()).origin}/log`);
    await expect(agent.locator('tr[data-contact]').first()).toContainText('4321');
    expect(complaints).toEqual([]);
  });
