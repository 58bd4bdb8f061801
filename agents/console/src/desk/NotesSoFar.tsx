import { useTranslation } from 'react-i18next';
import type { Note } from '../api/types';
import { clockTime } from '../ui/format';
import styles from './ContextPane.module.css';

/** What colleagues have noted on this contact: it came with it. */
export function NotesSoFar({ notes }: { notes: Note[] }) {
  const { t, i18n } = useTranslation();
  if (!notes.length) return null;
  return (
    <section className={styles.part} aria-label={t('context.noted')}>
      <h2 className={styles.title}>{t('context.noted')}</h2>
      <ul>
        {notes.map((note) => (
          <li key={`${note.at_ms} ${note.text}`} className={styles.note}>
            <p className={styles.noteHead}>
              {note.author_name}
              <time>{clockTime(note.at_ms, i18n.language)}</time>
            </p>
            <p>{note.text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}
