/** One control for each kind of field; the forms are made of tables of fields. */
import { Button, Input, Select } from 'antd';
import { Fragment, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Document, Finding } from '../api/adminCalls';
import { Icon } from '../ui/Icon';
import styles from './Configuration.module.css';
import { ChoiceField, ManyField, NumberField, SwitchField, TextField, useOptions } from './fields';
import { FindingsAt } from './Findings';
import type { Field, FieldKind, Item } from './kinds';
import { TurnedAway } from './TurnedAway';

export interface ControlProps {
  /** Where the labels stand: `config.<kind>.<key>`. */
  label: string;
  field: Field;
  value: unknown;
  put: (value: unknown) => void;
  document: Document;
  /** What the check says, and where the value stands: for fields that hold others. */
  findings?: Finding[];
  path?: string;
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

/** One entry of a list of the document, such as a site or a flow. */
function Reference({ label, field, value, put, document }: ControlProps) {
  const { t } = useTranslation();
  return (
    <ChoiceField
      label={label}
      value={(value ?? null) as string | null}
      onChange={put}
      options={useOptions(document[field.of ?? ''])}
      none={t(field.none ?? 'config.none')}
    />
  );
}

/** A phone system: these stand one level deeper, and have no name. */
function Connection({ label, value, put, document }: ControlProps) {
  const { connections } = (document.telephony ?? {}) as { connections?: unknown };
  const options = useOptions(connections);
  return <ChoiceField label={label} value={value as string} onChange={put} options={options} />;
}

function useFixed(field: Field): { value: string; label: string }[] {
  const { t } = useTranslation();
  return (field.options ?? []).map((one) => ({ value: one, label: t(`${field.words}.${one}`) }));
}

/** Fields that go together; of an optional group there are none until it is switched on. */
function Group({ label, field, value, put, document, findings = [], path = '' }: ControlProps) {
  const entry = (value ?? {}) as Item;
  const has = value !== null && value !== undefined;
  return (
    <>
      {field.isOptional && (
        <SwitchField
          label={label}
          value={has}
          onChange={(is) => put(is ? (field.fresh?.(document) ?? {}) : null)}
        />
      )}
      {(has || !field.isOptional) && (
        <Fields
          fields={field.fields ?? []}
          entry={entry}
          put={(change) => put({ ...entry, ...change })}
          words={field.words ?? ''}
          document={document}
          findings={findings}
          path={path}
        />
      )}
    </>
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
  entry: function Entry({ label, value, put, document }) {
    const { t } = useTranslation();
    const { entry_points = [] } = (document.telephony ?? {}) as { entry_points?: { number: string }[] };
    return (
      <ChoiceField
        label={label}
        value={(value ?? null) as string | null}
        onChange={put}
        options={entry_points.map(({ number }) => ({ value: number, label: number }))}
        none={t('config.digit.noCalls')}
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
  count: function Count({ label, field, value, put }) {
    const { t } = useTranslation();
    return (
      <NumberField
        label={label}
        unit={field.unit && t(`config.units.${field.unit}`)}
        min={field.min}
        precision={field.precision}
        value={(value ?? field.standard) as number | undefined}
        onChange={(next) => put(next ?? field.standard ?? null)}
      />
    );
  },
  digits: Digits,
  reference: Reference,
  connection: Connection,
  switch: ({ label, field, value, put }) => (
    <SwitchField label={label} value={(value ?? field.standard ?? false) as boolean} onChange={put} />
  ),
  choice: function Fixed({ label, field, value, put }) {
    return (
      <ChoiceField
        label={label}
        value={(value ?? field.standard ?? null) as string | null}
        onChange={put}
        options={useFixed(field)}
        none={field.none}
      />
    );
  },
  many: function Many({ label, field, value, put }) {
    const chosen = (value ?? field.standards ?? []) as string[];
    return <ManyField label={label} value={chosen} onChange={put} options={useFixed(field)} />;
  },
  turned_away: TurnedAway,
  group: Group,
};

interface FieldsProps {
  fields: Field[];
  entry: Item;
  put: (change: Item) => void;
  /** Where the labels stand: `config.widgets`. */
  words: string;
  document: Document;
  findings: Finding[];
  /** Where the entry stands in the document: `$.mailboxes[0]`. */
  path: string;
}

/** The fields of one entry; what the check says stands at the field it is about. */
export function Fields({ fields, entry, put, words, document, findings, path }: FieldsProps) {
  const { t } = useTranslation();
  return fields.map((field) => {
    const Control = controls[field.kind];
    const where = `${path}.${field.key}`;
    return (
      <Fragment key={`${path} ${field.key}`}>
        <Control
          label={field.key === 'id' ? t('config.column.id') : t(`${words}.${field.key}`)}
          field={field}
          value={entry[field.key]}
          put={(next) => put({ [field.key]: next })}
          document={document}
          findings={findings}
          path={where}
        />
        {field.kind !== 'group' && <FindingsAt findings={findings} path={where} />}
      </Fragment>
    );
  });
}
