/** One whole chat through real clicks, in both languages: the acceptance of this slice. */
import type { Locator } from '@playwright/test';
import {
  agentReady,
  complaintsOf,
  customerSays,
  expect,
  goReady,
  logInByHand,
  offerCard,
  takeChat,
  test,
  transcript,
  visit,
  widget,
  type Tongue,
} from './support/test';

const said = {
  en: {
    agent: 'anna',
    visitor: { name: 'Maria Santos', email: 'maria@example.com', text: 'My cup arrived with a crack' },
    typing: 'Maria Santos is typing',
    agentTyping: 'Anna Berg is typing',
    talkingWith: 'You are talking with Anna Berg',
    more: 'Order 77, please',
    answer: 'A new cup leaves today',
    end: 'End',
    over: 'This chat has ended. Thank you!',
    outcome: 'Outcome of the contact',
    choice: 'Information given',
    notes: 'Notes for colleagues',
    note: 'Sent a replacement',
    finish: 'Finish',
    ready: 'Ready for the next contact',
    recent: 'Your latest contacts',
  },
  zh: {
    agent: 'bo',
    visitor: { name: '李秀英', email: 'li@example.com', text: '收到的杯子有裂纹', tongue: 'zh' as Tongue },
    typing: '李秀英正在输入',
    agentTyping: '薄一宁正在输入',
    talkingWith: '薄一宁 为您服务',
    more: '订单号 77',
    answer: '今天就给您补发一只新的',
    end: '结束会话',
    over: '本次咨询已结束，感谢您的来访！',
    outcome: '处理结果',
    choice: '已答复咨询',
    notes: '供同事参考的备注',
    note: '已补发',
    finish: '完成',
    ready: '已就绪，等待来访',
    recent: '最近处理的联络',
  },
};

/** "Is typing" is shown for a few seconds: who looks too late sees it at the next key. */
async function typeUntil(box: Locator, text: string, seen: Locator): Promise<void> {
  await box.pressSequentially(text);
  await expect(async () => {
    await box.press('End');
    await box.pressSequentially(' ');
    await expect(seen).toBeVisible({ timeout: 3_000 });
  }).toPass();
}

for (const tongue of ['en', 'zh'] as const)
  test(`a whole chat, ${tongue}`, async ({ world }) => {
    const words = said[tongue];
    const agent = await world.newPage(tongue === 'zh' ? { locale: 'zh-CN' } : {});
    const complaints = complaintsOf(agent);
    await logInByHand(agent, words.agent, tongue);
    await goReady(agent, tongue);
    const customer = await visit(world, words.visitor);
    const shopComplaints = complaintsOf(customer);

    await expect(offerCard(agent)).toContainText(words.visitor.text);
    await takeChat(agent, words.visitor.name);
    await expect(widget(customer)).toContainText(words.talkingWith);
    await expect(agent.getByRole('link', { name: words.visitor.email })).toBeVisible();

    await typeUntil(
      widget(customer).locator('form.write textarea'),
      words.more,
      agent.getByText(words.typing),
    );
    await widget(customer).locator('form.write textarea').press('Enter');
    await expect(transcript(agent)).toContainText(words.more);

    const composer = agent.getByRole('textbox', { name: words.visitor.name });
    await typeUntil(composer, words.answer, widget(customer).getByText(words.agentTyping));
    await composer.press('Enter');
    await expect(widget(customer).getByRole('log')).toContainText(words.answer);
    await expect(transcript(agent).locator('[data-author="agent"]').last()).toContainText(words.answer);
    await expect(agent.locator('[data-outbox]')).toHaveCount(0);

    await agent.getByRole('button', { name: words.end, exact: true }).click();
    await agent.getByRole('tooltip').getByRole('button', { name: words.end, exact: true }).click();
    await expect(widget(customer)).toContainText(words.over);

    await agent.getByRole('combobox', { name: words.outcome }).click();
    await agent.getByTitle(words.choice).click();
    await agent.getByLabel(words.notes).fill(words.note);
    await agent.keyboard.press('Control+Enter');
    await expect(agent.getByText(words.ready)).toBeVisible();
    await expect(agent.getByLabel(words.recent)).toContainText(words.choice);

    expect(complaints).toEqual([]);
    expect(shopComplaints).toEqual([]);
  });

test('what anybody writes is text, never markup', async ({ world }) => {
  const markup = '<img src=x onerror="document.title=1"><b>bold</b>';
  const agent = await agentReady(world, 'anna');
  const customer = await visit(world, { name: '<i>Eve</i>', text: markup });
  await takeChat(agent, '<i>Eve</i>');
  await expect(transcript(agent)).toContainText(markup);
  await agent.getByRole('textbox', { name: '<i>Eve</i>' }).fill(markup);
  await agent.keyboard.press('Enter');
  await expect(widget(customer).locator('.line:not(.own)')).toContainText(markup);
  await expect(transcript(agent).locator('img, b, i')).toHaveCount(0);
  await expect(widget(customer).locator('.log img, .log b, .log i')).toHaveCount(0);
});

test('language, theme and both drafts survive a switch without a reload', async ({ world }) => {
  const agent = await agentReady(world, 'anna');
  const customer = await visit(world, { name: 'Maria', text: 'hello' });
  await takeChat(agent, 'Maria');
  await agent.getByRole('textbox', { name: 'Message to Maria' }).fill('half a sentence');
  await agent.getByRole('button', { name: 'Language' }).click();
  await agent.getByRole('menuitem', { name: '简体中文' }).click();
  await expect(agent.getByRole('textbox', { name: '发给Maria的消息' })).toHaveValue('half a sentence');
  await expect(agent.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await agent.getByRole('button', { name: /^主题/ }).click();
  await agent.getByRole('menuitem', { name: '深色' }).click();
  await expect(agent.locator('html')).toHaveAttribute('data-theme', 'dark');
  await customerSays(customer, 'still here?');
  await expect(transcript(agent)).toContainText('still here?');

  await widget(customer).locator('form.write textarea').fill('my draft');
  await customer.getByRole('button', { name: '中文' }).click();
  await expect(widget(customer)).toContainText('Anna Berg 为您服务');
  await expect(widget(customer).locator('form.write textarea')).toHaveValue('my draft');
});

test('the button pressed as the widget’s texts arrive opens it', async ({ world }) => {
  const page = await world.newPage();
  let arrive = () => {};
  const mayArrive = new Promise<void>((resolve) => (arrive = resolve));
  await page.route('**/api/v1/chat/widgets/demo', async (route) => {
    await mayArrive;
    await route.continue();
  });
  await page.goto('/demo');
  await widget(page).getByRole('button', { name: 'Chat with us' }).hover();
  await page.mouse.down();
  const arrived = page.waitForResponse('**/api/v1/chat/widgets/demo');
  arrive();
  await (await arrived).finished();
  await page.evaluate(() => new Promise((drawn) => setTimeout(drawn, 300)));
  await page.mouse.up();
  await expect(widget(page).getByLabel('Your name')).toBeVisible();
});
