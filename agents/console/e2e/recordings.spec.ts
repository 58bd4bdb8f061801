/** A recorded call: paused, listened to in the history by those who may, on record; whoever may not is told so. */
import type { Page } from '@playwright/test';
import { expectAccessible } from './support/accessible';
import { configure } from './support/configuration';
import { CALLER, deskWords, ring, takeCall, wrapUpToTheEnd } from './support/desk';
import { SUPPORT } from './support/softpbx';
import { agentReady, complaintsOf, expect, logIn, test } from './support/test';

/** Long enough to be played and to be moved about in. */
const TALK_MS = 1_500;

async function openInHistory(page: Page): Promise<void> {
  await page.goto('/log');
  await page.getByRole('row', { name: /4567/ }).getByRole('button').first().click();
}

interface Playing {
  position: number;
  isOver: boolean;
}

const playing = (page: Page): Promise<Playing> =>
  page.locator('audio').evaluate((sound: HTMLAudioElement) => ({
    position: sound.currentTime,
    isOver: sound.ended,
  }));

/** As its own buttons do, which belong to the browser. */
const play = (page: Page) => page.locator('audio').evaluate((sound: HTMLAudioElement) => sound.play());

test('a recording is listened to by those who may', async ({ world }) => {
  await configure(world, ({ queues }) => {
    const support = queues.find(({ id }) => id === 'support');
    const notice = { en: 'This call is recorded.', zh: '本次通话将被录音。' };
    if (support) support.recording = { notice, keep_days: 30 };
  });
  const anna = await agentReady(world, 'anna');
  const complaints = complaintsOf(anna);
  const sam = await world.newPage();
  await logIn(sam, 'sam');

  const pbx = await ring(world, SUPPORT);
  await takeCall(anna, deskWords.en);
  const state = anna.locator('[data-recording]');
  await expect(state).toHaveAttribute('data-recording', 'on');
  await test.step('a phone system that lets nobody listen says so before a button is pressed', async () => {
    await sam.getByRole('button', { name: 'Support' }).click();
    const side = sam.getByRole('complementary');
    await side
      .getByRole('row', { name: /In conversation/ })
      .getByRole('button', { name: 'Why?' })
      .click();
    const group = side.getByRole('group', { name: 'Listen to this call' });
    await expect(group).toContainText('The phone system of this call lets nobody listen.');
    await expect(group.getByRole('button', { name: 'Listen', exact: true })).toBeDisabled();
    await expectAccessible(sam, 'a call that cannot be listened to', ['light']);
  });
  await test.step('what must not be kept is left out', async () => {
    await expect.poll(async () => (await pbx.callOf(CALLER))?.recorded_ms).toBeGreaterThan(TALK_MS);
    await anna.keyboard.press('Alt+r');
    await expect(state).toHaveAttribute('data-recording', 'paused');
    await anna.keyboard.press('Alt+r');
    await expect(state).toHaveAttribute('data-recording', 'on');
    await anna.getByRole('button', { name: 'Hang up' }).click();
    await wrapUpToTheEnd(anna, deskWords.en);
  });

  await test.step('its agent plays it, and jumps to where something was left out', async () => {
    await openInHistory(anna);
    await expect(anna.getByRole('region', { name: 'Recordings' })).toContainText('Anna Berg');
    await expect(anna.locator('audio')).toBeVisible();
    await expectAccessible(anna, 'a recording');
    await anna.context().setOffline(true);
    await anna
      .locator('audio')
      .evaluate((sound: HTMLAudioElement) => void sound.play().catch(() => undefined));
    await expect(anna.getByText('This recording cannot be played now.')).toBeVisible();
    await anna.context().setOffline(false);
    await anna.getByRole('alert').getByRole('button', { name: 'Try again' }).click();
    await expect(anna.getByText('This recording cannot be played now.')).toHaveCount(0);
    await expect.poll(() => playing(anna)).toMatchObject({ isOver: true });
    const { position: end } = await playing(anna);
    expect(end).toBeGreaterThan(TALK_MS / 1000);

    await anna.locator('[data-left-out="asked"]').getByRole('button').click();
    await expect.poll(() => playing(anna)).toMatchObject({ isOver: true });
    await anna.locator('audio').evaluate((sound: HTMLAudioElement) => (sound.currentTime = 0));
    await play(anna);
    await expect.poll(() => playing(anna)).toMatchObject({ isOver: true });
  });

  await test.step('a colleague of the queue is told who may', async () => {
    const bo = await world.newPage({ locale: 'zh-CN' });
    await logIn(bo, 'bo');
    await openInHistory(bo);
    await expect(bo.locator('[data-not-yours]')).toHaveText('如有录音，仅通话的坐席本人和主管可以收听。');
    await expect(bo.locator('audio')).toHaveCount(0);
    await bo.context().close();
  });

  await test.step('each listening is on record once, however many parts were asked for', async () => {
    await openInHistory(sam);
    await play(sam);
    const ada = await world.newPage();
    await logIn(ada, 'ada');
    await ada.goto('/audit?action=recording_heard');
    await expect(ada.locator('tr[data-audit]')).toHaveCount(2);
    await expect(ada.locator('tr[data-audit]').first()).toContainText('Sam Okafor');
    await expect(ada.locator('tr[data-audit]').last()).toContainText('Anna Berg');
  });
  expect(complaints).toEqual([]);
});
