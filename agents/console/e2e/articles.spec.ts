/** The knowledge base: suggested, found and sent while a customer waits; what finds no answer is taken by an editor. */
import { expectAccessible } from './support/accessible';
import { CALLER, deskWords, ring, takeCall } from './support/desk';
import { sendMail } from './support/mail';
import { SUPPORT } from './support/softpbx';
import {
  agentReady,
  complaintsOf,
  expect,
  expectNotice,
  logIn,
  offerCard,
  openPage,
  putProfile,
  takeChat,
  test,
  visit,
  widget,
  type World,
} from './support/test';

/** The page of somebody who edits articles, once the demo's articles are there: they come in beside the start. */
async function editorOf(world: World) {
  const editor = await world.newPage();
  await logIn(editor, 'sam');
  const stored = async () =>
    (await (await editor.request.get('/api/v1/articles')).text()).includes('warranty');
  await expect.poll(stored, { timeout: 60_000 }).toBe(true);
  return editor;
}

test('an article is suggested, found and sent; a question without an answer is answered', async ({
  world,
}) => {
  const editor = await editorOf(world);
  const complaints = complaintsOf(editor);
  const page = await agentReady(world, 'bo', 'zh');
  const customer = await visit(world, { name: '王芳', text: '我要退货，怎么办？', tongue: 'zh' });
  await takeChat(page, '王芳');
  const panel = page.getByRole('region', { name: '知识库' });
  await expect(panel.getByRole('list', { name: '可能解答客户的问题' })).toContainText('七天无理由退货');
  await expectAccessible(page, 'articles beside a chat');

  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('搜索知识库');
  await page.keyboard.press('Enter');
  await page.keyboard.type('退款 到账');
  await panel.locator('[data-article="refund-time"]').click();
  await expect(panel.locator('[data-open-article="refund-time"]')).toContainText('三个工作日');
  await page.keyboard.press('Enter');
  await expect(widget(customer).getByRole('log')).toContainText('退款多久到账');
  await expect(panel.getByRole('list', { name: '已发送的文章' })).toContainText('退款多久到账');

  await panel.getByLabel('搜索文章').fill('可以用支票付款吗');
  await panel.getByRole('button', { name: '没有找到答案' }).click();
  await expect(panel.getByRole('list', { name: '我没有找到答案的问题' })).toContainText('待处理');

  await openPage(editor, 'Articles');
  await editor.getByText('Questions', { exact: true }).click();
  const row = editor.locator('[data-question]', { hasText: '支票' });
  await row.getByRole('button', { name: 'Take' }).click();
  await expect(row).toHaveAttribute('data-state', 'taken');
  await row.getByRole('button', { name: 'Write article' }).click();
  const dialog = editor.getByRole('dialog');
  await dialog.getByLabel('Id').fill('cheque');
  await dialog.getByLabel('Title').first().fill('Paying by cheque');
  await dialog.getByLabel('Text').first().fill('We do **not** take cheques.');
  await expect(dialog.getByText('not', { exact: true })).toBeVisible();
  await expectAccessible(editor, 'an article being written', ['light']);
  await dialog.getByRole('button', { name: 'Store' }).click();
  await expect(dialog).toHaveCount(0);
  await expect(row).toHaveCount(0);
  await editor.getByText('Done', { exact: true }).click();
  await expect(row).toHaveAttribute('data-state', 'answered');

  // Who asked sees it beside the conversation, and sends the answer.
  const own = panel.getByRole('list', { name: '我没有找到答案的问题' });
  await expect(own).toContainText('已解答');
  await own.getByRole('button').click();
  await expect(panel.locator('[data-open-article="cheque"]')).toContainText('We do not take cheques.');
  await page.keyboard.press('Enter');
  await expect(widget(customer).getByRole('log')).toContainText('We do not take cheques.');
  expect(complaints).toEqual([]);
});

test('one click answers a mail with an article, and it stands in the record', async ({ world }) => {
  const sink = await world.sink();
  await editorOf(world);
  const page = await agentReady(world, 'anna');
  sendMail(world.server, { subject: 'My money', text: 'When does my refund arrive?' });
  await offerCard(page)
    .getByRole('button', { name: /^Accept/ })
    .click();
  const panel = page.getByRole('region', { name: 'Knowledge base' });
  await panel.getByLabel('Search articles').fill('refund arrives');
  await panel.locator('[data-article="refund-time"]').click();
  await panel.getByRole('button', { name: 'Send by mail' }).click();
  await expect(panel.getByRole('list', { name: 'Articles sent' })).toContainText('When a refund arrives');
  await expect(page.locator('[data-delivery="sent"]')).toContainText('Sent');
  const [out] = await sink.mails();
  expect(out?.to).toEqual(['mia@example.org']);
  expect(out?.subject).toBe('Re: My money');
  expect(out?.text).toContain('Alipay and WeChat Pay: the same day');
  expect(out?.text).toContain('> When does my refund arrive?');
});

test('from a call an article goes to the address the profile has, and nowhere without one', async ({
  world,
}) => {
  const sink = await world.sink();
  await editorOf(world);
  await putProfile(world, { address: CALLER, email: 'mia.caller@example.org' });
  const page = await agentReady(world, 'anna');
  await ring(world, SUPPORT);
  await takeCall(page, deskWords.en);
  const panel = page.getByRole('region', { name: 'Knowledge base' });
  const search = panel.getByLabel('Search articles');
  await search.fill('refund arrives');
  await panel.locator('[data-article="refund-time"]').click();
  await expectAccessible(page, 'an article beside a call');
  await panel.getByRole('button', { name: 'Send to mia.caller@example.org' }).click();
  await expectNotice(page, 'Sent to mia.caller@example.org');
  const sent = panel.getByRole('list', { name: 'Articles sent' });
  await expect(sent).toContainText('When a refund arrives');
  await expect(sent).toContainText('Sent');
  const [out] = await sink.mails();
  expect(out?.to).toEqual(['mia.caller@example.org']);
  expect(out?.subject).toBe('When a refund arrives');

  await putProfile(world, { address: CALLER });
  await search.fill('refund arrives');
  await panel.locator('[data-article="refund-time"]').click();
  await expect(panel).toContainText('No e-mail address of this customer is known');
  await expect(panel.getByRole('button', { name: /^Send/ })).toHaveCount(0);
});
