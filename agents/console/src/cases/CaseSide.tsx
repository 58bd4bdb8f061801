/** A case, whole: how it stands, what may be done with it now, and every step so far. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { readCase, type CaseStep, type CaseView } from '../api/cases';
import { ApiError } from '../api/http';
import { OpenCustomer } from '../customers/CustomerLink';
import { CallCustomer } from '../dial/DialButton';
import { dateTime } from '../ui/format';
import page from '../ui/Page.module.css';
import { Empty, Failed, Loading } from '../ui/Panel';
import { SidePanel } from '../ui/SidePanel';
import styles from '../ui/Steps.module.css';
import { CaseState } from './CaseState';
import { StepDialog } from './StepDialog';
import { useDepartments, useLateness } from './words';

type Step = CaseStep['step'];
type StepRow = CaseView['steps'][number];

const REFRESH_MS = 5_000;
/** What leads on from a state is filled in; what nobody has taken is taken first. */
const leading: Record<string, Step[]> = {
  received: ['acknowledge'],
  acknowledged: ['classify'],
  classified: ['assign'],
  returned: ['assign'],
  assigned: ['propose', 'answer'],
  handed_over: ['propose', 'answer'],
  reopened: ['propose'],
  proposed: ['accepted'],
  verifying: ['accepted'],
};

function leadingStep(view: CaseView): Step | undefined {
  const steps = view.next_steps as Step[];
  const wanted = leading[view.case.state] ?? [];
  const taken: Step[] = view.case.owner_id || !wanted.includes('propose') ? wanted : ['take', ...wanted];
  return taken.find((step) => steps.includes(step));
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function Facts({ view }: { view: CaseView }) {
  const { t, i18n } = useTranslation();
  const { name } = useDepartments();
  const late = useLateness();
  const row = view.case;
  const due =
    row.due && row.due_at_ms && `${dateTime(row.due_at_ms, i18n.language)} · ${t(`cases.due.${row.due}`)}`;
  return (
    <dl className={page.facts}>
      <Fact name={t('cases.column.state')}>
        <CaseState row={row} />
      </Fact>
      <Fact name={t('cases.fact.department')}>{name(row.department_id)}</Fact>
      <Fact name={t('cases.fact.owner')}>{row.owner_name || t('cases.nobody')}</Fact>
      {due && <Fact name={t('cases.fact.due')}>{late(row) || due}</Fact>}
      <Fact name={t('cases.fact.customer')}>
        {[...new Set([row.customer_name, view.number])].filter(Boolean).join(' · ') || '–'}
        {view.number && <CallCustomer caseId={row.case_id} shown={view.number} />}
        <OpenCustomer contactId={view.contact_ids.at(-1)} />
      </Fact>
      {row.category && <Fact name={t('cases.fact.category')}>{t(`cases.category.${row.category}`)}</Fact>}
      {row.root_cause && (
        <Fact name={t('cases.fact.rootCause')}>{t(`cases.rootCause.${row.root_cause}`)}</Fact>
      )}
      <Fact name={t('cases.fact.received')}>
        {`${dateTime(row.received_at_ms, i18n.language)} · ${view.opened_by_name}`}
      </Fact>
      {row.attempts > 0 && <Fact name={t('cases.fact.attempts')}>{row.attempts}</Fact>}
    </dl>
  );
}

function Line({ step }: { step: StepRow }) {
  const { t, i18n } = useTranslation();
  const { name } = useDepartments();
  return (
    <li data-step={step.step}>
      <p>
        <strong>{t(`cases.step.${step.step}`)}</strong>
        <span>{[name(step.department_id), step.owner_name].filter(Boolean).join(' · ')}</span>
      </p>
      <p className={page.muted}>
        {[dateTime(step.at_ms, i18n.language), step.by_name || t('cases.system')].join(' · ')}
      </p>
      {step.text && <p className={styles.text}>{step.text}</p>}
    </li>
  );
}

function NextSteps({ view, onStep }: { view: CaseView; onStep: (step: Step) => void }) {
  const { t } = useTranslation();
  const steps = view.next_steps as Step[];
  const first = leadingStep(view);
  if (!steps.length) return <p className={page.muted}>{t('cases.noSteps')}</p>;
  return (
    <div className={styles.steps} role="group" aria-label={t('cases.nextSteps')}>
      {steps.map((step) => (
        <Button key={step} type={step === first ? 'primary' : 'default'} onClick={() => onStep(step)}>
          {t(`cases.step.${step}`)}
        </Button>
      ))}
    </div>
  );
}

function Whole({ view, onMoved }: { view: CaseView; onMoved: () => void }) {
  const { t } = useTranslation();
  const [step, setStep] = useState<Step | null>(null);
  return (
    <div data-case={view.case.case_no} data-state={view.case.state}>
      <Facts view={view} />
      <section className={styles.part}>
        <h3>{t('cases.nextSteps')}</h3>
        <NextSteps view={view} onStep={setStep} />
      </section>
      {view.description && (
        <section className={styles.part}>
          <h3>{t('cases.description')}</h3>
          <p className={styles.text}>{view.description}</p>
        </section>
      )}
      {view.solution && (
        <section className={styles.part}>
          <h3>{t('cases.solution')}</h3>
          <p className={styles.text}>{view.solution}</p>
        </section>
      )}
      <section className={styles.part}>
        <h3>{t('cases.timeline')}</h3>
        <ol className={styles.timeline}>
          {view.steps.map((one) => (
            <Line key={one.version} step={one} />
          ))}
        </ol>
      </section>
      {step && (
        <StepDialog
          view={view}
          step={step}
          onDone={() => {
            setStep(null);
            onMoved();
          }}
          onClose={() => {
            setStep(null);
            onMoved();
          }}
        />
      )}
    </div>
  );
}

/** What was open here is with a department that this person is not in. */
const isGone = (error: unknown) => error instanceof ApiError && error.status === 404;

export function CaseSide({ caseId, onClose }: { caseId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery({
    queryKey: ['case', caseId],
    queryFn: () => readCase(caseId),
    refetchInterval: (query) => !isGone(query.state.error) && REFRESH_MS,
  });
  const isElsewhere = isGone(asked.error);
  const reload = () => {
    void queries.invalidateQueries({ queryKey: ['case', caseId] });
    void queries.invalidateQueries({ queryKey: ['cases'] });
  };
  const row = asked.data?.case;
  const title = row ? `${row.case_no} · ${row.subject}` : t('page.cases');
  return (
    <SidePanel isWide title={title} onClose={onClose}>
      {asked.isPending && <Loading rows={6} />}
      {isElsewhere && <Empty icon="file" title={t('cases.elsewhere')} text={t('cases.elsewhereText')} />}
      {asked.isError && !isElsewhere && !asked.data && (
        <Failed error={asked.error} onRetry={() => void asked.refetch()} />
      )}
      {asked.data && !isElsewhere && <Whole view={asked.data} onMoved={reload} />}
    </SidePanel>
  );
}
