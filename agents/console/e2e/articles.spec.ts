/** The knowledge base: suggested, found and sent while a customer waits; what finds no answer is taken by an editor. */
import { expectAccessible } from './support/accessible';
import { agentReady, complaintsOf, expect, logIn, takeChat, test, visit, widget } from './support/test';

test('an article is suggested, found and sent; a question without an answer is taken', async ({ world }) => {
  const editor = await world.newPage();
  await logIn(editor, 'sam');
  const complaints = complaintsOf(editor);
  // The demo's articles come in beside the start.
  const stored = async () =>
    (await (await editor.request.get('/api/v1/articles')).text()).includes('warranty');
  await expect.poll(stored, { timeout: 60_000 }).toBe(true);
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

  await editor.getByRole('link', { name: 'Articles' }).click();
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
  expect(complaints).toEqual([]);
});
