/** What may be done with a lead now, as buttons; each asks for what it needs. */
import { Button } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LeadRow, LeadView, MoveLead } from '../api/leads';
import { useIsStale } from '../shell/useIsStale';
import page from '../ui/Page.module.css';
import styles from '../ui/Steps.module.css';
import { LeadStepDialog } from './LeadStepDialog';

type Step = MoveLead['step'];

interface LeadStepsProps {
  lead: LeadRow;
  steps: string[];
  owners?: LeadView['owners'];
  isSmall?: boolean;
  onMoved: () => void;
}

export function LeadSteps({ lead, steps, owners = [], isSmall = false, onMoved }: LeadStepsProps) {
  const { t } = useTranslation();
  const isStale = useIsStale();
  const [step, setStep] = useState<Step | null>(null);
  if (!steps.length) return <p className={page.muted}>{t('leads.noSteps')}</p>;
  return (
    <>
      <div className={styles.steps} role="group" aria-label={t('leads.nextSteps')}>
        {(steps as Step[]).map((one) => (
          <Button
            key={one}
            size={isSmall ? 'small' : 'middle'}
            disabled={isStale}
            onClick={() => setStep(one)}
          >
            {t(`leads.step.${one}`)}
          </Button>
        ))}
      </div>
      {step && (
        <LeadStepDialog
          lead={lead}
          step={step}
          owners={owners}
          onDone={() => {
            setStep(null);
            onMoved();
          }}
        />
      )}
    </>
  );
}
