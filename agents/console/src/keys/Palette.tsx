/** Everything that can be done now, found by a word of it. */
import { Modal } from 'antd';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from '../ui/Icon';
import { keyCaps } from './table';
import { useCommands, type PaletteCommand } from './commands';
import styles from './Palette.module.css';

const fits = (command: PaletteCommand, words: string[]): boolean => {
  const text = `${command.group} ${command.label}`.toLocaleLowerCase();
  return words.every((word) => text.includes(word));
};

function Row({ command, id, isChosen, onRun }: RowProps) {
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isChosen) row.current?.scrollIntoView({ block: 'nearest' });
  }, [isChosen]);
  return (
    <li ref={row} id={id} role="option" aria-selected={isChosen} className={styles.command} onClick={onRun}>
      <Icon name={command.icon} />
      <span className={styles.label}>{command.label}</span>
      <small>{command.group}</small>
      {command.combo && keyCaps(command.combo).map((key) => <kbd key={key}>{key}</kbd>)}
    </li>
  );
}

interface RowProps {
  command: PaletteCommand;
  id: string;
  isChosen: boolean;
  onRun: () => void;
}

function Finder({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [find, setFind] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const words = find.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = useCommands().filter((command) => fits(command, words));
  const chosen = found[Math.min(at, found.length - 1)];
  const run = (command: PaletteCommand | undefined) => {
    if (!command) return;
    onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (event.key === 'Enter') run(chosen);
    else if (step && found.length)
      setAt((Math.min(at, found.length - 1) + step + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  return (
    <>
      <div className={styles.find}>
        <Icon name="search" />
        <input
          autoFocus
          role="combobox"
          aria-label={t('palette.find')}
          aria-expanded
          aria-controls={listId}
          aria-activedescendant={chosen && `${listId}-${chosen.id}`}
          placeholder={t('palette.find')}
          value={find}
          onChange={(event) => {
            setFind(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul className={styles.list} id={listId} role="listbox" aria-label={t('palette.title')}>
        {found.map((command) => (
          <Row
            key={command.id}
            id={`${listId}-${command.id}`}
            command={command}
            isChosen={command === chosen}
            onRun={() => run(command)}
          />
        ))}
      </ul>
      {!found.length && <p className={styles.none}>{t('palette.none')}</p>}
    </>
  );
}

export function Palette({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open={isOpen}
      onCancel={onClose}
      footer={null}
      closable={false}
      destroyOnHidden
      width={560}
      style={{ top: 80 }}
      title={<span className="visually-hidden">{t('palette.title')}</span>}
    >
      <Finder onClose={onClose} />
    </Modal>
  );
}
