/** Numbers and phone systems, as a supervisor sees them while somebody calls; in both languages. */
import { CALLER, ring } from './support/desk';
import { complaintsOf, expect, logIn, openPage, test } from './support/test';
import { SUPPORT } from './support/softpbx';

const words = {
  en: { page: 'Numbers', inService: 'In service', support: 'Support' },
  zh: { page: '号码线路', inService: '运行中', support: '技术支持' },
};

test('a call is counted where it came in, and the phone system is in service', async ({ world }) => {
  const sam = await world.newPage();
  const complaints = complaintsOf(sam);
  await logIn(sam, 'sam');
  await openPage(sam, words.en.page);
  const trunk = sam.locator('[data-trunk="demo"]');
  const entry = sam.locator(`[data-entry="${SUPPORT}"]`);
  await expect(trunk).toContainText(words.en.inService);
  await expect(entry).toContainText(words.en.support);
  const now = entry.locator('[data-number]').first();
  await expect(now).toHaveText('0');
  const pbx = await ring(world, SUPPORT);
  await expect(now).toHaveText('1');
  await expect(trunk.locator('[data-number]').first()).toHaveText('1');
  await pbx.act('leave', { call_id: (await pbx.callOf(CALLER))?.call_id ?? '' });
  await expect(now).toHaveText('0');
  await expect(entry.locator('[data-number]').nth(1)).toHaveText('1');
  await sam.getByRole('button', { name: /English/ }).click();
  await sam.getByRole('menuitem', { name: '简体中文' }).click();
  await openPage(sam, words.zh.page);
  await expect(trunk).toContainText(words.zh.inService);
  await expect(entry).toContainText(words.zh.support);
  expect(complaints).toEqual([]);
});
