/** No serious or critical finding of axe, and one heading that names the page. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** A colour on its way from one theme to the other belongs to neither: waits until it has arrived. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const colours = document
      .getAnimations()
      .filter((one) => one instanceof CSSTransition && /color|shadow/.test(one.transitionProperty));
    await Promise.allSettled(colours.map((one) => one.finished));
  });
}

type Theme = 'light' | 'dark';

/** In both themes, unless the page is one of many that are built of the same pieces. */
export async function expectAccessible(
  page: Page,
  where: string,
  themes: Theme[] = ['light', 'dark'],
): Promise<void> {
  for (const theme of themes) {
    await page.evaluate((choice) => {
      localStorage.setItem('cc:pref:theme', JSON.stringify(choice));
      window.dispatchEvent(new StorageEvent('storage', { key: 'cc:pref:theme' }));
    }, theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await settled(page);
    // A mail's frame runs no script, axe's neither.
    const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
    const found = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
    expect(found, `${where}, ${theme}`).toEqual([]);
    expect(await page.locator('h1').count(), `one h1 on ${where}`).toBe(1);
  }
}
