/** No serious or critical finding of axe, and one heading that names the page. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** A colour on its way from one theme to the other belongs to neither, nor one of a dialog that fades: waits until it has arrived. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const isColour = (one: Animation) =>
      one instanceof CSSTransition && /color|shadow|opacity/.test(one.transitionProperty);
    // A countdown runs once, too, and for minutes: that is no fade.
    const isFade = (one: Animation) =>
      one instanceof CSSAnimation &&
      one.playState === 'running' &&
      Number(one.effect?.getComputedTiming().endTime) <= 1_000;
    const moving = document.getAnimations().filter((one) => isColour(one) || isFade(one));
    await Promise.allSettled(moving.map((one) => one.finished));
  });
}

type Theme = 'light' | 'dark';

/** What a theme decides: everything else about a page is the same in the other. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** In both themes, unless the page is one of many that are built of the same pieces. */
export async function expectAccessible(
  page: Page,
  where: string,
  themes: Theme[] = ['light', 'dark'],
): Promise<void> {
  for (const [number, theme] of themes.entries()) {
    await page.evaluate((choice) => {
      localStorage.setItem('cc:pref:theme', JSON.stringify(choice));
      window.dispatchEvent(new StorageEvent('storage', { key: 'cc:pref:theme' }));
    }, theme);
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme);
    await settled(page);
    // A mail's frame runs no script, axe's neither. So axe need not be carried from frame to frame: the page alone is quicker.
    const axe = new AxeBuilder({ page }).exclude('iframe').setLegacyMode();
    axe.options({ resultTypes: ['violations'] });
    if (number > 0) axe.withRules(COLOURS);
    const { violations } = await axe.analyze();
    const found = violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(' | ')}`);
    expect(found, `${where}, ${theme}`).toEqual([]);
    expect(await page.locator('h1').count(), `one h1 on ${where}`).toBe(1);
  }
}
