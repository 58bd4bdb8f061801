/** The pictures under docs/screens. Made on demand: `CC_SCREENS=1 npm run e2e -- screens`. */
import type { Page } from '@playwright/test';
import {
  agentReady,
  customerSays,
  enqueue,
  expect,
  goReady,
  logIn,
  offerCard,
  openPage,
  startChat,
  takeChat,
  test,
  transcript,
  visit,
  widget,
} from './support/test';
import { inTheme, shoot } from './support/pictures';
import { SALES, SUPPORT } from './support/softpbx';

test.setTimeout(240_000);
test.use({ times: null });

async function say(agent: Page, text: string): Promise<void> {
  const box = agent.getByRole('textbox', { name: /^(Message to|发给)/ });
  await box.fill(text);
  await box.press('Enter');
  await expect(transcript(agent).locator('[data-author="agent"][data-seq]').last()).toContainText(text);
}

async function hear(agent: Page, customer: Page, text: string): Promise<void> {
  await customerSays(customer, text);
  await expect(transcript(agent)).toContainText(text);
}

test('an agent, English', async ({ world }) => {
  const anna = await world.newPage();
  await anna.goto('/');
  await expect(anna.getByLabel('User name')).toBeVisible();
  await shoot(anna, 'login-en-light');
  await logIn(anna, 'anna');
  await expect(anna.getByText('Contacts you have handled')).toBeVisible();
  await shoot(anna, 'desk-not-ready-en-light');
  await anna.getByRole('button', { name: 'Profile of' }).click();
  await shoot(anna, 'profile-en-light');
  await anna.keyboard.press('Escape');
  await goReady(anna);

  const maria = await visit(world, {
    name: 'Maria Santos',
    email: 'maria.santos@example.com',
    text: 'Hello, my celadon cup arrived with a crack along the rim. Can I get a new one before Friday?',
  });
  await expect(offerCard(anna)).toBeVisible();
  await shoot(anna, 'offer-en-light');
  await takeChat(anna, 'Maria');
  await say(anna, 'Hello Maria, I am sorry about that. Could you tell me the order number?');
  await hear(anna, maria, 'Of course: 20261103-77');
  await hear(anna, maria, 'It was a birthday present, so Friday matters a lot.');
  await say(
    anna,
    'Found it. A new cup leaves our warehouse today and is with you on Wednesday. Keep the broken one, no need to send it back.',
  );
  await anna
    .getByRole('textbox', { name: 'Notes' })
    .fill('Cup broken in transit, replacement without return.');

  const omar = await visit(world, { name: 'Omar Haddad', text: 'Which whisk is right for a beginner?' });
  await takeChat(anna, 'Omar');
  await anna.keyboard.press('Alt+ArrowUp');
  await customerSays(omar, 'I have a bowl already.');
  await customerSays(omar, 'And about 100 yuan to spend.');
  // Typing is told every two seconds at most, and Maria has just written.
  await expect(async () => {
    await widget(maria).locator('form.write textarea').pressSequentially('Thank you ');
    await expect(anna.getByText('Maria Santos is typing')).toBeVisible({ timeout: 500 });
  }).toPass();
  await anna
    .getByRole('textbox', { name: 'Message to Maria Santos' })
    .fill('You are welcome. Anything else I can');
  await shoot(anna, 'conversation-en-light');
  await inTheme(anna, 'dark');
  await shoot(anna, 'conversation-en-dark');
  await shoot(maria, 'widget-talk-en');
  await enqueue(world, { name: 'Ingrid', text: 'The lid of my pot is loose.' }, 'help');
  await expect(offerCard(anna)).toBeVisible();
  await shoot(anna, 'offer-while-talking-en-dark');
  await anna.locator('body').click({ position: { x: 683, y: 80 } });
  await anna.keyboard.press('Escape');
  await expect(offerCard(anna)).toHaveCount(0);
  await inTheme(anna, 'light');

  await anna.getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('tooltip').getByRole('button', { name: 'End', exact: true }).click();
  await anna.getByRole('combobox', { name: 'Outcome of the contact' }).click();
  await shoot(anna, 'wrap-up-en-light');
  await anna.getByTitle('Sale made').click();
  await anna.getByRole('button', { name: 'Move to notes' }).click();
  await anna.keyboard.press('Control+Enter');
  await expect(anna.getByRole('heading', { name: 'Omar Haddad' }).first()).toBeVisible();

  await world.server.kill();
  await anna.getByRole('textbox', { name: 'Message to Omar' }).fill('I would take the hundred-tine one');
  await expect(anna.getByText('Connection lost.')).toBeVisible();
  await shoot(anna, 'stale-en-light');
  await world.server.run();
  await expect(anna.getByText('Connection lost.')).toHaveCount(0, { timeout: 20_000 });
  await anna.locator('h2').first().click();
  await anna.keyboard.press('?');
  await shoot(anna, 'help-en-light');
});

