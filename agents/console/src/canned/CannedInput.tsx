/** A text area in which `/` lists the canned replies of the contact's queue; for every composer. */
import { Input, type GetRef } from 'antd';
import type { TextAreaProps } from 'antd/es/input';
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { FoundArticle } from '../api/articles';
import type { AssignmentCard } from '../api/types';
import { openArticle } from '../articles/open';
import { useSearch } from '../articles/useSearch';
import { useConfiguration, useNames } from '../session/configuration';
import { useUser } from '../session/session';
import styles from './CannedInput.module.css';
import { matching, repliesFor, slashAt, type CannedReply, type Slash } from './fill';

export type TextAreaRef = GetRef<typeof Input.TextArea>;

interface CannedInputProps extends Omit<TextAreaProps, 'value' | 'onChange' | 'ref'> {
  item: AssignmentCard;
  value: string;
  onText: (text: string) => void;
  input: RefObject<TextAreaRef | null>;
}

function useReplies(item: AssignmentCard): CannedReply[] {
  const { data } = useConfiguration();
  const names = useNames();
  const { display_name } = useUser();
  return useMemo(
    () =>
      repliesFor(data?.templates ?? [], {
        item,
        agentName: display_name,
        nameOf: (template) => names.of(template.name),
      }),
    [data, item, names, display_name],
  );
}

/** Fewer letters say too little to look for articles. */
const WORD_MIN = 2;

const titleOf = (article: FoundArticle): string => article.title.map((piece) => piece.text).join('');

/** What `/` lists: canned replies, and behind them articles, each with what happens when it is taken. */
interface Choice {
  id: string;
  name: string;
  text: string;
  take: () => void;
}

interface RowProps {
  reply: Choice;
  id: string;
  isChosen: boolean;
  onTake: () => void;
}

function Row({ reply, id, isChosen, onTake }: RowProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    <li
      ref={row}
      id={id}
      role="option"
      aria-selected={isChosen}
      className={styles.reply}
      // The text keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onTake}
    >
      <b>{reply.name}</b>
      <span>{reply.text}</span>
    </li>
  );
}

export function CannedInput({ item, value, onText, input, onKeyDown, ...rest }: CannedInputProps) {
  const { t } = useTranslation();
  const listId = useId();
  const replies = useReplies(item);
  const [slash, setSlash] = useState<Slash | null>(null);
  const [at, setAt] = useState(0);
  const word = slash?.word ?? '';
  const articles = useSearch(word.length >= WORD_MIN ? word : '').data?.articles ?? [];
  const found: Choice[] = slash
    ? [
        ...matching(replies, word).map((reply) => ({
          id: reply.template_id,
          name: reply.name,
          text: reply.text,
          take: () => put(reply.text),
        })),
        ...articles.map((article) => ({
          id: `article-${article.article_id}`,
          name: t('articles.canned'),
          text: titleOf(article),
          take: () => {
            put('');
            openArticle(item.contact_id, article.article_id);
          },
        })),
      ]
    : [];
  const chosen = found[Math.min(at, found.length - 1)];

  const look = (text: string, caret: number) => {
    setSlash(slashAt(text, caret));
    setAt(0);
  };
  const put = (text: string) => {
    if (!slash) return;
    const end = slash.from + 1 + slash.word.length;
    onText(value.slice(0, slash.from) + text + value.slice(end));
    setSlash(null);
    const caret = slash.from + text.length;
    const box = input.current?.resizableTextArea?.textArea;
    requestAnimationFrame(() => box?.setSelectionRange(caret, caret));
  };
  /** True when the list has used the key. */
  const isForList = (event: KeyboardEvent): boolean => {
    if (!chosen || event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey)
      return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    else if ((event.key === 'Enter' && !event.shiftKey) || event.key === 'Tab') chosen.take();
    else if (event.key === 'Escape') setSlash(null);
    else return false;
    return true;
  };
  return (
    <div className={styles.frame}>
      <Input.TextArea
        {...rest}
        ref={input}
        value={value}
        aria-autocomplete="list"
        aria-controls={chosen && listId}
        aria-activedescendant={chosen && `${listId}-${chosen.id}`}
        onChange={({ target }) => {
          onText(target.value);
          look(target.value, target.selectionStart);
        }}
        onKeyDown={(event) => {
          if (isForList(event)) event.preventDefault();
          else onKeyDown?.(event);
        }}
        onBlur={() => setSlash(null)}
      />
      {chosen && (
        <ul className={styles.list} id={listId} role="listbox" aria-label={t('canned.title')}>
          {found.map((reply) => (
            <Row
              key={reply.id}
              id={`${listId}-${reply.id}`}
              reply={reply}
              isChosen={reply === chosen}
              onTake={reply.take}
            />
          ))}
        </ul>
      )}
    </div>
  );
}
