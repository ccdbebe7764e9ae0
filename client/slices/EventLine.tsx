import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SliceEvent } from '#shared/deployment/events';
import { RelativeTime } from '../ui/RelativeTime';
import { eventSentence, eventTone } from './event-sentence';
import classes from './slice.module.css';

/** One event: when, how it is to be taken, and its sentence. */
export function EventLine({ event, vmName }: { event: SliceEvent; vmName: (vmId: number) => string | undefined }) {
  const { t, i18n } = useTranslation('events');
  const clock = useMemo(() => new Intl.DateTimeFormat(i18n.language, { timeStyle: 'medium' }), [i18n.language]);
  return (
    <div className={classes.logLine} data-tone={eventTone(event.data)}>
      <span className={classes.logTime}>
        {clock.format(Date.parse(event.at))} · <RelativeTime at={event.at} />
      </span>
      <span className={classes.logMark} aria-hidden />
      <span className={classes.wrapAnywhere} style={{ whiteSpace: 'pre-line' }}>
        {eventSentence(t, event.data, vmName)}
      </span>
    </div>
  );
}
