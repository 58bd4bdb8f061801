import { useQuery } from '@tanstack/react-query';
import { Button, Input, Select, type InputRef } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tryFlow, type TrialLine } from '../api/adminCalls';
import { Failed, Loading } from '../ui/Panel';
import styles from './Configuration.module.css';

type Tongue = 'en' | 'zh';
type Channel = 'voice' | 'chat';

/** What each kind of line lets be typed beside keys and texts: words the server knows. */
const words: Record<string, string[]> = {
  queue: ['agent', 'full', ''],
  hand_over: ['agent', 'fail'],
  record: ['fail'],
  request: ['fail'],
  profile: ['fail'],
};

function Line({ line }: { line: TrialLine }) {
  const { t } = useTranslation();
  if (line.kind === 'said') return <p>{line.text}</p>;
  if (line.kind === 'typed') return <p data-typed>{line.text || t('config.trial.waited')}</p>;
  const more = line.more || t('config.none');
  return (
    <p data-note={line.kind}>
      {t(`config.trial.note.${line.kind}`, { text: line.text, more, seconds: line.after_ms / 1000 })}
    </p>
  );
}

/** Keys of a menu, and what else may happen here, as buttons; whatever they say may be typed as well. */
function Choices({ last, type }: { last: TrialLine | undefined; type: (line: string) => void }) {
  const { t } = useTranslation();
  const options = last?.options ?? [];
  return (
    <div className={styles.row}>
      {options.map(({ key, label }) => (
        <Button key={key} size="small" onClick={() => type(key)}>
          {label === key ? key : `${key} · ${label}`}
        </Button>
      ))}
      {(words[last?.kind ?? ''] ?? ['']).map((word) => (
        <Button key={word} size="small" type="dashed" onClick={() => type(word)}>
          {t(`config.trial.word.${word || 'wait'}`)}
        </Button>
      ))}
    </div>
  );
}

/** A flow, gone through by hand: everything typed so far goes to the server, which begins anew each time. */
export function FlowTrial({ flowId }: { flowId: string }) {
  const { t, i18n } = useTranslation();
  const [lines, setLines] = useState<string[]>([]);
  const [text, setText] = useState('');
  const [language, setLanguage] = useState<Tongue>(i18n.language.startsWith('zh') ? 'zh' : 'en');
  const [channel, setChannel] = useState<Channel>('voice');
  const [began] = useState(() => Date.now());
  const field = useRef<InputRef>(null);
  const log = useRef<HTMLDivElement>(null);
  const trial = {
    flow_id: flowId,
    language,
    channel,
    caller: channel === 'voice' ? '0301234567' : '',
    lines,
  };
  const tried = useQuery({
    queryKey: ['flowTrial', trial, began],
    queryFn: () => tryFlow({ ...trial, at_ms: began }),
    placeholderData: (before) => before,
    gcTime: 10_000,
  });
  const shown = tried.data?.lines ?? [];
  useEffect(() => {
    log.current?.lastElementChild?.scrollIntoView({ block: 'nearest' });
  }, [shown.length]);
  const type = (line: string) => {
    setLines([...lines, line]);
    setText('');
    field.current?.focus();
  };
  const again = (before: string[]) => {
    setLines(before);
    setText('');
    field.current?.focus();
  };
  if (tried.isPending) return <Loading rows={4} />;
  if (tried.isError) return <Failed error={tried.error} onRetry={() => void tried.refetch()} />;
  const isOver = tried.data.is_over;
  return (
    <section className={styles.trial} aria-label={t('config.trial.title')} data-trial={flowId}>
      <div className={styles.row}>
        <Select
          aria-label={t('config.trial.language')}
          value={language}
          onChange={setLanguage}
          options={(['en', 'zh'] as const).map((value) => ({
            value,
            label: t(`language.${value === 'zh' ? 'zh-CN' : value}`),
          }))}
        />
        <Select
          aria-label={t('config.trial.channel')}
          value={channel}
          onChange={setChannel}
          options={(['voice', 'chat'] as const).map((value) => ({
            value,
            label: t(`config.trial.by.${value}`),
          }))}
        />
        <Button size="small" disabled={!lines.length} onClick={() => again(lines.slice(0, -1))}>
          {t('config.trial.back')}
        </Button>
        <Button size="small" disabled={!lines.length} onClick={() => again([])}>
          {t('config.trial.again')}
        </Button>
        <code>{tried.data.node}</code>
      </div>
      <div ref={log} role="log" aria-label={t('config.trial.said')} tabIndex={0}>
        {shown.map((line, index) => (
          <Line key={index} line={line} />
        ))}
      </div>
      {!isOver && <Choices last={shown[shown.length - 1]} type={type} />}
      <Input
        ref={field}
        autoFocus
        aria-label={t('config.trial.type')}
        placeholder={t('config.trial.hint')}
        maxLength={500}
        disabled={isOver}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onPressEnter={() => type(text.trim())}
      />
    </section>
  );
}
