/** Beside a contact: cases of its customer, one more to open, and the customer's answer where one is asked for. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { answerCase, readContactCases, type CaseAnswer, type ContactCase } from '../api/cases';
import { useIsStale } from '../shell/useIsStale';
import page from '../ui/Page.module.css';
import { toast } from '../ui/toasts';
import { useCommand } from '../ui/useCommand';
import styles from '../ui/Steps.module.css';
import { CaseState } from './CaseState';
import { OpenCaseDialog } from './OpenCaseDialog';
import { useLateness } from './words';

const REFRESH_MS = 5_000;
const TEXT_MAX = 8000;
const answers = ['accepted', 'not_accepted', 'not_reached'] as const;

const ask = (key: string, contactId: string, body: CaseAnswer) => answerCase(contactId, body, key);

interface AnswerProps {
  contactId: string;
  found: ContactCase;
  onAnswered: () => void;
}

function Answer({ contactId, found, onAnswered }: AnswerProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const answering = useCommand(ask);
  const { case_id, version } = found.case;
  const say = async (answer: CaseAnswer['answer']) => {
    const said = await answering.run(contactId, { case_id, answer, based_on: version, text });
    if (!said) return;
    toast(t('cases.done', { step: t(`cases.step.${answer}`) }), 'info');
    onAnswered();
  };
  return (
    <div className={styles.beside}>
      <p>
        <strong>{t('cases.ask')}</strong>
      </p>
      <p className={styles.text}>{found.solution}</p>
      <Input.TextArea
        autoSize={{ minRows: 1, maxRows: 4 }}
        maxLength={TEXT_MAX}
        value={text}
        onChange={(event) => setText(event.target.value)}
        placeholder={t('cases.text.not_accepted')}
        aria-label={t('cases.text.not_accepted')}
      />
      <div className={styles.steps}>
        {answers.map((answer) => (
          <Button
            key={answer}
            size="small"
            disabled={answering.isBusy || (answer === 'not_accepted' && !text.trim())}
            onClick={() => void say(answer)}
          >
            {t(`cases.step.${answer}`)}
          </Button>
        ))}
      </div>
    </div>
  );
}

function One({ contactId, found, onAnswered }: AnswerProps) {
  const { t } = useTranslation();
  const late = useLateness()(found.case);
  const { case_no, subject, kind } = found.case;
  return (
    <li className={styles.beside} data-case={case_no} data-state={found.case.state}>
      <span>
        {`${case_no} · ${subject} `}
        <span className={page.muted}>
          {[t(`cases.kind.${kind}`), found.is_about && t('cases.about')].filter(Boolean).join(' · ')}
        </span>
      </span>
      <CaseState row={found.case} />
      {late && <span className={page.muted}>{late}</span>}
      {found.may_answer && <Answer contactId={contactId} found={found} onAnswered={onAnswered} />}
    </li>
  );
}

/** Nothing where there is no contact, or no department to work on a case. */
export function ContactCases({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const queries = useQueryClient();
  const [isOpening, setOpening] = useState(false);
  const key = ['contact-cases', contactId];
  const asked = useQuery({
    queryKey: key,
    queryFn: () => readContactCases(contactId),
    enabled: contactId !== '',
    refetchInterval: REFRESH_MS,
  });
  const reload = () => void queries.invalidateQueries({ queryKey: key });
  if (!asked.data?.is_set_up) return null;
  const { cases } = asked.data;
  return (
    <section className={styles.part} aria-label={t('cases.panel')}>
      <h2>{t('cases.panel')}</h2>
      {!cases.length && <p className={page.muted}>{t('cases.panelNone')}</p>}
      <ul>
        {cases.map((found) => (
          <One key={found.case.case_id} contactId={contactId} found={found} onAnswered={reload} />
        ))}
      </ul>
      <Button disabled={isStale} onClick={() => setOpening(true)}>
        {t('cases.open')}
      </Button>
      {isOpening && (
        <OpenCaseDialog
          contactId={contactId}
          onClose={() => {
            setOpening(false);
            reload();
          }}
        />
      )}
    </section>
  );
}
