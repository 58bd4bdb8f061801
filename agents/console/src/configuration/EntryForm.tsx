import { useTranslation } from 'react-i18next';
import type { Document, Finding } from '../api/adminCalls';
import { useNames } from '../session/configuration';
import { Choice } from './Choice';
import styles from './Configuration.module.css';
import { Fields } from './controls';
import { kinds, type Item, type Kind } from './kinds';

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
          <Fields
            fields={fields}
            entry={entry}
            put={put}
            words={`config.${kind}`}
            document={document}
            findings={findings}
            path={`${path}[${index}]`}
          />
          <p className={styles.whole}>{t('config.moreInYaml')}</p>
        </div>
      )}
    </Choice>
  );
}
