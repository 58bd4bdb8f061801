/** Three channels on one desk: a chat, a mail and a call in one agent's hands at once; then all three on record. */
import type { Locator, Page } from '@playwright/test';
import {
  CALLER,
  deskWords,
  expectCall,
  handOnToColleague,
  ring,
  takeCall,
  wrapUp,
  wrapUpToTheEnd,
} from './support/desk';
import { sendMail } from './support/mail';
import {
  agentReady,
  complaintsOf,
  expect,
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
    customer: { name: 'Maria Santos', text: 'My cup arrived with a crack' },
    answer: 'A new one leaves today',
    end: 'End',
    mailText: 'Text of the mail',
    mailAnswer: 'The pot holds one litre.',
    sendAndClose: 'Send and close',
    log: 'Log',
    refresh: /Refresh|new/,
    handled: 'Handled',
    phases: 'What happened',
    handedOn: (name: string) => `Handed on to ${name}`,
    hold: 'On hold',
    wrapUp: 'Wrap-up',
  },
  zh: {
    customer: { name: '李秀英', text: '收到的杯子有裂纹', tongue: 'zh' as Tongue },
    answer: '今天就给您补发一只新的',
    end: '结束会话',
    mailText: '邮件正文',
    mailAnswer: '这只壶容量为一升。',
    sendAndClose: '发送并结束',
    log: '记录',
    refresh: /刷新|新/,
    handled: '已处理',
    phases: '经过',
    handedOn: (name: string) => `已转交，到 ${name}`,
    hold: '保持',
    wrapUp: '话后处理',
  },
};

const work = (agent: Page): Locator => agent.getByRole('region', { name: /^(Work|工作)$/ });

const open = (agent: Page, name: string): Promise<void> => work(agent).getByRole('button', { name }).click();

for (const tongue of ['en', 'zh'] as const)
  test(`chat, mail and call in one day, ${tongue}`, async ({ world }) => {
    const [words, desk] = [said[tongue], deskWords[tongue]];
    const { colleague } = desk;
    const sink = await world.sink();
    const agent = await agentReady(world, desk.username, tongue);
    const complaints = complaintsOf(agent);

    // The chat is answered, and stays open.
    const customer = await visit(world, words.customer);
    await takeChat(agent, words.customer.name);
    const composer = agent.getByRole('textbox', { name: words.customer.name });
    await composer.fill(words.answer);
    await composer.press('Enter');
    await expect(widget(customer).getByRole('log')).toContainText(words.answer);

    // A mail comes in by SMTP; its answer is begun, and waits while the phone rings.
    sendMail(world.server, {
      from: 'Mia Muster <mia@example.org>',
      subject: 'Size',
      text: 'How large is it?',
    });
    await expect(offerCard(agent)).toContainText('How large is it?');
    await offerCard(agent).getByRole('button', { name: desk.accept }).click();
    await agent.getByLabel(words.mailText).pressSequentially(words.mailAnswer);

    // The call: taken, held, and handed on to a colleague who takes it.
    const pbx = await ring(world, desk.number, desk.digit);
    const call = async () => await pbx.callOf(CALLER);
    await takeCall(agent, desk);
    await expect(work(agent).getByRole('listitem')).toHaveCount(3);
    await agent.getByRole('button', { name: desk.hold }).click();
    await expectCall(agent, 'held');
    await expect.poll(call).toMatchObject({ is_held: true });
    await agent.getByRole('button', { name: desk.unhold }).click();
    await expectCall(agent, 'talking');
    const second = await agentReady(world, colleague.username, colleague.tongue);
    await handOnToColleague(agent, desk);
    await takeCall(second, deskWords[colleague.tongue]);
    await wrapUp(agent, desk);

    // The mail's answer was kept, and goes out.
    await open(agent, 'Mia Muster');
    await expect(agent.getByLabel(words.mailText)).toHaveValue(new RegExp(words.mailAnswer));
    await agent.getByRole('button', { name: words.sendAndClose }).click();
    await wrapUp(agent, desk);
    await expect.poll(() => sink.mails()).toHaveLength(1);
    const [mail] = await sink.mails();
    expect(mail?.to).toEqual(['mia@example.org']);
    expect(mail?.text).toContain(words.mailAnswer);

    // The chat ends.
    await open(agent, words.customer.name);
    await expect(transcript(agent)).toContainText(words.answer);
    await agent.getByRole('button', { name: words.end, exact: true }).click();
    await agent.getByRole('tooltip').getByRole('button', { name: words.end, exact: true }).click();
    await wrapUpToTheEnd(agent, desk);
    const theirs = deskWords[colleague.tongue];
    await second.getByRole('button', { name: theirs.hangUp }).click();
    await wrapUpToTheEnd(second, theirs);
    await expect.poll(call).toMatchObject({ is_over: true, parties: { length: 2 } });

    // All of it is on record, as whoever took part may read it.
    await agent.getByRole('link', { name: words.log, exact: true }).click();
    const row = (name: string): Locator => agent.getByRole('row', { name });
    for (const name of [words.customer.name, 'Mia Muster', '4567'])
      await expect(async () => {
        await agent.getByRole('button', { name: words.refresh }).click();
        await expect(row(name)).toContainText(words.handled, { timeout: 1_000 });
      }).toPass();
    await row('4567').getByRole('button').click();
    const happened = agent.getByRole('region', { name: words.phases });
    for (const text of [words.hold, words.handedOn(colleague.name), words.wrapUp])
      await expect(happened).toContainText(text);
    expect(complaints).toEqual([]);
  });