test('an agent, Chinese', async ({ world }) => {
  const bo = await world.newPage({ locale: 'zh-CN' });
  await bo.goto('/');
  await expect(bo.getByLabel('用户名')).toBeVisible();
  await inTheme(bo, 'dark');
  await shoot(bo, 'login-zh-dark');
  await inTheme(bo, 'light');
  await logIn(bo, 'bo');
  await goReady(bo, 'zh');

  const shop = await world.newPage({ locale: 'zh-CN' });
  await shop.goto('/demo');
  await widget(shop).getByRole('button', { name: '在线咨询' }).click();
  await shoot(shop, 'widget-form-zh');
  await shop.keyboard.press('Escape');
  await startChat(shop, {
    name: '李秀英',
    email: 'lixiuying@example.com',
    text: '您好，昨天收到的青瓷杯口沿有一道裂纹，周五之前能补一只吗？',
    tongue: 'zh',
  });
  await expect(offerCard(bo)).toBeVisible();
  await shoot(bo, 'offer-zh-light');
  await takeChat(bo, '李秀英');
  await say(bo, '李女士您好，非常抱歉给您添麻烦了。麻烦您提供一下订单号。');
  await hear(bo, shop, '20261103-77');
  await say(bo, '已查到，今天就给您补发一只新的，预计周三送达，破损的不用寄回。');
  await hear(bo, shop, '太好了，谢谢！');
  await shoot(bo, 'conversation-zh-light');
  await inTheme(bo, 'dark');
  await shoot(bo, 'conversation-zh-dark');
  await shoot(shop, 'widget-talk-zh');
  await bo.getByRole('button', { name: '结束会话' }).click();
  await bo.getByRole('tooltip').getByRole('button', { name: '结束会话' }).click();
  await bo.getByRole('combobox', { name: '处理结果' }).click();
  await bo.getByTitle('已答复咨询').click();
  await shoot(bo, 'wrap-up-zh-dark');
});

const calls = {
  en: { username: 'anna', theme: 'light', accept: 'Accept', hold: 'Hold', handOn: 'Hand on' },
  zh: { username: 'bo', theme: 'dark', accept: '接起', hold: '保持', handOn: '转交' },
} as const;

