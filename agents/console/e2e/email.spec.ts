/** Mail at the desk: in by SMTP, read harmlessly, answered by SMTP, put aside; whatever strangers send, nothing runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectAccessible } from './support/accessible';
import { sendMail } from './support/mail';
import { agentReady, complaintsOf, expect, logIn, offerCard, test, type Tongue } from './support/test';

const said = {
  en: {
    agent: 'anna',
    accept: /^Accept/,
    send: 'Send',
    text: 'Text of the mail',
    sent: 'Sent',
    close: 'Send and close',
  },
  zh: { agent: 'bo', accept: /^接起/, send: '发送', text: '邮件正文', sent: '已发送', close: '发送并结束' },
};

for (const tongue of ['en', 'zh'] as Tongue[])
  test(`a mail is answered, and its answer comes back (${tongue})`, async ({ world }) => {
    const words = said[tongue];
    const sink = await world.sink();
    const page = await agentReady(world, words.agent, tongue);
    sendMail(world.server, { subject: 'Broken cup', text: 'My cup arrived broken.' });
    await expect(offerCard(page)).toContainText('My cup arrived broken.');
    await offerCard(page).getByRole('button', { name: words.accept }).click();
    await expect(page.getByRole('heading', { name: 'Broken cup' })).toBeVisible();

    await expectAccessible(page, 'mail', tongue === 'en' ? ['light', 'dark'] : ['light']);
    const box = page.getByLabel(words.text);
    await box.pressSequentially('A new one is on its way.');
    await page.locator('input[data-attach]').setInputFiles([
      { name: '发票.txt', mimeType: 'text/plain', buffer: Buffer.from('A receipt.') },
      { name: 'not-this.txt', mimeType: 'text/plain', buffer: Buffer.from('x') },
    ]);
    await expect(page.locator('[data-files] progress')).toHaveCount(0);
    await page.getByRole('button', { name: /not-this\.txt/ }).click();
    await page.reload();
    await expect(page.getByLabel(words.text)).toHaveValue(/A new one is on its way\./);
    await expect(page.locator('[data-files] li')).toHaveText(/发票\.txt/);
    await page.getByRole('button', { name: words.send, exact: true }).click();
    await expect(page.locator('[data-delivery="sent"]')).toContainText(words.sent);
    const [out] = await sink.mails();
    expect(out?.to).toEqual(['mia@example.org']);
    expect(out?.text).toContain('A new one is on its way.');
    expect(out?.text).toContain('> My cup arrived broken.');
    expect(out?.attachments).toEqual(['发票.txt']);
    await expect(page.locator('[data-files]')).toHaveCount(0);
    const download = page.waitForEvent('download');
    await page
      .locator('[data-mail="reply"]')
      .getByRole('link', { name: /发票\.txt/ })
      .click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('发票.txt');
    expect(readFileSync(await file.path(), 'utf8')).toBe('A receipt.');

    sendMail(world.server, { to: out?.from ?? '', subject: 'Re: Broken cup', text: 'Thank you!' });
    await expect(page.locator('[data-mail]')).toHaveCount(3);
    await expect(page.locator('[data-mail]').last()).toContainText('Thank you!');
    await page.getByLabel(words.text).pressSequentially('You are welcome.');
    await page.getByRole('button', { name: words.close }).click();
    await expect(page.locator('[data-mail-composer]')).toHaveCount(0);
    await expect.poll(async () => (await sink.mails()).length).toBe(2);
    expect((await sink.mails())[1]?.text).toMatch(/^You are welcome\.\s+(Kind regards|此致)/);
  });

test('hostile mail runs nothing and fetches nothing', async ({ world }) => {
  const page = await agentReady(world, 'anna');
  const asked: string[] = [];
  page.context().on('request', (request) => {
    if (!request.url().startsWith(world.server.url) && !request.url().startsWith('data:'))
      asked.push(request.url());
  });
  let dialogs = 0;
  page.on('dialog', (dialog) => {
    dialogs += 1;
    void dialog.dismiss();
  });
  const complaints = complaintsOf(page);
  const corpus = readFileSync(join(import.meta.dirname, 'support/hostile.html'), 'utf8').split(
    '<!-- next -->',
  );
  expect(corpus.length).toBeGreaterThan(40);
  sendMail(world.server, { subject: 'Hostile', text: 'See the other part', html: corpus.join('\n') });
  await offerCard(page)
    .getByRole('button', { name: /^Accept/ })
    .click();
  const frame = page.frameLocator('iframe[sandbox]');
  await expect(frame.getByText('the end of the corpus')).toBeVisible();
  // Whatever would run by itself has had its turn once what stands last in the page is painted.
  expect(
    await frame.locator('script, object, embed, form, input, svg, math, base, meta[http-equiv]').count(),
  ).toBe(0);
  expect(asked).toEqual([]);
  expect(dialogs).toBe(0);
  expect(await page.evaluate(() => (window as unknown as { owned?: boolean }).owned)).toBeUndefined();
  expect(page.url().startsWith(world.server.url)).toBe(true);
  expect(complaints.filter((one) => !/sandbox|Content Security Policy/i.test(one))).toEqual([]);
  await page.getByRole('button', { name: 'Show pictures' }).click();
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  expect(asked.every((url) => url.startsWith('http'))).toBe(true);
});

test('mail that is put aside comes back when its customer writes', async ({ world }) => {
  const sink = await world.sink();
  const page = await agentReady(world, 'anna');
  sendMail(world.server, { text: 'First' });
  await offerCard(page)
    .getByRole('button', { name: /^Accept/ })
    .click();
  await page.getByLabel('Text of the mail').pressSequentially('We look into it.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(page.locator('[data-delivery="sent"]')).toBeVisible();
  const [out] = await sink.mails();
  await page.getByRole('button', { name: 'Put aside until' }).click();
  await page.getByRole('menuitem', { name: 'At another time …' }).click();
  const put = page.getByRole('button', { name: 'Put aside', exact: true }).last();
  const when = page.getByLabel(/^Until/);
  await when.fill('2001-01-01T09:00');
  await expect(put).toBeDisabled();
  const day = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString().slice(0, 10);
  await when.fill(`${day}T16:45`);
  await put.click();
  await expect(page.locator('[data-parked-until]')).toContainText('16:45');
  sendMail(world.server, { to: out?.from ?? '', text: 'Any news?' });
  await expect(page.getByLabel('Text of the mail')).toBeVisible();
  await expect(page.locator('[data-mail]').last()).toContainText('Any news?');
});

test('whoever else opens the mail sees who is at it, and cannot answer', async ({ world }) => {
  const page = await agentReady(world, 'anna');
  sendMail(world.server, { subject: 'Two at once', text: 'Who answers me?' });
  await offerCard(page)
    .getByRole('button', { name: /^Accept/ })
    .click();
  await page.getByLabel('Text of the mail').pressSequentially('I do');
  const other = await world.newPage();
  await logIn(other, 'sam');
  await other.getByRole('link', { name: 'Log' }).click();
  await other.getByText('Mia Muster').first().click();
  await expect(other.getByText('Anna Berg is writing an answer now.')).toBeVisible();
  await expect(other.locator('[data-mail]')).toContainText('Who answers me?');
  await expect(other.locator('[data-mail-composer]')).toHaveCount(0);
});
