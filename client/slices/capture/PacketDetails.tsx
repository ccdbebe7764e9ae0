import { Text, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './capture.module.css';
import type { PacketRow } from './packet-ring';

const perLine = 16;

/** The headers of a packet, and its bytes, among which those of the header that is chosen are marked. */
export function PacketDetails({ row }: { row: PacketRow }) {
  const { t } = useTranslation('capture');
  const [open, setOpen] = useState<number | null>(null);
  const { layers } = row.packet;
  const marked = open === null ? undefined : layers[open];
  return (
    <div className={classes.details}>
      <section className={classes.layers} aria-label={t('headers')}>
        {layers.map(({ name, at, fields }, index) => (
          <div key={`${at} ${name}`}>
            <UnstyledButton
              className={classes.layer}
              aria-pressed={open === index}
              onClick={() => setOpen(open === index ? null : index)}
            >
              {name}
            </UnstyledButton>
            <dl className={classes.fields}>
              {fields.map(([field, value], place) => (
                <div key={`${place} ${field}`}>
                  <dt>{field}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
        {row.data.length < row.length ? (
          <Text size="sm" c="dimmed">
            {t('cut', { kept: row.data.length, length: row.length })}
          </Text>
        ) : null}
      </section>
      <section
        className={classes.hex}
        aria-label={t('bytes')}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
      >
        {Array.from({ length: Math.ceil(row.data.length / perLine) }, (_, line) => (
          <HexLine
            key={line}
            data={row.data}
            from={line * perLine}
            mark={marked === undefined ? null : [marked.at, marked.at + marked.length]}
          />
        ))}
      </section>
    </div>
  );
}

function HexLine({ data, from, mark }: { data: Uint8Array; from: number; mark: readonly [number, number] | null }) {
  const bytes = Array.from(data.subarray(from, from + perLine));
  const isMarked = (index: number) => mark !== null && from + index >= mark[0] && from + index < mark[1];
  return (
    <div className={classes.hexLine}>
      <span className={classes.offset}>{from.toString(16).padStart(4, '0')}</span>
      <span>
        {Array.from({ length: perLine }, (_, index) => (
          <span key={index} data-marked={isMarked(index) || undefined}>
            {bytes[index] === undefined ? '  ' : bytes[index].toString(16).padStart(2, '0')}{' '}
          </span>
        ))}
      </span>
      <span>{bytes.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '·')).join('')}</span>
    </div>
  );
}
