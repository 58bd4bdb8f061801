/** A transcript as it is drawn: days apart, runs of one author together. */
import type { ChatMessage } from '../api/types';
import { isSameDay } from '../ui/format';

export type Line =
  | { kind: 'day'; key: string; atMs: number }
  | { kind: 'system'; key: string; message: ChatMessage }
  | { kind: 'said'; key: string; message: ChatMessage; isFirst: boolean };

const RUN_MS = 3 * 60_000;

function isOneRun(a: ChatMessage | undefined, b: ChatMessage | undefined): boolean {
  if (!a || !b || a.author === 'system' || a.author !== b.author || a.author_name !== b.author_name)
    return false;
  return b.at_ms - a.at_ms < RUN_MS && isSameDay(a.at_ms, b.at_ms);
}

export function linesOf(messages: ChatMessage[]): Line[] {
  return messages.flatMap((message, index): Line[] => {
    const before = messages[index - 1];
    const key = String(message.seq);
    const lines: Line[] = [];
    if (!before || !isSameDay(before.at_ms, message.at_ms))
      lines.push({ kind: 'day', key: `day ${key}`, atMs: message.at_ms });
    if (message.author === 'system') lines.push({ kind: 'system', key, message });
    else
      lines.push({
        kind: 'said',
        key,
        message,
        isFirst: !isOneRun(before, message),
      });
    return lines;
  });
}
