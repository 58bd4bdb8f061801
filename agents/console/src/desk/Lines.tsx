import { memo, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChatMessage } from '../api/types';
import { useToday } from '../live/now';
import { clockTime, day, isSameDay } from '../ui/format';
import { Given } from './Given';
import { linesOf, type Line } from './lines';
import styles from './Transcript.module.css';

function Day({ atMs }: { atMs: number }) {
  const { t, i18n } = useTranslation();
  const isToday = isSameDay(atMs, useToday());
  return (
    <p className={styles.day}>
      <span>{isToday ? t('conversation.today') : day(atMs, i18n.language)}</span>
    </p>
  );
}

const Said = memo(function Said({ line }: { line: Line & { kind: 'said' } }) {
  const { i18n } = useTranslation();
  const { message, isFirst } = line;
  return (
    <div
      className={styles.said}
      data-author={message.author}
      data-seq={message.seq}
      data-first={isFirst || undefined}
    >
      {isFirst && (
        <p className={styles.author}>
          {message.author_name}
          <time>{clockTime(message.at_ms, i18n.language)}</time>
        </p>
      )}
      <p className={styles.bubble}>{message.text}</p>
      <Given given={message.given} />
    </div>
  );
});

/** The lines of a transcript, on the desk and in the log alike. */
export function Lines({ messages }: { messages: ChatMessage[] }) {
  const { i18n } = useTranslation();
  const lines = useMemo(() => linesOf(messages), [messages]);
  return lines.map((line) => {
    if (line.kind === 'day') return <Day key={line.key} atMs={line.atMs} />;
    if (line.kind === 'said') return <Said key={line.key} line={line} />;
    if (line.message.given?.length)
      return (
        <div key={line.key} className={styles.given} data-seq={line.message.seq}>
          <Given given={line.message.given} />
        </div>
      );
    return (
      <p key={line.key} className={styles.note} data-seq={line.message.seq}>
        {line.message.text} · {clockTime(line.message.at_ms, i18n.language)}
      </p>
    );
  });
}
