import { Button, Input, InputNumber } from 'antd';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/Icon';
import table from '../ui/Table.module.css';
import styles from './Configuration.module.css';
import { freshId, removed, replaced, type Entry } from './parts';

interface NamedListProps {
  value: Entry[];
  onChange: (entries: Entry[]) => void;
  /** What a new entry's id begins with. */
  stem: string;
  /** Further columns: keys with a number of seconds. */
  seconds?: string[];
}

/** Entries with an id and a name in both languages: skills, sites, dispositions, reasons. */
export function NamedList({ value, onChange, stem, seconds = [] }: NamedListProps) {
  const { t } = useTranslation();
  const put = (index: number, change: Partial<Entry>) =>
    onChange(replaced(value, index, { ...(value[index] as Entry), ...change }));
  const add = () => {
    const more = Object.fromEntries(seconds.map((key) => [key, 900]));
    onChange([...value, { id: freshId(value, stem), name: { en: '', zh: '' }, ...more }]);
  };
  return (
    <>
      <table className={`${table.table} ${styles.list}`}>
        <thead>
          <tr>
            {['id', 'en', 'zh', ...seconds].map((column) => (
              <th key={column} scope="col">
                {t(`config.column.${column}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>
          {value.map((entry, index) => (
            <tr key={index} data-entry={entry.id}>
              <td>
                <Input
                  aria-label={t('config.column.id')}
                  value={entry.id}
                  spellCheck={false}
                  onChange={(event) => put(index, { id: event.target.value })}
                />
              </td>
              {(['en', 'zh'] as const).map((tongue) => (
                <td key={tongue}>
                  <Input
                    aria-label={t(`config.column.${tongue}`)}
                    lang={tongue}
                    value={entry.name[tongue]}
                    onChange={(event) =>
                      put(index, { name: { ...entry.name, [tongue]: event.target.value } })
                    }
                  />
                </td>
              ))}
              {seconds.map((key) => (
                <td key={key}>
                  <InputNumber
                    aria-label={t(`config.column.${key}`)}
                    min={1}
                    precision={0}
                    value={entry[key] as number}
                    onChange={(next) => put(index, { [key]: next })}
                  />
                </td>
              ))}
              <td>
                <Button
                  type="text"
                  icon={<Icon name="remove" />}
                  aria-label={t('config.removeEntry', { id: entry.id })}
                  onClick={() => onChange(removed(value, index))}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Button style={{ marginTop: 8 }} icon={<Icon name="add" />} onClick={add}>
        {t('config.addEntry')}
      </Button>
    </>
  );
}
