/** Flows: a chat through one, in both languages; one that is tried; a survey that the queue's form switches on. */
import { expectAccessible } from './support/accessible';
import {
  agentReady,
  complaintsOf,
  expect,
  expectNotice,
  finishWrapUp,
  logIn,
  offerCard,
  startChat,
  takeChat,
  test,
  transcript,
  visit,
  widget,
  type Tongue,
  openPage,
} from './support/test';

const said = {
  en: {
    agent: 'anna',
    visitor: { name: 'Maria Santos', email: '', text: 'My cup arrived with a crack' },
    chinese: '2',
    support: 'Support',
    number: 'Please enter your order number, then the hash key. Without one, just wait.',
    thanks: 'Thank you. Your order is 4711.',
    given: ['Concern', 'Support', 'Order number', '4711'],
    accept: 'Accept',
  },
  zh: {
    agent: 'bo',
    visitor: { name: '李秀英', email: '', text: '收到的杯子有裂纹', tongue: 'zh' as Tongue },
    chinese: '1',
    support: '技术支持',
    number: '请输入订单号，以井号键结束。没有订单号请稍候。',
    thanks: '谢谢，您的订单号是4711。',
    given: ['咨询事项', '技术支持', '订单号', '4711'],
    accept: '接起',
  },
};

for (const tongue of ['en', 'zh'] as const) {
  test(`a chat through a flow, ${tongue}`, async ({ world }) => {
    const words = said[tongue];
    const agent = await agentReady(world, words.agent, tongue);
    const page = await world.newPage(tongue === 'zh' ? { locale: 'zh-CN' } : {});
    // The shop's page with another widget than the one that is written into it.
    await page.addInitScript(() => {
      new MutationObserver(() => {
        document.querySelector('script[data-widget]')?.setAttribute('data-widget', 'guide');
      }).observe(document, { childList: true, subtree: true });
    });
    await page.goto('/demo');
    await startChat(page, words.visitor);
    await page.keyboard.press(words.chinese);
    await page.getByRole('button', { name: words.support }).click();
    const field = page.getByRole('textbox', { name: words.number });
    await expect(field).toBeVisible();
    await page.reload();
    await field.fill('4711');
    await field.press('Enter');
    await expect(page.getByRole('log')).toContainText(words.thanks);
    await expect(page.getByRole('log').getByText(words.visitor.text)).toHaveCount(1);
    for (const word of words.given) await expect(offerCard(agent)).toContainText(word);
    await offerCard(agent).getByRole('button', { name: words.accept }).click();
    await expect(transcript(agent)).toContainText(words.given[0] ?? '');
  });
}

test('a flow is tried by keyboard; a survey and a recording are switched on in the form of the queue', async ({
  world,
}) => {
  const ada = await world.newPage();
  const complaints = complaintsOf(ada);
  await logIn(ada, 'ada');
  await openPage(ada, 'Configuration');
  await ada.getByRole('button', { name: 'Flows', exact: true }).click();
  await ada.getByRole('button', { name: /welcome/ }).click();
  await ada.getByRole('button', { name: 'Try it' }).click();
  const trial = ada.locator('[data-trial="welcome"]');
  const typed = trial.getByRole('textbox', { name: 'What the customer types' });
  const log = trial.getByRole('log');
  await expect(trial.getByRole('button', { name: /^1/ })).toBeVisible();
  await expect(typed).toBeFocused();
  await typed.press('2');
  await typed.press('Enter');
  await trial.getByRole('button', { name: /Support/ }).click();
  await expect(log).toContainText('Please enter your order number');
  await typed.fill('4711');
  await typed.press('Enter');
  await expect(log).toContainText('Thank you. Your order is 4711.');
  await trial.getByRole('button', { name: 'One step back' }).click();
  await expect(log).not.toContainText('Your order is 4711.');
  await ada.mouse.move(0, 0);
  await expectAccessible(ada, 'a flow that is tried');

  await ada.getByRole('button', { name: 'Queues', exact: true }).click();
  await ada.getByText('Recording of calls').click();
  await ada.getByRole('switch', { name: 'Record calls' }).click();
  await expect(ada.getByRole('alert').filter({ hasText: /./ }).first()).toBeVisible();
  await ada.getByLabel('Notice before the recording, in English').fill('This call is recorded.');
  await ada.getByLabel('Notice before the recording, in Chinese').fill('通话将被录音。');
  await expect(ada.getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);
  await ada.getByText('Survey and signature').click();
  await ada.getByLabel('Customers are asked afterwards').click();
  await ada.getByTitle('Satisfaction').click();
  await expect(ada.getByRole('listbox')).toHaveCount(0);
  await expectAccessible(ada, 'the form of a queue');
  await ada.getByRole('button', { name: 'Review and apply …' }).click();
  await ada.getByRole('dialog').getByRole('button', { name: 'Put in force' }).click();
  await expectNotice(ada, 'The new configuration is in force.');

  const anna = await agentReady(world, 'anna');
  const maria = await visit(world, { name: 'Maria', text: 'a cup, please' });
  await takeChat(anna, 'Maria');
  await anna.getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  const box = widget(maria);
  await box
    .getByRole('group', { name: /How friendly were we/ })
    .getByRole('button', { name: '5' })
    .click();
  await box
    .getByRole('group', { name: /Is your concern settled/ })
    .getByRole('button', { name: '3' })
    .click();
  await expect(box.getByRole('log')).toContainText('Thank you. Goodbye.');
  await finishWrapUp(anna, 'Information given');

  const sam = await world.newPage();
  await logIn(sam, 'sam');
  const surveys = sam.locator('[data-surveys]');
  await expect(surveys).toContainText('Friendliness');
  await expect(surveys).toContainText('Anna Berg');
  expect(complaints).toEqual([]);
});
