import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readYaml, yamlOf, type Document, type Finding } from '../api/adminCalls';
import { Failed, Loading } from '../ui/Panel';
import styles from './Configuration.module.css';
import { isSame } from './draft';
import { Findings } from './Findings';

const PAUSE_MS = 400;

/** The line of a path, or of the nearest value around it. */
export function lineOf(lines: Record<string, number>, path: string): number | undefined {
  for (let place = path; place; place = place.replace(/(\.[^.[\]]*|\[\d+\])$/, '')) {
    const line = lines[place];
    if (line !== undefined) return line;
    if (!/(\.[^.[\]]*|\[\d+\])$/.test(place)) return undefined;
  }
  return undefined;
}

interface EditorProps {
  text: string;
  value: Document;
  findings: Finding[];
  onChange: (value: Document) => void;
}

function Editor({ text: first, value, findings, onChange }: EditorProps) {
  const { t } = useTranslation();
  const [text, setText] = useState(first);
  const read = useQuery({
    queryKey: ['yaml', text],
    queryFn: () => readYaml(text),
    placeholderData: (before) => before,
  });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const write = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      void readYaml(next).then((answer) => {
        if (!answer.faults.length && !isSame(answer.document, value))
          onChange((answer.document ?? {}) as Document);
      });
    }, PAUSE_MS);
  };
  const lines = read.data?.lines ?? {};
  const faults = (read.data?.faults ?? []).map((fault) => ({
    code: 'yaml_invalid',
    is_error: true,
    path: '',
    message: fault.message,
    message_zh: fault.message,
    line: fault.line ?? undefined,
  }));
  const told = faults.length ? faults : findings.map((one) => ({ ...one, line: lineOf(lines, one.path) }));
  const bad = new Set(told.filter((one) => one.is_error).map((one) => one.line));
  const count = text.split('\n').length;
  return (
    <>
      <div className={styles.yaml}>
        <ol aria-hidden>
          {Array.from({ length: count }, (_, index) => (
            <li key={index} data-bad={bad.has(index + 1) || undefined}>
              {index + 1}
            </li>
          ))}
        </ol>
        <textarea
          aria-label={t('config.yaml')}
          rows={count}
          spellCheck={false}
          wrap="off"
          value={text}
          onChange={(event) => write(event.target.value)}
        />
      </div>
      {told.length > 0 && (
        <Findings findings={told} lineOf={(path) => told.find((one) => one.path === path)?.line} />
      )}
    </>
  );
}

interface YamlEditorProps {
  /** A mapping: the whole document, or a part of it under its key. */
  value: Document;
  findings: Finding[];
  onChange: (value: Document) => void;
}

/** The text is made once, from the value it starts with; then the text leads and the value follows. */
export function YamlEditor({ value, findings, onChange }: YamlEditorProps) {
  const [first] = useState(value);
  const [mark] = useState(() => Math.random());
  const text = useQuery({
    queryKey: ['yamlText', mark],
    queryFn: () => yamlOf(first),
    staleTime: Infinity,
  });
  if (text.isPending) return <Loading rows={8} />;
  if (text.isError) return <Failed error={text.error} onRetry={() => void text.refetch()} />;
  return <Editor text={text.data.text} value={value} findings={findings} onChange={onChange} />;
}
