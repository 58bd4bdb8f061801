import { Button, Input, Select } from 'antd';
import { Fragment, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Document, Finding } from '../api/adminCalls';
import { useNames } from '../session/configuration';
import { Icon } from '../ui/Icon';
import { Choice } from './Choice';
import styles from './Configuration.module.css';
import { ChoiceField, ManyField, NumberField, SwitchField, TextField, useOptions } from './fields';
import { FindingsAt } from './Findings';
import { kinds, type Field, type FieldKind, type Item, type Kind } from './kinds';

interface ControlProps {
  /** Where the labels stand: `config.<kind>.<key>`. */
  label: string;
  field: Field;
  value: unknown;
  put: (value: unknown) => void;
  document: Document;
}

type Texts = Record<string, string>;

const tongues = ['en', 'zh'] as const;

function TwoTexts({ label, value, put, rows }: Omit<ControlProps, 'field' | 'document'> & { rows: number }) {
  const { t } = useTranslation();
  const texts = value as Texts;
  return tongues.map((tongue) => {
    const said = t(`config.in.${tongue}`, { label });
    return (
      <label key={tongue} className={rows > 1 ? styles.whole : undefined}>
        <span>{said}</span>
        <Input.TextArea
          aria-label={said}
          lang={tongue}
          autoSize={{ minRows: rows, maxRows: 10 }}
          value={texts[tongue] ?? ''}
          onChange={(event) => put({ ...texts, [tongue]: event.target.value })}
        />
      </label>
    );
  });
}

function textsControl(rows: number) {
  return function TextsControl({ label, field, value, put }: ControlProps) {
    const has = value !== null && value !== undefined;
    const toggle = (is: boolean) => put(is ? { en: '', zh: '' } : null);
    return (
      <>
        {field.isOptional && <SwitchField label={label} value={has} onChange={toggle} />}
        {has && <TwoTexts label={label} value={value} put={put} rows={rows} />}
      </>
    );
  };
}

function Queue({ label, value, put, document }: ControlProps) {
  return (
    <ChoiceField label={label} value={value as string} onChange={put} options={useOptions(document.queues)} />
  );
}

function Language({ label, field, value, put }: ControlProps) {
  const { t } = useTranslation();
  return (
    <ChoiceField
      label={label}
      value={(value ?? field.standard) as string}
      onChange={put}
      options={tongues.map((one) => ({ value: one, label: t(`language.${one === 'zh' ? 'zh-CN' : one}`) }))}
    />
  );
}

interface Pressed {
  language?: string | null;
  queue?: string | null;
}

const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '*', '#'];

/** What a caller may press; needs and age of a digit are edited as YAML. */
function Digits({ label, value, put, document }: ControlProps) {
  const { t } = useTranslation();
  const queues = useOptions(document.queues);
  const choices = (value ?? {}) as Record<string, Pressed>;
  const free = DIGITS.filter((digit) => !(digit in choices));
  const change = (digit: string, pressed: Pressed) =>
    put({ ...choices, [digit]: { ...choices[digit], ...pressed } });
  const without = (digit: string) =>
    put(Object.fromEntries(Object.entries(choices).filter(([key]) => key !== digit)));
  const same = t('config.digit.same');
  return (
    <div className={`${styles.steps} ${styles.whole}`}>
      <h3>{label}</h3>
      {Object.entries(choices).map(([digit, pressed]) => (
        <section key={digit} className={styles.step} aria-label={t('config.digit.title', { digit })}>
          <p className={styles.row}>
            <strong>{t('config.digit.title', { digit })}</strong>
            <Button
              size="small"
              type="text"
              icon={<Icon name="remove" />}
              aria-label={t('config.digit.remove', { digit })}
              onClick={() => without(digit)}
            />
          </p>
          <ChoiceField
            label={t('config.digit.language')}
            value={pressed.language ?? null}
            onChange={(language) => change(digit, { language })}
            options={tongues.map((one) => ({
              value: one,
              label: t(`language.${one === 'zh' ? 'zh-CN' : one}`),
            }))}
            none={same}
          />
          <ChoiceField
            label={t('config.digit.queue')}
            value={pressed.queue ?? null}
            onChange={(queue) => change(digit, { queue })}
            options={queues}
            none={same}
          />
        </section>
      ))}
      <Select
        style={{ maxWidth: 200 }}
        aria-label={t('config.digit.add')}
        placeholder={t('config.digit.add')}
        value={null}
        onChange={(digit: string | null) => digit && change(digit, {})}
        options={free.map((digit) => ({ value: digit, label: digit }))}
      />
    </div>
  );
}

