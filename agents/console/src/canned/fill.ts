/** Canned replies: which fit a contact, what they say to this customer, and where `/` asks for one. */
import type { AssignmentCard, Template } from '../api/types';

export interface CannedReply {
  template_id: string;
  name: string;
  text: string;
}

interface Filling {
  item: Pick<AssignmentCard, 'queue_id' | 'language' | 'customer_name'>;
  agentName: string;
  nameOf: (template: Template) => string;
}

/** In the customer's language, else in English, else in the first there is. */
function textOf(texts: Record<string, string>, language: string): string {
  const short = language.slice(0, 2);
  return texts[language] ?? texts[short] ?? texts.en ?? Object.values(texts)[0] ?? '';
}

export function repliesFor(templates: Template[], { item, agentName, nameOf }: Filling): CannedReply[] {
  const values: Record<string, string> = { customer_name: item.customer_name, agent_name: agentName };
  return templates
    .filter(({ queue_ids }) => !queue_ids.length || queue_ids.includes(item.queue_id))
    .map((template) => ({
      template_id: template.template_id,
      name: nameOf(template),
      text: textOf(template.texts, item.language)
        .replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole)
        .trim(),
    }));
}

export interface Slash {
  /** Where the `/` stands. */
  from: number;
  /** What was typed after it. */
  word: string;
}

/** The `/word` the caret stands behind, at the beginning of the text or of a word; a web address is none. */
export function slashAt(text: string, caret: number): Slash | null {
  const match = /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, caret));
  const word = match?.[1];
  return word === undefined ? null : { from: caret - word.length - 1, word };
}

export function matching(replies: CannedReply[], word: string): CannedReply[] {
  const part = word.toLocaleLowerCase();
  const begins = (reply: CannedReply) =>
    reply.template_id.startsWith(part) || reply.name.toLocaleLowerCase().startsWith(part);
  const holds = (reply: CannedReply) => `${reply.name} ${reply.text}`.toLocaleLowerCase().includes(part);
  const first = replies.filter(begins);
  return [...first, ...replies.filter((reply) => !first.includes(reply) && holds(reply))];
}
