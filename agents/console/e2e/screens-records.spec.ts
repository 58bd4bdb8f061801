/** Pictures of mail, of three channels at once, of what is on record and of what administrators see. Made on demand. */
import type { Page } from '@playwright/test';
import { deskWords, expectCall, handOnToColleague, ring, takeCall, wrapUp } from './support/desk';
import { sendMail } from './support/mail';
import { inTheme, shoot } from './support/pictures';
import {
  agentReady,
  expect,
  logIn,
  offerCard,
  takeChat,
  test,
  visit,
  type World,
  openPage,
} from './support/test';

test.use({ times: null });

const said = {
  en: {
    theme: 'light',
    customer: { name: 'Maria Santos', email: 'maria@example.com', text: 'My cup arrived with a crack.' },
    from: 'Ingrid Dahl <ingrid@example.org>',
    subject: 'Which pot for two?',
    html: '<p>Hello,</p><p>I am looking for a <b>teapot for two</b>. Two I like:</p><ul><li>Celadon, 0.4 l</li><li>Yixing, 0.5 l</li></ul><p>Which one pours better?</p><p>Ingrid</p>',
    answer: 'Hello Ingrid,\n\nthe Yixing pot pours without a drop. Warm it first.\n',
    mailText: 'Text of the mail',
    log: 'Log',
    timeline: 'Timeline',
    ada: ['Audit', 'Configuration', 'Queues', 'History', 'Users', 'Integrations'],
  },
  zh: {
    theme: 'dark',
    customer: {
      name: '李秀英',
      email: 'li@example.com',
      text: '收到的杯子有裂纹，可以补发吗？',
      tongue: 'zh',
    },
    from: '王建国 <wang@example.org>',
    subject: '两人用哪款壶？',
    html: '<p>您好：</p><p>想买一把<b>两人用的茶壶</b>，看中两款：</p><ul><li>青瓷，0.4 升</li><li>紫砂，0.5 升</li></ul><p>哪一款出水更好？</p><p>王建国</p>',
    answer: '王先生您好：\n\n紫砂壶出水利落，使用前请先温壶。\n',
    mailText: '邮件正文',
    log: '记录',
    timeline: '客户时间线',
    ada: ['审计', '配置', '队列', '历史', '用户', '集成'],
  },
} as const;

async function administer(world: World, tongue: 'en' | 'zh'): Promise<void> {
  const { theme, ada: names } = said[tongue];
  const [audit, configuration, queues, history, users, integrations] = names;
  const page = await world.newPage();
  await logIn(page, 'ada');
  const headers = { Origin: world.server.url };
  const post = async (path: string, data: object) => {
    expect((await page.request.post(path, { data, headers })).status()).toBe(201);
  };
  await post('/api/v1/subscriptions', {
    name: 'CRM',
    url: 'https://crm.example/hooks/callcenter',
    kinds: ['contact.closed'],
    queue_ids: [],
  });
  await post('/api/v1/api-keys', { name: 'Reports', role: 'reader', queue_ids: ['sales'], team_ids: [] });
  if (tongue === 'zh') {
    await page.getByRole('button', { name: 'Language' }).click();
    await page.getByRole('menuitem', { name: '简体中文' }).click();
  }
  await inTheme(page, theme);
  const visitPage = (name: string) => openPage(page, name);
  const part = async (name: string) => page.getByRole('button', { name, exact: true }).click();
  await visitPage(audit);
  await expect(page.locator('tr[data-audit]').first()).toBeVisible();
  await shoot(page, `audit-${tongue}-${theme}`);
  await visitPage(configuration);
  await part(queues);
  await expect(page.getByRole('heading', { level: 2, name: queues })).toBeVisible();
  await shoot(page, `configuration-queues-${tongue}-${theme}`);
  await part(history);
  await expect(page.locator('[data-change]').first()).toBeVisible();
  await shoot(page, `configuration-history-${tongue}-${theme}`);
  await visitPage(users);
  await page.getByRole('button', { name: 'Anna Berg' }).click();
  await expect(page.getByRole('dialog').locator('[data-skill]').first()).toBeVisible();
  await shoot(page, `person-${tongue}-${theme}`);
  await page.keyboard.press('Escape');
  await visitPage(integrations);
  await expect(page.locator('[data-api-key]').first()).toBeVisible();
  await shoot(page, `integrations-${tongue}-${theme}`);
}

async function record(agent: Page, tongue: 'en' | 'zh'): Promise<void> {
  const { theme, log, customer, timeline } = said[tongue];
  await agent.getByRole('link', { name: log, exact: true }).click();
  await agent.getByRole('row', { name: /4567/ }).getByRole('button').click();
  await expect(agent.getByRole('complementary').locator('ol li').nth(4)).toBeVisible();
  await shoot(agent, `history-call-${tongue}-${theme}`);
  await agent.getByRole('row', { name: customer.name }).getByRole('button').click();
  await agent.getByText(timeline, { exact: true }).click();
  await expect(agent.getByRole('complementary', { name: customer.name })).toContainText(customer.name);
  await shoot(agent, `history-timeline-${tongue}-${theme}`);
}

for (const tongue of ['en', 'zh'] as const)
  test(`mail, call, history, administration, ${tongue}`, async ({ world }) => {
    const [words, desk] = [said[tongue], deskWords[tongue]];
    const agent = await agentReady(world, desk.username, tongue);
    await inTheme(agent, words.theme);
    await visit(world, words.customer);
    await takeChat(agent, words.customer.name);
    const { from, subject, html } = words;
    sendMail(world.server, {
      from,
      subject,
      html,
      text: html.replace(/<li>|<p>/g, '\n').replace(/<[^>]+>/g, ''),
      files: [{ name: 'pots.txt', text: 'Pots' }],
    });
    await expect(offerCard(agent)).toBeVisible();
    await shoot(agent, `mail-offer-${tongue}-${words.theme}`);
    await offerCard(agent).getByRole('button', { name: desk.accept }).click();
    const box = agent.getByLabel(words.mailText);
    await box.pressSequentially(words.answer);
    await expect(agent.locator('iframe').first()).toBeVisible();
    await shoot(agent, `mail-${tongue}-${words.theme}`);

    await ring(world, desk.number, desk.digit);
    await takeCall(agent, desk);
    await shoot(agent, `three-channels-${tongue}-${words.theme}`);
    await agent.getByRole('button', { name: desk.hold }).click();
    await expectCall(agent, 'held');
    await agent.getByRole('button', { name: desk.unhold }).click();
    await expectCall(agent, 'talking');
    const second = await agentReady(world, desk.colleague.username, desk.colleague.tongue);
    await handOnToColleague(agent, desk);
    await takeCall(second, deskWords[desk.colleague.tongue]);
    await wrapUp(agent, desk);
    const theirs = deskWords[desk.colleague.tongue];
    await second.getByRole('button', { name: theirs.hangUp }).click();
    await wrapUp(second, theirs);
    await record(agent, tongue);
    await administer(world, tongue);
  });
