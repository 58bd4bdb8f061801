import { Splitter } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../live/store';
import { useKept } from '../persist/keep';
import { useKeep } from '../session/session';
import { Loading } from '../ui/Panel';
import { ContextPane } from './ContextPane';
import { Conversation } from './Conversation';
import styles from './Desk.module.css';
import { resumeOutbox } from './outbox';
import { useDeskTitle } from './useDeskTitle';
import { useOpenItem, useWorkKeys } from './work';
import { NothingOpen, WorkList } from './WorkList';

const SIDES_DEFAULT = [300, 340];

export default function DeskPage() {
  const { t } = useTranslation();
  const keep = useKeep();
  const hasDesk = useLive((state) => Boolean(state.desk));
  const [open] = useOpenItem();
  const [sides, setSides] = useKept(keep, 'sides', SIDES_DEFAULT);
  useEffect(() => resumeOutbox(keep), [keep]);
  useWorkKeys();
  useDeskTitle();
  const [left = 300, right = 340] = sides;
  return (
    <>
      <h1 className="visually-hidden">{t('page.desk')}</h1>
      <Splitter
        className={styles.desk}
        onResizeEnd={([listPx = left, , contextPx = right]) =>
          setSides([Math.round(listPx), Math.round(contextPx)])
        }
      >
        <Splitter.Panel defaultSize={left} min={260} max={380}>
          {hasDesk ? <WorkList /> : <Loading rows={5} />}
        </Splitter.Panel>
        <Splitter.Panel min={420}>
          {open ? (
            <Conversation key={open.contact_id} item={open} />
          ) : hasDesk ? (
            <NothingOpen />
          ) : (
            <Loading rows={8} />
          )}
        </Splitter.Panel>
        <Splitter.Panel defaultSize={right} min={280} max={440}>
          <ContextPane item={open} />
        </Splitter.Panel>
      </Splitter>
    </>
  );
}
