import { Modal } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSingleKeys } from '../keys/actions';
import { keyCaps, keysByGroup, keyTable } from '../keys/table';
import styles from './HelpDialog.module.css';

/** The key table, as people read it. */
export function HelpDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [isOn] = useSingleKeys();
  return (
    <Modal open={isOpen} onCancel={onClose} footer={null} title={t('help.title')} width={480}>
      {keysByGroup.map(({ group, ids }) => (
        <section key={group} className={styles.group}>
          <h3>{t(`help.group.${group}`)}</h3>
          <dl>
            {ids.map((id) => (
              <div key={id} className={styles.row}>
                <dt>{t(`help.key.${id}`)}</dt>
                {keyTable[id].combos.map((combo) => (
                  <dd key={combo}>
                    {keyCaps(combo).map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                ))}
              </div>
            ))}
          </dl>
        </section>
      ))}
      <p className={styles.note}>{t(isOn ? 'help.note' : 'help.singleKeysOff')}</p>
    </Modal>
  );
}