for (const tongue of ['en', 'zh'] as const)
  test(`a call, ${tongue}`, async ({ world }) => {
    const { username, theme, accept, hold, handOn } = calls[tongue];
    const agent = await agentReady(world, username, tongue);
    await inTheme(agent, theme);
    const pbx = await world.pbx();
    await pbx.act('dial', { from: '+49301234567', to: tongue === 'en' ? SUPPORT : SALES });
    if (tongue === 'zh') {
      await expect.poll(async () => (await pbx.callOf('+49301234567'))?.is_gathering).toBe(true);
      await pbx.act('press', { call_id: (await pbx.callOf('+49301234567'))?.call_id ?? '', digit: '1' });
    }
    await expect(offerCard(agent)).toContainText('4567');
    await shoot(agent, `call-offer-${tongue}-${theme}`);
    await offerCard(agent).getByRole('button', { name: accept }).click();
    await expect(agent.locator('[data-call-state="talking"]')).toBeVisible();
    await shoot(agent, `call-talking-${tongue}-${theme}`);
    await agent.getByRole('button', { name: hold }).click();
    await expect(agent.locator('[data-call-state="held"]')).toBeVisible();
    await shoot(agent, `call-held-${tongue}-${theme}`);
    await agentReady(world, tongue === 'en' ? 'bo' : 'anna', tongue === 'en' ? 'zh' : 'en');
    await agent.getByRole('button', { name: handOn }).click();
    await expect(agent.getByRole('dialog').getByRole('radio').nth(2)).toBeVisible();
    await shoot(agent, `call-hand-on-${tongue}-${theme}`);
    if (tongue === 'en') {
      const page = await world.newPage();
      await page.goto(pbx.url);
      await expect(page.locator('[data-phone="1001"]')).toContainText('held');
      await shoot(page, 'soft-pbx');
    }
  });

test('a supervisor and an administrator', async ({ world }) => {
  const anna = await agentReady(world, 'anna');
  const bo = await agentReady(world, 'bo', 'zh');
  const chen = await world.newPage({ locale: 'zh-CN' });
  await logIn(chen, 'chen');
  await visit(world, { name: 'Maria Santos', text: 'My cup arrived with a crack.' });
  await takeChat(anna, 'Maria Santos');
  await anna.getByRole('button', { name: /^Status/ }).click();
  await anna.getByRole('menuitem', { name: 'Training' }).click();
  await visit(world, { name: '王建国', text: '茶壶的盖子有点松。' });
  await takeChat(bo, '王建国');
  await bo.getByRole('button', { name: /^状态/ }).click();
  await bo.getByRole('menuitem', { name: '小休' }).click();
  await chen.getByRole('button', { name: /^状态/ }).click();
  await chen.getByRole('menuitem', { name: '用餐' }).click();
  const waiting = ['Omar Haddad', 'Ingrid Dahl', '李秀英'];
  for (const name of waiting) await visit(world, { name, text: 'Is anybody there?' });
  await bo.getByRole('button', { name: '结束会话' }).click();
  await bo.getByRole('tooltip').getByRole('button', { name: '结束会话' }).click();

  const sam = await world.newPage();
  await logIn(sam, 'sam');
  await expect(sam.locator('[data-column="longest"]', { hasText: 'late' })).toBeVisible({ timeout: 60_000 });
  await shoot(sam, 'supervisor-en-light');
  await sam.getByRole('button', { name: 'Sales' }).click();
  await expect(sam.getByRole('complementary', { name: 'Sales' }).locator('tbody tr').first()).toBeVisible();
  await shoot(sam, 'supervisor-queue-en-light');
  await inTheme(sam, 'dark');
  await sam.getByRole('button', { name: 'Language' }).click();
  await sam.getByRole('menuitem', { name: '简体中文' }).click();
  await shoot(sam, 'supervisor-queue-zh-dark');
  await inTheme(sam, 'light');
  await sam.getByRole('link', { name: '记录' }).click();
  await sam.getByRole('button', { name: 'Maria Santos' }).click();
  await expect(sam.getByRole('complementary', { name: 'Maria Santos' })).toContainText('crack');
  await shoot(sam, 'log-zh-light');

  const ada = await world.newPage();
  await logIn(ada, 'ada');
  await openPage(ada, 'Users');
  await expect(ada.locator('[data-user]').first()).toBeVisible();
  await shoot(ada, 'users-en-light');
  await ada.getByRole('button', { name: 'Add user' }).click();
  await shoot(ada, 'users-add-en-light');
});
