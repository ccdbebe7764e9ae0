import { useEffect, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './capture.module.css';
import type { PacketRow } from './packet-ring';

const rowHeight = 24;
/** The headings, which stay above of what is scrolled, and the line below them. */
const headHeight = rowHeight + 1;
/** Rows that are drawn above and below of what is seen. */
const beyond = 8;

interface PacketTableProps {
  rows: readonly PacketRow[];
  /** Number of the row that is chosen. */
  chosen: number | null;
  onChoose: (row: PacketRow) => void;
  linkName: (edgeId: number) => string;
  /** Several links are captured: rows say of which they are. */
  withLinks: boolean;
}

/** Packets in rows, of which only those that can be seen are in the page. At the foot it follows what comes. */
export function PacketTable({ rows, chosen, onChoose, linkName, withLinks }: PacketTableProps) {
  const { t } = useTranslation('capture');
  const table = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0 });
  const follows = useRef(true);
  useEffect(() => {
    const element = table.current;
    if (element === null) return;
    const measure = () => setView(viewOf(element));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = table.current;
    if (element !== null && follows.current) element.scrollTop = element.scrollHeight;
  }, [rows.length]);

  const first = Math.max(0, Math.floor(view.top / rowHeight) - beyond);
  const last = Math.min(rows.length, Math.ceil((view.top + view.height) / rowHeight) + beyond);
  const at = rows.findIndex(({ number }) => number === chosen);
  const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
  const steps: Record<string, number | undefined> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: rows.length - 1,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const wanted = steps[event.key];
    if (wanted === undefined || rows.length === 0) return;
    event.preventDefault();
    const place = Math.max(0, Math.min(rows.length - 1, wanted));
    const row = rows[place];
    const element = table.current;
    if (row === undefined || element === null) return;
    onChoose(row);
    const top = place * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else element.scrollTop = Math.max(element.scrollTop, top + rowHeight - viewOf(element).height);
  };
  const onClick = ({ target }: MouseEvent) => {
    const element = target instanceof Element ? target.closest<HTMLElement>('[data-number]') : null;
    const row = rows.find(({ number }) => String(number) === element?.dataset['number']);
    if (row === undefined) return;
    // it stays where it is; at the foot what comes is followed again
    follows.current = false;
    onChoose(row);
  };
  const cells = (row: PacketRow) => [
    String(row.number),
    timeText(row.at),
    ...(withLinks ? [linkName(row.edgeId)] : []),
    row.packet.source,
    row.packet.destination,
    row.packet.protocol,
    String(row.length),
    row.packet.summary,
  ];
  const titles = [
    t('columns.number'),
    t('columns.time'),
    ...(withLinks ? [t('columns.link')] : []),
    t('columns.source'),
    t('columns.destination'),
    t('columns.protocol'),
    t('columns.length'),
    t('columns.summary'),
  ];
  return (
    <div
      ref={table}
      className={classes.table}
      role="grid"
      aria-label={t('packets')}
      aria-rowcount={rows.length + 1}
      aria-activedescendant={at < first || at >= last ? undefined : `packet-${chosen}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onScroll={({ currentTarget }) => {
        const { scrollTop, clientHeight, scrollHeight } = currentTarget;
        follows.current = scrollTop + clientHeight >= scrollHeight - rowHeight;
        setView(viewOf(currentTarget));
      }}
      data-links={withLinks || undefined}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" aria-rowindex={1} className={classes.row}>
          {titles.map((title) => (
            <span key={title} role="columnheader">
              {title}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={classes.body}>
        <div role="presentation" className={classes.rows} style={{ height: rows.length * rowHeight }}>
          {rows.slice(first, last).map((row, index) => (
            <div
              key={row.number}
              id={`packet-${row.number}`}
              role="row"
              aria-rowindex={first + index + 2}
              aria-selected={row.number === chosen}
              className={classes.row}
              style={{ top: (first + index) * rowHeight }}
              data-number={row.number}
            >
              {cells(row).map((cell, column) => (
                <span key={titles[column]} role="gridcell" title={cell}>
                  {cell}
                </span>
              ))}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

/** What is seen of the rows, in pixels from the first one's top. */
function viewOf({ scrollTop, clientHeight }: HTMLElement) {
  return { top: scrollTop, height: clientHeight - headHeight };
}

/** `14:03:12.000123`, by the reader's clock. */
function timeText(at: number): string {
  const time = new Date(at / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const fraction = String(Math.floor(at % 1_000_000)).padStart(6, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${fraction}`;
}
