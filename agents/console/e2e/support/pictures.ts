/** The pictures under docs/screens. */
import { resolve } from 'node:path';
import type { Page } from '@playwright/test';

const FOLDER = resolve(import.meta.dirname, '../../../../docs/screens');

export async function shoot(page: Page, name: string): Promise<void> {
  await page.mouse.move(683, 766);
  await page.evaluate(async () => {
    await document.fonts.ready;
    // Whatever still opens or fades; a countdown goes on for longer.
    const short = document.getAnimations().filter((one) => Number(one.effect?.getTiming().duration) < 1_000);
    await Promise.allSettled(short.map((one) => one.finished));
  });
  await page.screenshot({ path: `${FOLDER}/${name}.png` });
}

export async function inTheme(page: Page, theme: 'light' | 'dark'): Promise<void> {
  await page.evaluate((choice) => {
    localStorage.setItem('cc:pref:theme', JSON.stringify(choice));
    window.dispatchEvent(new StorageEvent('storage', { key: 'cc:pref:theme' }));
  }, theme);
}
