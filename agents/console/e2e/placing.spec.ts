/** A call that an agent places: refused, rung, answered, held, hung up, wrapped up, in the history; in both languages. */
import { openCase } from './support/cases';
import { deskWords, expectCall, wrapUpToTheEnd } from './support/desk';
import { sendMail } from './support/mail';
import { agentReady, complaintsOf, expect, offerCard, test } from './support/test';

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

test('a number is called from a mail, from the card of a customer and from a case', async ({ world }) => {
  const words = deskWords.en;
  const agent = await agentReady(world, 'anna');
  const complaints = complaintsOf(agent);
  const pbx = await world.pbx();
  await pbx.act('manner', { address: NUMBER, manner: 'answers' });
  const dialog = agent.getByRole('dialog', { name: 'Place a call' });
  /** The pad is open with a number: it is called, answered, ended by the agent. */
  const callIt = async () => {
    await dialog.getByRole('button', { name: 'Call', exact: true }).click();
    await expect(dialog).toHaveCount(0);
    await expect.poll(async () => (await pbx.phone('1001'))?.state).toBe('ringing');
    await pbx.act('pick-up', { leg_id: (await pbx.phone('1001'))?.leg_id ?? '' });
    await expectCall(agent, 'talking');
    await expect(agent.locator('[data-call-fact="entry"]')).toHaveText('Number we show+4930900100');
    expect(await pbx.callOf(NUMBER)).toMatchObject({ talks_to: '1001', is_over: false });
    await agent.getByRole('button', { name: words.hangUp }).click();
    await expect.poll(async () => (await pbx.callOf(NUMBER))?.is_over).toBe(true);
    await expect(agent.getByRole('combobox', { name: words.outcome })).toBeVisible();
  };

  await test.step('from a mail: a number that is not dialled is refused with its reason, the other is called', async () => {
    const text = 'Please ring me: 030 765 43 21. Not the shop, 0900 123 456.';
    sendMail(world.server, { subject: 'Broken cup', text });
    await expect(offerCard(agent)).toContainText('Please ring me');
    await offerCard(agent).getByRole('button', { name: words.accept }).click();
    const numbers = agent.getByRole('group', { name: 'Numbers in this text' });
    await numbers.getByRole('button', { name: 'Call 0900 123 456' }).click();
    await dialog.getByRole('button', { name: 'Call', exact: true }).click();
    await expect(dialog.getByRole('alert')).toHaveText(padWords.en.denied);
    await agent.keyboard.press('Escape');
    await expect(dialog).toHaveCount(0);
    await numbers.getByRole('button', { name: 'Call 030 765 43 21' }).click();
    await expect(dialog.getByRole('textbox')).toHaveValue('030 765 43 21');
    await callIt();
    const cases = agent.getByRole('region', { name: 'Cases' });
    await cases.getByRole('button', { name: 'Open a case' }).click();
    await agent.getByRole('dialog').getByLabel('In one line').fill('Cup broken');
    await agent.getByRole('dialog').getByRole('button', { name: 'Open a case' }).click();
    await expect(cases).toContainText('Cup broken');
  });

  await test.step('from the card of a customer: the number stays hidden', async () => {
    const card = agent.getByRole('region', { name: 'Customer', exact: true });
    await card.getByRole('button', { name: /Call .*4321/ }).click();
    await expect(dialog.getByRole('textbox')).toHaveJSProperty('readOnly', true);
    await expect(dialog.getByRole('textbox')).not.toHaveValue(/765/);
    await callIt();
  });

  await test.step('from a case', async () => {
    await agent.getByRole('link', { name: 'Cases' }).click();
    await openCase(agent, 'Cup broken');
    await agent.getByRole('button', { name: /Call .*4321/ }).click();
    await dialog.getByRole('button', { name: 'Call', exact: true }).click();
    await expect(dialog).toHaveCount(0);
    await expect.poll(async () => (await pbx.phone('1001'))?.state).toBe('ringing');
    await pbx.act('put-down', { leg_id: (await pbx.phone('1001'))?.leg_id ?? '' });
    await expect.poll(async () => (await pbx.phone('1001'))?.state).toBe('free');
  });

  await agent.goto('/log?channel=outbound_voice');
  await expect(agent.locator('tr[data-contact]')).toHaveCount(3);
  expect(complaints).toEqual([]);
});
