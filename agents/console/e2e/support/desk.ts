/** What an agent does with a call, in both languages. */
import type { Page } from '@playwright/test';
import { SALES, SUPPORT, type SoftPbx } from './softpbx';
import { expect, offerCard, type Tongue, type World } from './test';

export const CALLER = '+49301234567';

/** What stands on an agent's desk. */
export const deskWords = {
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

export const consultWords = {
  en: {
    ring: 'Ring',
    handOver: 'Hand the caller over',
    asks: 'Anna Berg向您咨询',
    phases: [/Consult.*Anna Berg with 薄一宁.*Handed over/, /Conference.*with 薄一宁.*Handed over/],
  },
  zh: {
    ring: '呼叫',
    handOver: '把客户转给同事',
    asks: '薄一宁 asks you',
    phases: [/咨询同事.*薄一宁 与 Anna Berg.*客户已转交/, /三方通话.*与 Anna Berg.*客户已转交/],
  },
} as const;

export type DeskWords = (typeof deskWords)[Tongue];

/** Where the call on this desk stands, as its panel says. */
export const expectCall = (agent: Page, state: string) =>
  expect(agent.locator('[data-call-state]')).toHaveAttribute('data-call-state', state);

/** Taken in the console, and the phone is made to answer. */
export async function takeCall(agent: Page, words: DeskWords): Promise<void> {
  await expect(offerCard(agent)).toContainText('4567');
  await offerCard(agent).getByRole('button', { name: words.accept }).click();
  await expectCall(agent, 'talking');
}

export async function wrapUp(agent: Page, words: DeskWords): Promise<void> {
  const outcome = agent.getByRole('combobox', { name: words.outcome });
  await outcome.click();
  await agent.getByTitle(words.choice).click();
  await agent.keyboard.press('Control+Enter');
  await expect(outcome).toHaveCount(0);
}

/** The last thing in hand is done. */
export async function wrapUpToTheEnd(agent: Page, words: DeskWords): Promise<void> {
  await wrapUp(agent, words);
  await expect(agent.getByText(words.ready)).toBeVisible();
}

export async function ring(world: World, number: string, digit = ''): Promise<SoftPbx> {
  const pbx = await world.pbx();
  await pbx.act('dial', { from: CALLER, to: number });
  if (digit) {
    await expect.poll(async () => (await pbx.callOf(CALLER))?.is_gathering).toBe(true);
    await pbx.act('press', { call_id: (await pbx.callOf(CALLER))?.call_id ?? '', digit });
  }
  return pbx;
}

export async function handOnToColleague(agent: Page, words: DeskWords): Promise<void> {
  await agent.getByRole('button', { name: words.handOn }).click();
  const dialog = agent.getByRole('dialog');
  await dialog.getByText(words.toAgent).click();
  await dialog.getByLabel(words.find).fill(words.colleague.name.slice(0, 1));
  await dialog.getByText(words.colleague.name).click();
  await dialog.getByRole('button', { name: words.handOn }).click();
}
