import { describe, expect, it } from 'vitest';
import type { Template } from '../api/types';
import { assignmentOf } from '../test-render';
import { matching, repliesFor, slashAt } from './fill';

const template = (id: string, texts: Record<string, string>, queue_ids: string[] = []): Template => ({
  template_id: id,
  name: { en: id.toUpperCase(), zh: id },
  queue_ids,
  texts,
});

const fill = (templates: Template[], language = 'en') =>
  repliesFor(templates, {
    item: assignmentOf({ language }),
    agentName: 'Anna',
    nameOf: (one) => one.name.en,
  });

describe('a canned reply', () => {
  it('is of the contact’s queue or of every queue', () => {
    const templates = [
      template('all', { en: 'a' }),
      template('here', { en: 'b' }, ['sales']),
      template('there', { en: 'c' }, ['support']),
    ];
    expect(fill(templates).map((reply) => reply.template_id)).toEqual(['all', 'here']);
  });

  it('speaks the customer’s language, else English, else what there is', () => {
    const texts = { en: 'Hello', zh: '您好', 'pt-BR': 'Olá' };
    const said = (language: string, among: Record<string, string> = texts) =>
      fill([template('hi', among)], language)[0]?.text;
    expect([said('zh-CN'), said('pt-BR'), said('fr'), said('fr', { de: 'Hallo' })]).toEqual([
      '您好',
      'Olá',
      'Hello',
      'Hallo',
    ]);
  });

  it('names the customer and the agent, and drops what an unknown name leaves', () => {
    const [reply] = fill([template('hi', { en: 'Dear {customer_name}, {agent_name} here {x}' })]);
    expect(reply?.text).toBe('Dear Maria Santos, Anna here {x}');
  });
});

describe('the slash', () => {
  it('asks at the beginning of a word', () => {
    expect(slashAt('/', 1)).toEqual({ from: 0, word: '' });
    expect(slashAt('well /he', 8)).toEqual({ from: 5, word: 'he' });
    expect(slashAt('两行\n/问候', 6)).toEqual({ from: 3, word: '问候' });
  });

  it('is a slash in an address, in a date, and once the word is over', () => {
    for (const text of ['https://shop', '3/4', '/hello there']) expect(slashAt(text, text.length)).toBeNull();
  });
});

it('what begins with the word comes before what holds it', () => {
  const replies = fill([
    template('bye', { en: 'hello and goodbye' }),
    template('hello', { en: 'Good day' }),
    template('sorry', { en: 'Sorry' }),
  ]);
  expect(matching(replies, 'HEL').map((reply) => reply.template_id)).toEqual(['hello', 'bye']);
  expect(matching(replies, '')).toHaveLength(3);
});
