/** A complaint's whole life, mostly in Chinese: left on the voicemail before a holiday, and closed when the customer agrees. */
import type { Locator, Page } from '@playwright/test';
import { atTheCases, ELSEWHERE, openCase, take, written } from './support/cases';
import { CALLER, deskWords, expectCall, wrapUpToTheEnd } from './support/desk';
import { shoot } from './support/pictures';
import { MENUS } from './support/softpbx';
import { agentReady, complaintsOf, expect, offerCard, test, type World } from './support/test';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Of Shanghai: where the demo's company is open. */
const OFFSET_MS = 8 * HOUR_MS;
const TUESDAY = 2;

/** The midnight with which the next Tuesday begins, in Shanghai. */
function nextTuesday(nowMs: number): number {
  const local = new Date(nowMs + OFFSET_MS);
  const days = (TUESDAY - local.getUTCDay() + 7) % 7 || 7;
  return Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate() + days) - OFFSET_MS;
}

const tuesdayMs = nextTuesday(Date.now());
/** So many days after that midnight; the last minute of a day is `endOf`. */
const at = (days: number, hours = 0): number => tuesdayMs + days * DAY_MS + hours * HOUR_MS;
const endOf = (days: number): number => at(days + 1) - MINUTE_MS;
const holiday = new Date(at(1) + OFFSET_MS).toISOString().slice(0, 10);

test.use({ holiday });
test.setTimeout(360_000);

const SUBJECT = '茶壶壶嘴破裂';
const SOLUTION = { 'Root cause': 'The product', 'The solution': '免费寄送一把新茶壶' };
const picture = process.env.CC_SCREENS ? shoot : () => Promise.resolve();

/** The clock is led ahead; who looks at this page is told by how much. */
async function lead(world: World, page: Page, span: string): Promise<void> {
  const ahead = page.getByText(/^(尚未拨快|比实际时间快)/);
  const before = await ahead.textContent();
  await world.server.advance(span);
  await expect(ahead).not.toHaveText(before ?? '');
}

/** Outside office hours the menus lead a complaint to the voicemail. */
async function leaveMessage(world: World): Promise<void> {
  const pbx = await world.pbx();
  const call = () => pbx.callOf(CALLER);
  await pbx.act('dial', { from: CALLER, to: MENUS });
  for (const digit of ['1', '3']) {
    await expect.poll(async () => (await call())?.is_gathering).toBe(true);
    await pbx.act('press', { call_id: (await call())?.call_id ?? '', digit });
  }
  await expect.poll(async () => (await call())?.recorded_ms).toBeGreaterThan(1_500);
  await pbx.act('leave', { call_id: (await call())?.call_id ?? '' });
}

/** What was said can be heard: the sound is fetched, and it plays. */
async function expectPlays(sound: Locator): Promise<void> {
  await sound.evaluate((found: HTMLAudioElement) => found.play());
  await expect.poll(() => sound.evaluate((found: HTMLAudioElement) => found.currentTime)).toBeGreaterThan(0);
}

/** The customer is called, answers, and says what they think of the solution. */
async function verify(bo: Page, answer: string, said: string, state: string): Promise<void> {
  await expectCall(bo, 'talking');
  const asked = bo.getByRole('region', { name: '案件' }).locator('li[data-case="1"]');
  await expect(asked).toContainText('请询问客户是否认可此方案');
  if (said) await asked.getByLabel('客户意见').fill(said);
  if (said) await picture(bo, 'case-verification-zh-light');
  await asked.getByRole('button', { name: answer, exact: true }).click();
  await expect(bo.getByRole('region', { name: '案件' }).locator(`li[data-state="${state}"]`)).toBeVisible();
  await bo.getByRole('button', { name: deskWords.zh.hangUp }).click();
  await wrapUpToTheEnd(bo, deskWords.zh);
}