const controls: Record<FieldKind, (props: ControlProps) => ReactNode> = {
  line: ({ label, value, put }) => <TextField label={label} value={value as string} onChange={put} />,
  name: function Name({ value, put }) {
    const { t } = useTranslation();
    const name = value as Texts;
    return tongues.map((tongue) => (
      <TextField
        key={tongue}
        label={t(`config.column.${tongue}`)}
        value={name[tongue] ?? ''}
        onChange={(text) => put({ ...name, [tongue]: text })}
      />
    ));
  },
  language: Language,
  queue: Queue,
  queues: function Queues({ label, value, put, document }) {
    return (
      <ManyField
        label={label}
        value={(value ?? []) as string[]}
        onChange={put}
        options={useOptions(document.queues)}
      />
    );
  },
  flow: function Flow({ label, value, put, document }) {
    const { t } = useTranslation();
    return (
      <ChoiceField
        label={label}
        value={(value ?? null) as string | null}
        onChange={put}
        options={useOptions(document.flows)}
        none={t('config.digit.noFlow')}
      />
    );
  },
  texts: textsControl(3),
  sentences: textsControl(1),
  list: function List({ label, value, put }) {
    const [text, setText] = useState(((value ?? []) as string[]).join(' '));
    const write = (next: string) => {
      setText(next);
      put(next.split(/[\s,，、]+/).filter(Boolean));
    };
    return <TextField label={label} value={text} onChange={write} />;
  },
  count: ({ label, field, value, put }) => (
    <NumberField
      label={label}
      value={(value ?? field.standard) as number}
      onChange={(next) => put(next ?? field.standard)}
    />
  ),
  digits: Digits,
};

interface EntriesFormProps {
  /** Of `kinds`. */
  kind: string;
  value: Item[];
  onChange: (value: Item[]) => void;
  document: Document;
  findings: Finding[];
  /** Where the list stands in the document: `$.mailboxes`. */
  path: string;
}

/** The entries of one kind: one is chosen and edited; what the check says stands at the field it is about. */
export function EntriesForm({ kind, value, onChange, document, findings, path }: EntriesFormProps) {
  const { t } = useTranslation();
  const names = useNames();
  const { key, fields, fresh } = kinds[kind] as Kind;
  const queues = (document.queues ?? []) as { id: string }[];
  const labelOf = (entry: Item) => {
    const name = entry.name as { en: string; zh: string } | undefined;
    return (name && names.of(name)) || (entry[key] as string) || t('config.unnamed');
  };
  return (
    <Choice
      value={value}
      onChange={onChange}
      fresh={() => fresh(value, queues[0]?.id ?? '')}
      label={t(`config.section.${kind}`)}
      labelOf={labelOf}
    >
      {(entry, put, index) => (
        <div className={styles.form} data-entry={entry[key]}>
          {fields.map((field) => {
            const Control = controls[field.kind];
            return (
              <Fragment key={`${index} ${field.key}`}>
                <Control
                  label={field.key === 'id' ? t('config.column.id') : t(`config.${kind}.${field.key}`)}
                  field={field}
                  value={entry[field.key]}
                  put={(next) => put({ [field.key]: next })}
                  document={document}
                />
                <FindingsAt findings={findings} path={`${path}[${index}].${field.key}`} />
              </Fragment>
            );
          })}
          <p className={styles.whole}>{t('config.moreInYaml')}</p>
        </div>
      )}
    </Choice>
  );
}
