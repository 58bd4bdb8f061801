/** What people do with cases on the page, in both languages. */
import type { Page } from '@playwright/test';
import { expect, logIn, type Tongue, type World } from './test';

export const ELSEWHERE = 'The case is with another department';

/** Somebody of a department, at the list of cases. */
export async function atTheCases(world: World, username: string): Promise<Page> {
  const page = await world.newPage();
  await page.addInitScript(() => localStorage.setItem('cc:pref:language', JSON.stringify('en')));
  await logIn(page, username);
  await page.goto('/cases');
  return page;
}

export async function openCase(page: Page, subject: string): Promise<void> {
  await page.getByRole('button', { name: subject }).click();
  await expect(page.locator(`aside[aria-label*="${subject}"]`)).toBeVisible();
}

/** One step, as a person takes it: the button, what it asks for, and the state it leads to. */
export async function take(
  page: Page,
  name: string,
  state: string | RegExp,
  fill: Record<string, string> = {},
): Promise<void> {
  const side = page.locator('aside [data-case]');
  await side.getByRole('group').getByRole('button', { name, exact: true }).click();
  const dialog = page.getByRole('dialog');
  for (const [label, value] of Object.entries(fill)) {
    const field = dialog.getByLabel(label, { exact: true });
    if ((await field.getAttribute('role')) === 'combobox') {
      await field.click();
      await page.getByTitle(value, { exact: true }).last().click();
    } else await field.fill(value);
  }
  await dialog.getByRole('button', { name, exact: true }).click();
  await expect(dialog).toHaveCount(0);
  if (state === ELSEWHERE) await expect(page.getByText(ELSEWHERE)).toBeVisible();
  else await expect(side).toHaveAttribute('data-state', state);
}

const tags: Record<Tongue, string> = { en: 'en', zh: 'zh-CN' };

/** An instant as the pages write it. */
export const written = (atMs: number, tongue: Tongue): string =>
  new Intl.DateTimeFormat(tags[tongue], {
    timeZone: 'Asia/Shanghai',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(atMs);
