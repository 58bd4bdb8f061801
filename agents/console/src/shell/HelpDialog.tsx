import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import styles from './HelpDialog.module.css';

const groups: [string, [string, string[]][]][] = [
  [
    'offer',
    [
      ['accept', ['Enter']],
      ['acceptTyping', ['Alt', 'Enter']],
      ['decline', ['Esc']],
    ],
  ],
  [
    'conversation',
    [
      ['send', ['Enter']],
      ['newline', ['Shift', 'Enter']],
      ['previous', ['Alt', '↑']],
      ['next', ['Alt', '↓']],
    ],
  ],
  [
    'call',
    [
      ['hold', ['Alt', 'H']],
      ['hangUp', ['Alt', 'E']],
    ],
  ],
  ['wrapUp', [['finish', ['Ctrl', 'Enter']]]],
  ['everywhere', [['help', ['?']]]],
];

export function HelpDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal open={isOpen} onCancel={onClose} footer={null} title={t('help.title')} width={440}>
      {groups.map(([group, keys]) => (
        <section key={group} className={styles.group}>
          <h3>{t(`help.group.${group}`)}</h3>
          <dl>
            {keys.map(([name, combination]) => (
              <div key={name} className={styles.row}>
                <dt>{t(`help.key.${name}`)}</dt>
                <dd>
                  {combination.map((key) => (
                    <kbd key={key}>{key}</kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p className={styles.note}>{t('help.note')}</p>
    </Modal>
  );
}
