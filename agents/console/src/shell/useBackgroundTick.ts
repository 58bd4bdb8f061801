import { useEffect } from 'react';
import { playTick, volumeNow } from '../offer/ring';
import { useLive } from '../live/store';

/** One short tick when a customer writes while this page is in the background. */
export function useBackgroundTick(): void {
  useEffect(
    () =>
      useLive.subscribe((state, before) => {
        if (!document.hidden || state.transcripts === before.transcripts) return;
        const hasNew = (state.desk?.assignments ?? []).some(({ contact_id }) => {
          const known = before.transcripts[contact_id];
          const newest = state.transcripts[contact_id]?.at(-1);
          return known && newest?.author === 'customer' && newest.seq > (known.at(-1)?.seq ?? 0);
        });
        if (hasNew) playTick(volumeNow());
      }),
    [],
  );
}
