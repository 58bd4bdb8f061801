import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Choice } from './Choice';
import styles from './Configuration.module.css';
import { NameFields, TextField, useEntryName } from './fields';
import { freshId, type Calendar } from './parts';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

const spansOf = (text: string): string[] => text.split(/[\s,，、]+/).filter(Boolean);

interface SpansFieldProps {
  label: string;
  spans: string[];
  onChange: (spans: string[]) => void;
}

/** The text stays as it is typed; what it says follows. */
function SpansField({ label, spans, onChange }: SpansFieldProps) {
  const [text, setText] = useState(spans.join(' '));
  const write = (next: string) => {
    setText(next);
    onChange(spansOf(next));
  };
  return <TextField label={label} value={text} onChange={write} />;
}

/** When something is open: spans for each weekday; holidays and single days are edited as YAML. */
export function CalendarsForm({
  value,
  onChange,
}: {
  value: Calendar[];
  onChange: (value: Calendar[]) => void;
}) {
  const { t } = useTranslation();
  const fresh = (): Calendar => ({
    id: freshId(value, 'hours'),
    name: { en: '', zh: '' },
    zone: value[0]?.zone ?? 'Asia/Shanghai',
    weekly: Object.fromEntries(weekdays.slice(0, 5).map((day) => [day, ['09:00-18:00']])),
  });
  return (
    <Choice
      value={value}
      onChange={onChange}
      fresh={fresh}
      label={t('config.section.calendars')}
      labelOf={useEntryName()}
    >
      {(calendar, put) => (
        <div className={styles.form}>
          <NameFields entry={calendar} put={put} />
          <TextField
            label={t('config.calendar.zone')}
            value={calendar.zone}
            onChange={(zone) => put({ zone })}
          />
          <p className={styles.whole}>{t('config.calendar.hint')}</p>
          {weekdays.map((day) => (
            <SpansField
              key={`${calendar.id} ${day}`}
              label={t(`config.calendar.${day}`)}
              spans={calendar.weekly[day] ?? []}
              onChange={(spans) => put({ weekly: { ...calendar.weekly, [day]: spans } })}
            />
          ))}
          <p className={styles.whole}>{t('config.moreInYaml')}</p>
        </div>
      )}
    </Choice>
  );
}