test('a complaint by voicemail is worked on over a holiday until the customer agrees', async ({ world }) => {
  const bo = await agentReady(world, 'bo', 'zh');
  const complaints = complaintsOf(bo);
  const untilEvening = at(0, 21.5) - Date.now();
  await lead(world, bo, `${Math.round(untilEvening / MINUTE_MS)}min`);

  await leaveMessage(world);
  await offerCard(bo).getByRole('button', { name: '接起' }).click();
  await expectPlays(bo.locator('[data-conversation="task"] audio'));
  await expect(bo.getByText('语言', { exact: true }).locator('..')).toContainText('中文');
  await bo.getByRole('region', { name: '案件' }).getByRole('button', { name: '建立案件' }).click();
  const dialog = bo.getByRole('dialog');
  await dialog.getByLabel('一句话概述').fill(SUBJECT);
  await dialog.getByLabel('客户所述经过').fill('收到包裹时壶嘴已经破裂，要求更换。');
  await dialog.getByRole('button', { name: '建立案件' }).click();
  await expect(dialog).toHaveCount(0);
  await picture(bo, 'case-voicemail-zh-light');
  await bo.getByRole('button', { name: '结束会话', exact: true }).click();
  await wrapUpToTheEnd(bo, deskWords.zh);

  // Eight hours from Tuesday evening: Wednesday is off, so they begin on Thursday at half past eight.
  await bo.goto('/cases');
  await openCase(bo, SUBJECT);
  const facts = bo.locator('aside [data-case] dl');
  await expect(facts).toContainText(`${written(at(2, 16.5), 'zh')} · 告知客户`);
  await lead(world, bo, '1d12h');
  await take(bo, '告知客户已受理', 'acknowledged');
  // Seven days that count, the holiday not among them: to the end of Wednesday.
  const resolveBy = endOf(8);
  await expect(facts).toContainText(`${written(resolveBy, 'zh')} · 给出方案`);
  await take(bo, '分类', 'classified', { 类别: '服务' });
  await take(bo, '分派', 'assigned', { 转到部门: '服务部' });

  const service = await atTheCases(world, 'chen');
  await openCase(service, SUBJECT);
  await take(service, 'Return', ELSEWHERE, { 'Why it goes back': '这是产品质量问题' });
  await expect(bo.locator('aside [data-case]')).toHaveAttribute('data-state', 'returned');
  await take(bo, '分派', 'assigned', { 转到部门: '产品部' });
  await bo.goto('/');

  const pbx = await world.pbx();
  for (const address of [CALLER, '1002']) await pbx.act('manner', { address, manner: 'answers' });
  const product = await atTheCases(world, 'du');
  await openCase(product, SUBJECT);
  await take(product, 'Take', 'assigned');
  await take(product, 'Propose a solution', /proposed|verifying/, SOLUTION);
  await expect(product.locator('aside [data-case]')).toHaveAttribute('data-state', 'verifying');
  await expect(product.locator('aside dl')).toContainText(
    `${written(endOf(5), 'en')} · to be verified with the customer`,
  );
  await verify(bo, '客户不认可', '我要退款，不要新茶壶', 'reopened');

  const there = product.locator('aside [data-case]');
  await expect(there).toHaveAttribute('data-state', 'reopened');
  await expect(there.locator('dl')).toContainText(written(resolveBy, 'en'));
  await world.server.kill();
  await world.server.run();
  await expect(bo.locator('[data-link="open"]')).toBeVisible();
  await lead(world, bo, '7d');
  await product.getByText('Late', { exact: true }).click();
  await expect(product.locator('tr[data-state="reopened"]')).toContainText(
    '9 h late · Products has no solution yet.',
  );
  await take(product, 'Propose a solution', /proposed|verifying/, { 'The solution': '全额退款' });
  await verify(bo, '客户认可', '', 'closed_accepted');

  await expect(there).toHaveAttribute('data-state', 'closed_accepted');
  const told = await there.locator('li[data-step]').evaluateAll((all) => all.map((one) => one.dataset.step));
  expect(told).toEqual([
    'received',
    'acknowledge',
    'classify',
    'assign',
    'return',
    'assign',
    'take',
    'propose',
    'plan_call',
    'not_accepted',
    'propose',
    'plan_call',
    'accepted',
  ]);
  expect(complaints).toEqual([]);
});
